import { BinaryCopy } from '../binary-copy.ts';
import { booleanArray, integerArray, textArray, timestampArray } from '../binary-arrays.ts';
import type { Queryable } from '../database.ts';
import { insertOrReplace, type UpsertCounts } from './upsert-counts.ts';

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

const input = `
  select * from unnest($1::timestamptz[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[], $7::bool[], $8::timestamptz[])`;

const insertNew = `insert into device_heartbeats (time, device_mac_addr, rssi, free_heap, uptime, min_heap, ntp_sync, reception_time) ${input}
on conflict (device_mac_addr, time) do nothing`;

// What was received later wins, so that a replay of old messages never overwrites a newer one.
const replaceOlder = `insert into device_heartbeats as s (time, device_mac_addr, rssi, free_heap, uptime, min_heap, ntp_sync, reception_time) ${input}
on conflict (device_mac_addr, time) do update set
    rssi = excluded.rssi, free_heap = excluded.free_heap, uptime = excluded.uptime, min_heap = excluded.min_heap,
    ntp_sync = excluded.ntp_sync, reception_time = excluded.reception_time
  where s.reception_time is null or s.reception_time <= excluded.reception_time`;

/** Writes a batch. No two rows may share MAC and time: see `lastPerKey`. */
export async function upsertHeartbeats(
  connection: Queryable,
  rows: readonly HeartbeatRow[],
): Promise<UpsertCounts> {
  if (rows.length === 0) return { inserted: 0, replaced: 0 };
  return insertOrReplace(connection, insertNew, replaceOlder, rows.length, [
    timestampArray(rows.map((row) => row.timeMs)),
    textArray(rows.map((row) => row.mac)),
    integerArray(rows.map((row) => row.rssi)),
    integerArray(rows.map((row) => row.freeHeap)),
    integerArray(rows.map((row) => row.uptime)),
    integerArray(rows.map((row) => row.minHeap)),
    booleanArray(rows.map((row) => row.ntpSync)),
    timestampArray(rows.map((row) => row.receptionMs)),
  ]);
}

const copy = `copy device_heartbeats (time, device_mac_addr, rssi, free_heap, uptime, min_heap, ntp_sync, reception_time)
  from stdin (format binary)`;

/**
 * Writes rows of which none may be there yet.
 *
 * @throws pg.DatabaseError 23505 when one is: then none was written
 */
export async function copyHeartbeats(connection: Queryable, rows: readonly HeartbeatRow[]): Promise<void> {
  if (rows.length === 0) return;
  const data = new BinaryCopy(8, rows.length, 82);
  for (const row of rows) {
    data.row();
    data.timestamp(row.timeMs);
    data.text(row.mac);
    data.integer(row.rssi);
    data.integer(row.freeHeap);
    data.integer(row.uptime);
    data.integer(row.minHeap);
    data.boolean(row.ntpSync);
    data.timestamp(row.receptionMs);
  }
  await connection.copyIn(copy, data.finish());
}
