import { AppError } from '../../../../shared/domain/app-error.ts';

/** `$$`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?text}`, `${NAME?text}` (Compose Specification, Interpolation). */
const placeholder =
  /\$(?:(?<dollar>\$)|\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?<operator>:?[-?])(?<rest>[^}]*))?\}|(?<bare>[A-Za-z_][A-Za-z0-9_]*))/g;

/**
 * Puts the values of variables into a text of the Compose file.
 *
 * @throws AppError `compose.variable-missing` for one that is required, or has neither value nor default
 */
export function interpolate(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
  where: string,
): string {
  const rest = text.replace(placeholder, '');
  if (rest.includes('$'))
    throw new AppError('compose.invalid', `${where}: "${text}" holds a $ that is no variable; write $$.`, {
      where,
      text,
      line: null,
    });
  return text.replace(placeholder, (...match: unknown[]) => {
    const groups = match.at(-1) as Partial<Record<'dollar' | 'name' | 'operator' | 'rest' | 'bare', string>>;
    if (groups.dollar !== undefined) return '$';
    const name = groups.name ?? groups.bare ?? '';
    const value = variables[name];
    const { operator = '', rest: word = '' } = groups;
    const counts = value !== undefined && (value !== '' || !operator.startsWith(':'));
    if (counts) return value;
    if (operator.endsWith('-')) return word;
    throw new AppError(
      'compose.variable-missing',
      `${where} needs the variable ${name}${word === '' ? '' : `: ${word}`}.`,
      { where, name },
    );
  });
}

/** Every text below, in its place. */
export function interpolateAll(
  value: unknown,
  variables: Readonly<Record<string, string | undefined>>,
  where: string,
): unknown {
  if (typeof value === 'string') return interpolate(value, variables, where);
  if (Array.isArray(value))
    return value.map((item, index) => interpolateAll(item, variables, `${where}[${index}]`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      interpolateAll(item, variables, where === '' ? key : `${where}.${key}`),
    ]),
  );
}
