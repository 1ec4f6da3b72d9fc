import type { Queryable } from '../database.ts';

export interface BeatRow {
  readonly mac: string;
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly rssi: number | null;
  readonly freeHeap: number | null;
  readonly uptime: number | null;
  readonly ntpSync: boolean | null;
}

export interface ReadingRow {
  readonly mac: string;
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly temperature: number;
  readonly humidity: number;
}

export interface TrendRow {
  readonly mac: string;
  readonly timeMs: number;
  readonly rssi: number | null;
  readonly freeHeap: number | null;
}

export interface StepRow {
  readonly mac: string;
  readonly beforeMs: number;
  readonly timeMs: number;
  readonly uptimeBefore: number | null;
  readonly uptime: number | null;
}

/** The newest heartbeats of each device since a moment. */
export async function newestBeats(
  connection: Queryable,
  macs: readonly string[],
  sinceMs: number,
  most: number,
): Promise<readonly BeatRow[]> {
  const { rows } = await connection.query<{ [K in keyof BeatRow]: BeatRow[K] }>(
    `select m.mac, h.time as "timeMs", coalesce(h.reception_time, h.time) as "receivedMs", h.rssi, h.free_heap as "freeHeap", h.uptime,
       h.ntp_sync as "ntpSync"
     from unnest($1::text[]) as m (mac) cross join lateral (
       select * from device_heartbeats d where d.device_mac_addr = m.mac and d.time > to_timestamp($2::float8 / 1000)
       order by d.time desc limit $3) as h`,
    [macs, sinceMs, most],
  );
  return rows;
}

/** The newest readings of each device since a moment. One that came from a file was received when it was taken. */
export async function newestReadings(
  connection: Queryable,
  macs: readonly string[],
  sinceMs: number,
  most: number,
): Promise<readonly ReadingRow[]> {
  const { rows } = await connection.query<{ [K in keyof ReadingRow]: ReadingRow[K] }>(
    `select m.mac, r.time as "timeMs", r.temperature, r.humidity,
       case when r.reception_time is null or exists (select from field.imports i where i.reception_time = r.reception_time)
         then r.time else r.reception_time end as "receivedMs"
     from unnest($1::text[]) as m (mac) cross join lateral (
       select * from sensor_data d where d.device_mac_addr = m.mac and d.time > to_timestamp($2::float8 / 1000)
         and d.temperature is not null and d.humidity is not null
       order by d.time desc limit $3) as r`,
    [macs, sinceMs, most],
  );
  return rows;
}

/** Signal and heap of each device in buckets: mean dBm, lowest free bytes. */
export async function beatTrend(
  connection: Queryable,
  macs: readonly string[],
  sinceMs: number,
  bucketMs: number,
): Promise<readonly TrendRow[]> {
  const { rows } = await connection.query<{ [K in keyof TrendRow]: TrendRow[K] }>(
    `select device_mac_addr as mac, floor(extract(epoch from time) * 1000 / $3::float8) * $3::float8 as "timeMs",
       avg(rssi)::float8 as rssi, min(free_heap) as "freeHeap"
     from device_heartbeats
     where device_mac_addr = any($1) and time > to_timestamp($2::float8 / 1000)
     group by 1, 2`,
    [macs, sinceMs, bucketMs],
  );
  return rows;
}

/** Neighbouring heartbeats between which the uptime fell. */
export async function uptimeFalls(
  connection: Queryable,
  macs: readonly string[],
  sinceMs: number,
): Promise<readonly StepRow[]> {
  const { rows } = await connection.query<{ [K in keyof StepRow]: StepRow[K] }>(
    `select mac, before as "beforeMs", time as "timeMs", uptime_before as "uptimeBefore", uptime from (
       select device_mac_addr as mac, time, uptime, lag(time) over w as before, lag(uptime) over w as uptime_before
       from device_heartbeats where device_mac_addr = any($1) and time > to_timestamp($2::float8 / 1000)
       window w as (partition by device_mac_addr order by time)) as s
     where uptime < uptime_before`,
    [macs, sinceMs],
  );
  return rows;
}

/** Receptions of what was refused as impossible. */
export async function implausibleSince(
  connection: Queryable,
  macs: readonly string[],
  sinceMs: number,
): Promise<readonly { readonly mac: string; readonly receivedMs: number }[]> {
  const { rows } = await connection.query<{ mac: string; receivedMs: number }>(
    `select device_mac_addr as mac, received_at as "receivedMs" from field.quarantine
     where device_mac_addr = any($1) and reason = 'implausible-value' and received_at > to_timestamp($2::float8 / 1000)`,
    [macs, sinceMs],
  );
  return rows;
}

export interface FactsRow {
  readonly mac: string;
  readonly seenMs: number | null;
  readonly clockFaulty: boolean;
  readonly status: 'online' | 'offline' | null;
  readonly statusMs: number | null;
  readonly firmware: string | null;
  readonly chip: string | null;
  readonly ip: string | null;
  readonly resetReason: string | null;
}

/** What boards said of themselves. */
export async function selfDescriptions(
  connection: Queryable,
  macs: readonly string[],
): Promise<readonly FactsRow[]> {
  const { rows } = await connection.query<{ [K in keyof FactsRow]: FactsRow[K] }>(
    `select d.mac, nullif(f.last_seen, to_timestamp(0)) as "seenMs", coalesce(f.clock_faulty, false) as "clockFaulty", f.status, f.status_time as "statusMs", f.firmware, f.chip, f.ip,
       f.reset_reason as "resetReason"
     from unnest($1::text[]) as d (mac)
     left join field.device_facts f on f.device_mac_addr = d.mac`,
    [macs],
  );
  return rows;
}
