import { AppError } from '../../../../shared/domain/app-error.ts';

/**
 * `.env` files as Compose reads them: `NAME=value` lines, `#` comments, values bare, in single quotes (taken as they
 * are) or in double quotes (with `\"`, `\\`, `\$` and `\n`).
 */

const lineForm = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

/** @throws AppError `compose.invalid` with the number of the first line that is none */
export function parseEnvFile(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const [, name, rest = ''] = lineForm.exec(line) ?? [];
    const value = name === undefined ? undefined : valueOf(rest.trim());
    if (name === undefined || value === undefined)
      throw new AppError('compose.invalid', `.env: line ${index + 1} is no NAME=value.`, {
        where: '.env',
        text: 'is no NAME=value',
        line: index + 1,
      });
    values[name] = value;
  }
  return values;
}

function valueOf(text: string): string | undefined {
  const quote = text[0];
  if (quote === "'") return /^'([^']*)'\s*(#.*)?$/.exec(text)?.[1];
  if (quote !== '"') return text.replace(/\s+#.*$/, '').trimEnd();
  const inside = /^"((?:[^"\\]|\\.)*)"\s*(#.*)?$/.exec(text)?.[1];
  return inside?.replace(/\\(.)/g, (_all, character: string) => (character === 'n' ? '\n' : character));
}

export function writeEnvFile(values: Readonly<Record<string, string>>, comment: string): string {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}`);
  return `${comment.replace(/^/gm, '# ')}\n${lines.join('\n')}\n`;
}

function quoted(value: string): string {
  if (/^[\w./:@%+,-]*$/.test(value)) return value;
  if (!value.includes("'") && !value.includes('\n')) return `'${value}'`;
  return `"${value.replace(/[\\"$]/g, String.raw`\$&`).replace(/\n/g, String.raw`\n`)}"`;
}
