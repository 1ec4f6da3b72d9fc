import { BinaryCopy } from '../binary-copy.ts';
import { realArray, textArray, timestampArray } from '../binary-arrays.ts';
import type { Queryable } from '../database.ts';
import { insertOrReplace, type UpsertCounts } from './upsert-counts.ts';

/** One row of `sensor_data`; times in epoch milliseconds, °C, % relative humidity. */
export interface ReadingRow {
  readonly mac: string;
  readonly timeMs: number;
  readonly temperature: number;
  readonly humidity: number;
  readonly receptionMs: number;
}

const input = `
  select * from unnest($1::timestamptz[], $2::text[], $3::real[], $4::real[], $5::timestamptz[])`;

const insertNew = `insert into sensor_data (time, device_mac_addr, temperature, humidity, reception_time) ${input}
on conflict (device_mac_addr, time) do nothing`;

// What was received later wins, so that a replay of old messages never overwrites a newer one.
const replaceOlder = `insert into sensor_data as s (time, device_mac_addr, temperature, humidity, reception_time) ${input}
on conflict (device_mac_addr, time) do update set
    temperature = excluded.temperature, humidity = excluded.humidity, reception_time = excluded.reception_time
  where s.reception_time is null or s.reception_time <= excluded.reception_time`;

/** Writes a batch. No two rows may share MAC and time: see `lastPerKey`. */
export async function upsertReadings(
  connection: Queryable,
  rows: readonly ReadingRow[],
): Promise<UpsertCounts> {
  if (rows.length === 0) return { inserted: 0, replaced: 0 };
  return insertOrReplace(connection, insertNew, replaceOlder, rows.length, [
    timestampArray(rows.map((row) => row.timeMs)),
    textArray(rows.map((row) => row.mac)),
    realArray(rows.map((row) => row.temperature)),
    realArray(rows.map((row) => row.humidity)),
    timestampArray(rows.map((row) => row.receptionMs)),
  ]);
}

const copy = `copy sensor_data (time, device_mac_addr, temperature, humidity, reception_time) from stdin (format binary)`;

/**
 * Writes rows of which none may be there yet.
 *
 * @throws pg.DatabaseError 23505 when one is: then none was written
 */
export async function copyReadings(connection: Queryable, rows: readonly ReadingRow[]): Promise<void> {
  if (rows.length === 0) return;
  const data = new BinaryCopy(5, rows.length, 61);
  for (const row of rows) {
    data.row();
    data.timestamp(row.timeMs);
    data.text(row.mac);
    data.real(row.temperature);
    data.real(row.humidity);
    data.timestamp(row.receptionMs);
  }
  await connection.copyIn(copy, data.finish());
}
