import i18next from 'i18next';
import { setFormatLanguage } from '../components/format.ts';
import { initReactI18next } from 'react-i18next';
import en from '../locales/en.json';
import fr from '../locales/fr.json';

export type Language = 'en' | 'fr';

export function systemLanguage(): Language {
  return navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

export async function startI18n(): Promise<void> {
  i18next.on('languageChanged', setFormatLanguage);
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, fr: { translation: fr } },
    lng: systemLanguage(),
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  });
}
