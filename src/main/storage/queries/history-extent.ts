import type { Connection } from '../database.ts';

export interface Extent {
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/** First and last reading under each address; one look into the index at either end. */
export async function extentOf(
  connection: Connection,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Extent>> {
  const { rows } = await connection.query<{ address: string } & Extent>(
    `select a.address, f.time as "firstMs", l.time as "lastMs" from unnest($1::text[]) as a (address)
     left join lateral (select time from sensor_data where device_mac_addr = a.address order by time limit 1) f on true
     left join lateral (select time from sensor_data where device_mac_addr = a.address order by time desc limit 1) l on true`,
    [addresses],
  );
  return new Map(rows.map(({ address, firstMs, lastMs }) => [address, { firstMs, lastMs }]));
}
