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
  const at = (key: string): string | Tree | undefined => {
    let found: string | Tree | undefined = tree;
    for (const name of key.split('.')) found = typeof found === 'object' ? found[name] : undefined;
    return found;
  };
  const plural = new Intl.PluralRules(language);
  const find = (key: string, values: Values = {}): string | undefined => {
    // As i18next does: a fact `context` picks the words for it, and `count` their number, where there are any.
    const { context, count } = values;
    const text =
      at(`${key}_${context ?? ''}`) ??
      (typeof count === 'number' ? at(`${key}_${plural.select(count)}`) : undefined) ??
      at(key);
    return typeof text === 'string'
      ? text.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => shown(values[name], language))
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
