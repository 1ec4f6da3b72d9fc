import { expect, test } from 'vitest';
import { commandLanguage, takeLanguage } from './language.ts';

test.each([
  [{}, 'en'],
  [{ LANG: 'C.UTF-8' }, 'en'],
  [{ LANG: 'fr_FR.UTF-8' }, 'fr'],
  [{ LANG: 'fr_FR.UTF-8', LC_ALL: 'en_GB.UTF-8' }, 'en'],
  [{ LANG: 'en_GB.UTF-8', LC_MESSAGES: 'fr_CA' }, 'fr'],
  [{ LANG: 'fr', LC_ALL: '' }, 'fr'],
  [{ LC_ALL: 'en', DATAYOTI_LANG: 'fr' }, 'fr'],
  [{ LANG: 'frisian' }, 'en'],
])('%j speaks %s', (env, language) => expect(commandLanguage(env)).toBe(language));

test('--lang is taken out of the arguments wherever it stands', () => {
  expect(takeLanguage(['node', 'x', 'doctor', '--lang', 'fr', '--json'])).toEqual({
    args: ['node', 'x', 'doctor', '--json'],
    language: 'fr',
  });
  expect(takeLanguage(['--lang=en', 'ports'])).toEqual({ args: ['ports'], language: 'en' });
  expect(takeLanguage(['ports'])).toEqual({ args: ['ports'], language: undefined });
  expect(takeLanguage(['ports', '--lang', 'de']).language).toBeNull();
  expect(takeLanguage(['ports', '--lang']).language).toBeNull();
  expect(takeLanguage(['ports', '--', '--lang', 'fr'])).toMatchObject({ language: undefined });
});
