/**
 * The name for the next board of a row: the last number in it counted on with its leading zeros kept
 * (`CR2-06`, `CR2-07`); a name without a number gets one.
 */
export function nextName(name: string): string {
  const found = /^(.*?)(\d+)(\D*)$/.exec(name);
  if (found === null) return name === '' ? '' : `${name} 2`;
  const [, before = '', digits = '', after = ''] = found;
  const next = String(Number(digits) + 1).padStart(digits.length, '0');
  return `${before}${next}${after}`;
}
