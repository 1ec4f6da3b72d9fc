import type { Database } from '../../src/main/storage/index.ts';
import { ensurePartitions, utcDay } from '../../src/main/storage/index.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';

const dayMs = 86_400_000;

export function macsOf(count: number): MacAddress[] {
  return Array.from(
    { length: count },
    (_, i) => `24:6F:28:BE:00:${i.toString(16).padStart(2, '0').toUpperCase()}` as MacAddress,
  );
}

/** Days; the last is all there is. */
export function chartRanges(days: number): readonly number[] {
  return [...new Set([1, 7, 30, 90, 365].map((range) => Math.min(range, days)))];
}

/**
 * One reading a minute of each device: the day, the season and some noise in the temperature; half a per cent lost,
 * one day in forty with an outage of some hours, each year one of two days. Made in the server, day by day.
 */
export async function fillYear(
  owner: Database,
  { devices, days, toMs }: { readonly devices: number; readonly days: number; readonly toMs: number },
): Promise<void> {
  await owner.query(`insert into sites (site_ref) values ('BENCH')`);
  await owner.query(
    `insert into devices (device_mac_addr, site_ref) select m, 'BENCH' from unnest($1::text[]) m`,
    [macsOf(devices)],
  );
  await owner.query(
    `insert into field.zones (site_ref, name, temperature_min, temperature_max) values ('BENCH', 'Cold', 2, 8)`,
  );
  await owner.query(
    `insert into field.device_profiles (device_mac_addr, name, zone_id)
     select device_mac_addr, 'Rack ' || id, (select min(id) from field.zones) from devices`,
  );
  for (let day = 0; day < days; day++) {
    const fromMs = toMs - (days - day) * dayMs;
    await ensurePartitions(owner, [utcDay(fromMs)]);
    await owner.query(
      `insert into sensor_data (device_mac_addr, time, temperature, humidity, reception_time)
       select mac, t, round((5 + 1.2 * sin(e / 86400 * 2 * pi() + k) + 0.8 * sin(e / 31557600 * 2 * pi())
           + 0.3 * (random() + random() - 1))::numeric, 2)::real,
         round((70 + 8 * cos(e / 86400 * 2 * pi() + k) + random() * 2)::numeric, 2)::real, t + interval '80 milliseconds'
       from unnest($1::text[]) with ordinality as d (mac, k)
       cross join generate_series(0, 1439) as m
       cross join lateral (select to_timestamp($2::float8 / 1000 + m * 60 + k)) as moment (t)
       cross join lateral (select extract(epoch from t)::float8) as epoch (e)
       where random() > 0.005
         and not ((k * 7 + $3) % 40 = 0 and m between 300 + k * 10 and 480 + k * 20)
         and not ((k * 11 + $3) % 365 in (3, 4))
       order by k, m`,
      [macsOf(devices), fromMs, day],
    );
  }
}
