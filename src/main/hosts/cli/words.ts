import { commandLanguage, type Language } from './language.ts';

type Tree = { readonly [key: string]: string | Tree };
type Values = Readonly<Record<string, string | number | boolean | null>>;

/** The screens' own words, in the language of the person; loaded when they are first needed. */
export interface Words {
  /** `undefined` where there are none for that key. */
  (key: string, values?: Values): string | undefined;
  readonly language: Language;
}

export async function loadWords(language: Language = commandLanguage(process.env)): Promise<Words> {
  const { default: tree } = (
    language === 'fr'
      ? await import('../../../renderer/locales/fr.json')
      : await import('../../../renderer/locales/en.json')
  ) as { default: Tree };
  const find = (key: string, values: Values = {}): string | undefined => {
    let at: string | Tree | undefined = tree;
    for (const name of key.split('.')) at = typeof at === 'object' ? at[name] : undefined;
    return typeof at === 'string'
      ? at.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => shown(values[name], language))
      : undefined;
  };
  return Object.assign(find, { language });
}

function shown(value: Values[string] | undefined, language: Language): string {
  if (typeof value !== 'number') return String(value ?? '');
  return language === 'fr' ? String(value).replace('.', ',') : String(value);
}

/** A sentence of the command line itself, which both catalogues have. */
export function say(words: Words, key: string, values?: Values): string {
  return words(`cli.${key}`, values) ?? key;
}
