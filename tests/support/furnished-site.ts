import { silentLog } from '../../src/main/foundation/log.ts';
import { createPartitionsAhead, Database } from '../../src/main/storage/index.ts';
import type { TestApplication } from './application.ts';

export interface Furnishing {
  readonly mac: string;
  readonly name: string;
  readonly position: string;
  readonly zone: string | null;
  readonly temperature: number;
  readonly humidity: number;
  readonly rssi: number;
  /** Minutes since its last reading and heartbeat. */
  readonly silentMinutes: number;
}

export interface FurnishedZone {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/**
 * Writes a site with its zones, devices and a day of readings straight into the database of a running stack,
 * as a year of work would have left it. The screens show it after the stack was started again.
 */
export async function furnishSite(
  application: TestApplication,
  site: { readonly ref: string; readonly name: string },
  zones: readonly FurnishedZone[],
  devices: readonly Furnishing[],
  minutesBetween = 15,
): Promise<void> {
  const database = new Database({
    address: await application.database(),
    applicationName: 'furnish',
    poolSize: 1,
    log: silentLog,
  });
  try {
    await database.query('insert into sites (site_ref, site_name) values ($1, $2)', [site.ref, site.name]);
    for (const zone of zones)
      await database.query(
        'insert into field.zones (site_ref, name, temperature_min, temperature_max) values ($1, $2, $3, $4)',
        [site.ref, zone.name, zone.min, zone.max],
      );
    await database.query(
      `with d as (select * from jsonb_to_recordset($1::jsonb) as x(mac text, name text, position text, zone text)),
         made as (insert into devices (device_mac_addr, site_ref) select mac, $2 from d returning device_mac_addr)
       select count(*) from made`,
      [JSON.stringify(devices), site.ref],
    );
    await database.query(
      `insert into field.device_profiles (device_mac_addr, name, position, zone_id)
       select d.mac, d.name, d.position, z.id
       from jsonb_to_recordset($1::jsonb) as d(mac text, name text, position text, zone text)
       left join field.zones z on z.name = d.zone and z.site_ref = $2`,
      [JSON.stringify(devices), site.ref],
    );
    await createPartitionsAhead(database, Date.now());
    await database.query(
      `insert into sensor_data (time, device_mac_addr, temperature, humidity, reception_time)
       select t, d.mac, case when t = d.last then d.temperature else d.temperature - 0.4 + 0.4 * sin(extract(epoch from t) / 4000) end,
         d.humidity, t
       from (select *, now() - "silentMinutes" * interval '1 minute' as last from jsonb_to_recordset($1::jsonb)
         as x(mac text, temperature real, humidity real, "silentMinutes" real)) d
       cross join lateral generate_series(d.last, now() - interval '1 day', - $2::int * interval '1 minute') t`,
      [JSON.stringify(devices), minutesBetween],
    );
    await database.query(
      `insert into device_heartbeats (time, device_mac_addr, rssi, free_heap, uptime, min_heap, ntp_sync, reception_time)
       select now() - "silentMinutes" * interval '1 minute', mac, rssi, 178000, 1400000, 161000, true,
         now() - "silentMinutes" * interval '1 minute'
       from jsonb_to_recordset($1::jsonb) as x(mac text, rssi int, "silentMinutes" real)`,
      [JSON.stringify(devices)],
    );
  } finally {
    await database.close();
  }
}
