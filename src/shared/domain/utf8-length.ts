/** What a limit in bytes is measured by; a lone half of a surrogate pair counts as its three-byte replacement. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
