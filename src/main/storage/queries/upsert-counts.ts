import type { Queryable } from '../database.ts';

/** Rows that were new, and rows that met one of the same device and time. */
export interface UpsertCounts {
  readonly inserted: number;
  readonly replaced: number;
}

/**
 * Of several rows with the same MAC and time only the last one: one statement may not touch a row twice.
 * The order of the rest is kept. Devices that tell their readings in order of time, which is nearly always,
 * need no key built per row.
 */
export function lastPerKey<R extends { readonly mac: string; readonly timeMs: number }>(
  rows: readonly R[],
): readonly R[] {
  if (inOrderOfTime(rows)) return rows;
  const last = new Map<string, R>();
  for (const row of rows) last.set(`${row.mac}${row.timeMs}`, row);
  return last.size === rows.length ? rows : [...last.values()];
}

function inOrderOfTime(rows: readonly { readonly mac: string; readonly timeMs: number }[]): boolean {
  const newest = new Map<string, number>();
  for (const { mac, timeMs } of rows) {
    const before = newest.get(mac);
    if (before !== undefined && timeMs <= before) return false;
    newest.set(mac, timeMs);
  }
  return true;
}

/**
 * Inserts what is new; only where something met a row of the same key does a second statement replace it. The
 * first alone is nearly always enough, and it tells the count that an upsert alone cannot tell on partitions.
 *
 * @param total rows of the batch
 * @param columns the values by column, each as long as the batch
 */
export async function insertOrReplace(
  connection: Queryable,
  insertNew: string,
  replaceOlder: string,
  total: number,
  columns: readonly Buffer[],
): Promise<UpsertCounts> {
  const { rowCount: inserted } = await connection.query(insertNew, columns);
  if (inserted < total) await connection.query(replaceOlder, columns);
  return { inserted, replaced: total - inserted };
}
