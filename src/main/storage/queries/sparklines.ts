import type { Queryable } from '../database.ts';

/** Mean temperature per bucket between two times, for several devices in one statement; empty buckets are absent. */
export async function temperatureBuckets(
  connection: Queryable,
  macs: readonly string[],
  fromMs: number,
  toMs: number,
  buckets: number,
): Promise<readonly { readonly mac: string; readonly bucket: number; readonly mean: number }[]> {
  const { rows } = await connection.query<{ mac: string; bucket: number; mean: number }>(
    `select device_mac_addr as mac,
       least(floor((extract(epoch from time) * 1000 - $2::float8) / ($3::float8 - $2::float8) * $4::int)::int, $4::int - 1) as bucket,
       avg(temperature)::float8 as mean
     from sensor_data
     where device_mac_addr = any($1) and time >= to_timestamp($2::float8 / 1000.0) and time <= to_timestamp($3::float8 / 1000.0)
     group by 1, 2`,
    [macs, fromMs, toMs, buckets],
  );
  return rows;
}

/** Messages stored per minute since a moment, by reception. */
export async function storedPerMinute(
  connection: Queryable,
  sinceMs: number,
): Promise<readonly { readonly minute: number; readonly messages: number }[]> {
  const { rows } = await connection.query<{ minute: number; messages: number }>(
    `select floor(extract(epoch from reception_time) / 60)::int as minute, count(*) as messages from (
       select reception_time from sensor_data where time > to_timestamp($1::float8 / 1000.0) - interval '1 day' and reception_time > to_timestamp($1::float8 / 1000.0)
       union all
       select reception_time from device_heartbeats where time > to_timestamp($1::float8 / 1000.0) - interval '1 day' and reception_time > to_timestamp($1::float8 / 1000.0)
     ) r group by 1`,
    [sinceMs],
  );
  return rows;
}
