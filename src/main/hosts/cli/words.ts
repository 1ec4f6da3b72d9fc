import type { ErrorCode } from '../../../shared/domain/app-error.ts';

type Tree = { readonly [key: string]: string | Tree };
type Values = Readonly<Record<string, string | number | boolean | null>>;

/** The screens' own words, in English as everything of the command line; loaded when they are first needed. */
export type Words = (key: string, values?: Values) => string | undefined;

export async function loadWords(): Promise<Words> {
  const { default: tree } = (await import('../../../renderer/locales/en.json')) as { default: Tree };
  const find = (key: string): string | Tree | undefined => {
    let at: string | Tree | undefined = tree;
    for (const name of key.split('.')) at = typeof at === 'object' ? at[name] : undefined;
    return at;
  };
  return (key, values = {}) => {
    // As i18next does: a fact `context` picks the words for it, where there are any.
    const at = find(`${key}_${values['context'] ?? ''}`) ?? find(key);
    return typeof at === 'string'
      ? at.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => String(values[name] ?? ''))
      : undefined;
  };
}

/** What to do about an error, where the screens have a sentence for it. */
export async function remedyFor(code: ErrorCode, values: Values): Promise<string | undefined> {
  return (await loadWords())(`errors.${code}.next`, values);
}
