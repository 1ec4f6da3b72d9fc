import { textArray, timestampArray } from '../binary-arrays.ts';
import type { Queryable } from '../database.ts';

/** Of these rows those whose device and time the table does not have, in their order. */
export async function missingRows<R extends { readonly mac: string; readonly timeMs: number }>(
  connection: Queryable,
  table: 'sensor_data' | 'device_heartbeats',
  rows: readonly R[],
): Promise<readonly R[]> {
  if (rows.length === 0) return rows;
  const { rows: missing } = await connection.query<{ i: number }>(
    `select i.i::int as i from unnest($1::text[], $2::timestamptz[]) with ordinality as i (mac, time, i)
     where not exists (select from ${table} t where t.device_mac_addr = i.mac and t.time = i.time) order by i.i`,
    [textArray(rows.map((row) => row.mac)), timestampArray(rows.map((row) => row.timeMs))],
  );
  return missing.flatMap(({ i }) => rows[i - 1] ?? []);
}
