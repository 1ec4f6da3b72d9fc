/** Rows that were new, and rows that met one of the same device and time. */
export interface UpsertCounts {
  readonly inserted: number;
  readonly replaced: number;
}

/**
 * Of several rows with the same MAC and time only the last one: one statement may not touch a row twice.
 * The order of the rest is kept.
 */
export function lastPerKey<R extends { readonly mac: string; readonly timeMs: number }>(
  rows: readonly R[],
): readonly R[] {
  const last = new Map<string, R>();
  for (const row of rows) last.set(`${row.mac}${row.timeMs}`, row);
  return last.size === rows.length ? rows : [...last.values()];
}
