import i18next from 'i18next';
import { setFormatLanguage } from '../components/format.ts';
import { initReactI18next } from 'react-i18next';
import en from '../locales/en.json';
import fr from '../locales/fr.json';

export type Language = 'en' | 'fr';

interface Words {
  readonly [key: string]: Words | string;
}

export function systemLanguage(): Language {
  return navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

/**
 * What French needs beside the words of its catalogue. A sign of two parts stays with the word before it; and whole
 * millions have a plural form of their own (Unicode CLDR, `fr`: `many`), of which our sentences make nothing, but
 * without it the English one would be shown.
 */
export function asFrench(words: Words): Words {
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, text]): [string, Words | string][] => {
      if (typeof text !== 'string') return [[key, asFrench(text)]];
      const joined = text.replace(/ ([:;!?»])/g, '\u00A0$1').replaceAll('« ', '«\u00A0');
      return key.endsWith('_other')
        ? [
            [key, joined],
            [key.replace(/_other$/, '_many'), joined],
          ]
        : [[key, joined]];
    }),
  );
}

export async function startI18n(): Promise<void> {
  i18next.on('languageChanged', setFormatLanguage);
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, fr: { translation: asFrench(fr) } },
    lng: systemLanguage(),
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  });
}
