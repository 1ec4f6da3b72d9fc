import { silentLog } from '../../src/main/foundation/log.ts';
import { Database, ensurePartitions, utcDay } from '../../src/main/storage/index.ts';
import type { TestApplication } from './application.ts';

const dayMs = 86_400_000;

/**
 * A cold store with three sensors and so many days of readings until now, every so many minutes: a season and a day
 * in them, two days without a reading, one door left open, one evening that was too humid, and rules for it all.
 */
export async function storeConformityHistory(
  application: TestApplication,
  options: { readonly days: number; readonly minutesBetween: number; readonly rules?: boolean },
): Promise<{ readonly doorDay: string; readonly silentDay: string; readonly humidDay: string }> {
  const database = new Database({
    address: await application.database(),
    applicationName: 'furnish',
    poolSize: 1,
    log: silentLog,
  });
  const today = Math.floor(Date.now() / dayMs) * dayMs;
  const dayBefore = (count: number): string => utcDay(today - count * dayMs);
  const [doorDay, silentDay, humidDay] = [dayBefore(4), dayBefore(7), dayBefore(11)];
  try {
    await ensurePartitions(
      database,
      Array.from({ length: options.days + 1 }, (_, count) => dayBefore(count)),
    );
    await database.query(
      `insert into sites (site_ref, site_name) values ('HCS', 'Harbour Cold Store'), ('LAB', 'Laboratory')`,
    );
    await database.query(
      `insert into devices (device_mac_addr, site_ref) select '24:6F:28:00:00:0' || i, 'HCS' from generate_series(1, 3) i`,
    );
    await database.query(
      `insert into field.device_profiles (device_mac_addr, name)
       select '24:6F:28:00:00:0' || i, 'CR1-0' || i from generate_series(1, 3) i`,
    );
    await database.query(
      `insert into sensor_data (time, device_mac_addr, temperature, humidity, reception_time)
       select t, '24:6F:28:00:00:0' || i,
         case when t::date = $3::date and i = 2 and extract(hour from t) between 10 and 12 then 14.5
           else 5.6 + 0.2 * i + 0.9 * sin(extract(epoch from t) / 86400 * 2 * pi())
             + 0.75 * sin(extract(doy from t) / 365 * 2 * pi()) + 0.3 * sin(extract(doy from t) * 7.3) end,
         case when t::date = $5::date and extract(hour from t) >= 20 then 88 else 66 + 5 * sin(extract(epoch from t) / 30000) end, t
       from generate_series(1, 3) i, generate_series($1::timestamptz, now(), $2::int * interval '1 minute') t
       where t::date not in ($4::date, $4::date - 31)`,
      [dayBefore(options.days), options.minutesBetween, doorDay, silentDay, humidDay],
    );
    if (options.rules !== false) {
      await database.query(
        `insert into field.conformity_rules (site_ref, metric_type, min_allowed, max_allowed, criticality, description) values
           ('HCS', 'temperature_range', 2, 8, 'HIGH', 'Chilled goods, 2 to 8 °C'), ('HCS', 'humidity_ceiling', null, 75, 'MEDIUM', ''),
           ('HCS', 'temperature_stability', null, 4, 'LOW', ''), ('HCS', 'uptime_ratio', $1, null, 'MEDIUM', 'Of one reading a minute')`,
        [0.19],
      );
    }
    return { doorDay, silentDay, humidDay };
  } finally {
    await database.close();
  }
}
