import i18next from 'i18next';
import { expect, test } from 'vitest';
import en from '../locales/en.json';
import fr from '../locales/fr.json';
import { asFrench } from './i18n.ts';

test('a French sentence stays French with exactly a million in it', async () => {
  const languages = i18next.createInstance();
  await languages.init({
    resources: { en: { translation: en }, fr: { translation: asFrench(fr) } },
    lng: 'fr',
    fallbackLng: 'en',
  });
  const said = (count: number): string => languages.t('conformity.import.faults', { count });
  expect(said(1_000_000)).toBe(said(999_999).replace('999999', '1000000'));
  expect(said(1_000_000)).not.toContain('taken');
});

test('a colon or a question mark never begins a line', () => {
  expect(asFrench({ a: { b: 'Jours : 3 ; « vrai » ?' } })).toEqual({
    a: { b: 'Jours\u00A0: 3\u00A0; «\u00A0vrai\u00A0»\u00A0?' },
  });
});
