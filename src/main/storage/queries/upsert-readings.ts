import type { Queryable } from '../database.ts';
import type { UpsertCounts } from './upsert-counts.ts';

/** One row of `sensor_data`; times in epoch milliseconds, °C, % relative humidity. */
export interface ReadingRow {
  readonly mac: string;
  readonly timeMs: number;
  readonly temperature: number;
  readonly humidity: number;
  readonly receptionMs: number;
}

// The bounds on time are constants of the statement: they let the planner skip the other partitions or chunks.
// What was received later wins, so that a replay of old messages never overwrites a newer one.
const statement = `
with input as (
  select to_timestamp(time_ms / 1000.0) as time, mac, temperature, humidity, to_timestamp(reception_ms / 1000.0) as reception_time
  from unnest($1::float8[], $2::text[], $3::real[], $4::real[], $5::float8[]) as i (time_ms, mac, temperature, humidity, reception_ms)
), existing as (
  select count(*) as found from input i
  join sensor_data s on s.device_mac_addr = i.mac and s.time = i.time
  where s.time between to_timestamp($6::float8 / 1000.0) and to_timestamp($7::float8 / 1000.0)
), written as (
  insert into sensor_data as s (time, device_mac_addr, temperature, humidity, reception_time)
  select time, mac, temperature, humidity, reception_time from input
  on conflict (device_mac_addr, time) do update
    set temperature = excluded.temperature, humidity = excluded.humidity, reception_time = excluded.reception_time
    where s.reception_time is null or s.reception_time <= excluded.reception_time
)
select found from existing`;

/** Writes a batch in one statement. No two rows may share MAC and time: see `lastPerKey`. */
export async function upsertReadings(
  connection: Queryable,
  rows: readonly ReadingRow[],
): Promise<UpsertCounts> {
  if (rows.length === 0) return { inserted: 0, replaced: 0 };
  let first = Infinity;
  let last = -Infinity;
  for (const row of rows) {
    if (row.timeMs < first) first = row.timeMs;
    if (row.timeMs > last) last = row.timeMs;
  }
  const result = await connection.query<{ found: number }>(statement, [
    rows.map((row) => row.timeMs),
    rows.map((row) => row.mac),
    rows.map((row) => row.temperature),
    rows.map((row) => row.humidity),
    rows.map((row) => row.receptionMs),
    first,
    last,
  ]);
  const replaced = result.rows[0]?.found ?? 0;
  return { inserted: rows.length - replaced, replaced };
}
