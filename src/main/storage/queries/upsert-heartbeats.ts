import type { Queryable } from '../database.ts';
import type { UpsertCounts } from './upsert-counts.ts';

/** One row of `device_heartbeats`; dBm, bytes, seconds; `null` where the device did not say. */
export interface HeartbeatRow {
  readonly mac: string;
  readonly timeMs: number;
  readonly rssi: number | null;
  readonly freeHeap: number | null;
  readonly uptime: number | null;
  readonly minHeap: number | null;
  readonly ntpSync: boolean;
  readonly receptionMs: number;
}

const statement = `
with input as (
  select to_timestamp(time_ms / 1000.0) as time, mac, rssi, free_heap, uptime, min_heap, ntp_sync,
    to_timestamp(reception_ms / 1000.0) as reception_time
  from unnest($1::float8[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::bool[], $8::float8[])
    as i (time_ms, mac, rssi, free_heap, uptime, min_heap, ntp_sync, reception_ms)
), existing as (
  select count(*) as found from input i
  join device_heartbeats h on h.device_mac_addr = i.mac and h.time = i.time
  where h.time between to_timestamp($9::float8 / 1000.0) and to_timestamp($10::float8 / 1000.0)
), written as (
  insert into device_heartbeats as h (time, device_mac_addr, rssi, free_heap, uptime, min_heap, ntp_sync, reception_time)
  select time, mac, rssi, free_heap, uptime, min_heap, ntp_sync, reception_time from input
  on conflict (device_mac_addr, time) do update
    set rssi = excluded.rssi, free_heap = excluded.free_heap, uptime = excluded.uptime, min_heap = excluded.min_heap,
      ntp_sync = excluded.ntp_sync, reception_time = excluded.reception_time
    where h.reception_time is null or h.reception_time <= excluded.reception_time
)
select found from existing`;

/** Writes a batch in one statement. No two rows may share MAC and time: see `lastPerKey`. */
export async function upsertHeartbeats(
  connection: Queryable,
  rows: readonly HeartbeatRow[],
): Promise<UpsertCounts> {
  if (rows.length === 0) return { inserted: 0, replaced: 0 };
  const times = rows.map((row) => row.timeMs);
  const result = await connection.query<{ found: number }>(statement, [
    times,
    rows.map((row) => row.mac),
    rows.map((row) => row.rssi),
    rows.map((row) => row.freeHeap),
    rows.map((row) => row.uptime),
    rows.map((row) => row.minHeap),
    rows.map((row) => row.ntpSync),
    rows.map((row) => row.receptionMs),
    Math.min(...times),
    Math.max(...times),
  ]);
  const replaced = result.rows[0]?.found ?? 0;
  return { inserted: rows.length - replaced, replaced };
}
