export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

/**
 * The language of what the command line says to people: `DATAYOTI_LANG` (which `--lang` sets), else the locale by
 * the order of locale(7). What a script reads is the same in every language.
 */
export function commandLanguage(env: Readonly<Record<string, string | undefined>>): Language {
  const wanted = [env['DATAYOTI_LANG'], env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return /^fr(?:[_.@-]|$)/i.test(wanted ?? '') ? 'fr' : 'en';
}

/**
 * Takes `--lang` out of the arguments: every command has it.
 *
 * @returns `undefined` as the language where none is named, `null` where it is none that there are words for
 */
export function takeLanguage(args: readonly string[]): {
  readonly args: readonly string[];
  readonly language: Language | null | undefined;
} {
  const end = args.indexOf('--');
  const at = args.findIndex(
    (arg, index) => (end === -1 || index < end) && (arg === '--lang' || arg.startsWith('--lang=')),
  );
  if (at === -1) return { args, language: undefined };
  const arg = args[at] ?? '';
  const value = arg === '--lang' ? args[at + 1] : arg.slice('--lang='.length);
  const language = languages.find((one) => one === value) ?? null;
  return {
    args: args.filter((_, index) => index !== at && (arg !== '--lang' || index !== at + 1)),
    language,
  };
}
