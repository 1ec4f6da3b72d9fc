type Tree = { readonly [key: string]: string | Tree };
type Values = Readonly<Record<string, string | number | boolean | null>>;

/** The screens' own words, in English as everything of the command line; loaded when they are first needed. */
export type Words = (key: string, values?: Values) => string | undefined;

export async function loadWords(): Promise<Words> {
  const { default: tree } = (await import('../../../renderer/locales/en.json')) as { default: Tree };
  return (key, values = {}) => {
    let at: string | Tree | undefined = tree;
    for (const name of key.split('.')) at = typeof at === 'object' ? at[name] : undefined;
    return typeof at === 'string'
      ? at.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => String(values[name] ?? ''))
      : undefined;
  };
}
