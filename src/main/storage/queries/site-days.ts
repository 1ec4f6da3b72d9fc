import type { SiteDayFacts } from '../../../shared/domain/conformity-rules.ts';
import type { Queryable } from '../database.ts';

/** What the warehouse computes for one site and UTC day. */
export interface SiteDayRow extends SiteDayFacts {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly readings: number;
  /** Per rule in the order of their numbers: whether it was kept. */
  readonly kept: readonly boolean[];
  /** `null` where the site has no rules. */
  readonly complianceRate: number | null;
  readonly criticalViolations: number;
}

/**
 * The warehouse's arithmetic, on the devices that belong to the site now: per device and UTC day the extremes of the
 * rows that have both values, over the devices the mean of these, and each rule compared with it; a bound that is
 * missing is not kept. Days of a device with a row that lacks a value, or whose value is no number, are computed from
 * the readings: a rollup passes over single values, the warehouse over whole rows. Days without readings are absent.
 */
export async function siteDays(
  connection: Queryable,
  siteRef: string,
  fromDay: string,
  toDay: string,
): Promise<readonly SiteDayRow[]> {
  // As values and not as a join: so they reach the parts of the view, and each part is read for them only.
  const { rows: members } = await connection.query<{ mac: string }>(
    'select device_mac_addr as mac from devices where site_ref = $1',
    [siteRef],
  );
  const incomplete = await incompleteDays(connection, siteRef, fromDay, toDay);
  const { rows } = await connection.query<SiteDayRow & Record<string, unknown>>(
    `with incomplete as materialized (
       select * from unnest($4::text[], $5::timestamptz[]) as i(device_mac_addr, day)
     ),
     device_days as (
       select device_mac_addr, bucket_start as day, min_temperature::float8, max_temperature::float8,
         min_humidity::float8, max_humidity::float8, measurement_count as readings
       from sensor_data_daily
       where bucket_start >= $2::date and bucket_start < $3::date + 1
         and device_mac_addr = any($6)
         ${incomplete.length === 0 ? '' : 'and (device_mac_addr, bucket_start) not in (select device_mac_addr, day from incomplete)'}
       ${incomplete.length === 0 ? '' : fromReadings}
     ),
     site_days as (
       select day, avg(min_temperature) as low_t, avg(max_temperature) as high_t, avg(min_humidity) as low_h,
         avg(max_humidity) as high_h, abs(avg(max_temperature) - avg(min_temperature)) as stability,
         case when sum(readings) >= 1440 then 1.0 else (sum(readings) / 1440.0)::float8 end::float8 as uptime,
         case when avg(min_temperature) > 5 and avg(min_humidity) > 10 and sum(readings) >= 50 then 1.0 else 0.0 end::float8
           as validity,
         sum(readings)::int8 as readings
       from device_days group by day
     ),
     judged as (
       select d.day, r.id, r.criticality, case r.metric_type
         when 'temperature_range' then low_t >= r.min_allowed and high_t <= r.max_allowed
         when 'humidity_floor' then low_h >= r.min_allowed
         when 'humidity_ceiling' then high_h <= r.max_allowed
         when 'temperature_stability' then stability <= r.max_allowed
         when 'uptime_ratio' then uptime >= r.min_allowed
         when 'data_validity' then validity >= r.min_allowed
       end is true as kept
       from site_days as d, field.conformity_rules as r where r.site_ref = $1
     ),
     summed as (
       select day, array_agg(kept order by id) as kept, round(avg(kept::int)::numeric, 2)::float8 as rate,
         count(*) filter (where not kept and criticality = 'HIGH') as critical
       from judged group by day
     )
     select to_char(d.day, 'YYYY-MM-DD') as day, ${finite('low_t')} as "lowTemperature",
       ${finite('high_t')} as "highTemperature", ${finite('low_h')} as "lowHumidity", ${finite('high_h')} as "highHumidity",
       ${finite('stability')} as stability, uptime as "uptimeRatio", validity as "dataValidity", readings,
       coalesce(s.kept, '{}') as kept, s.rate as "complianceRate", coalesce(s.critical, 0) as "criticalViolations"
     from site_days as d left join summed as s using (day) order by d.day`,
    [
      siteRef,
      fromDay,
      toDay,
      incomplete.map(({ mac }) => mac),
      incomplete.map(({ day }) => new Date(day).toISOString()),
      members.map(({ mac }) => mac),
    ],
  );
  return rows;
}

/** Days of a device that a rollup cannot answer for; without them the year's partitions are not even planned for. */
const fromReadings = `union all
       select device_mac_addr, day, r.* from incomplete as i cross join lateral (
         select min(temperature)::float8, max(temperature)::float8, min(humidity)::float8, max(humidity)::float8,
           count(*) as readings
         from sensor_data as s
         where s.device_mac_addr = i.device_mac_addr and s.time >= i.day and s.time < i.day + interval '1 day'
           and temperature is not null and humidity is not null
         having count(*) > 0
       ) as r`;

/**
 * Days of the site's devices with a row that lacks a value or holds none, by the partial index. An empty one has
 * nothing but its first page: with daily partitions this is looked at first, for that is most of the work.
 */
async function incompleteDays(
  connection: Queryable,
  siteRef: string,
  fromDay: string,
  toDay: string,
): Promise<readonly { readonly mac: string; readonly day: number }[]> {
  const { rows: parts } = await connection.query<{ parts: number; filled: number }>(
    `select count(*) as parts, count(*) filter (where pg_relation_size(inhrelid) > current_setting('block_size')::int) as filled
     from pg_inherits where inhparent = 'public.sensor_data_incomplete'::regclass`,
  );
  if ((parts[0]?.parts ?? 0) > 0 && parts[0]?.filled === 0) return [];
  const { rows } = await connection.query<{ mac: string; day: number }>(
    `select distinct device_mac_addr as mac, date_trunc('day', time, 'UTC') as day from sensor_data
     where (temperature is null or humidity is null or temperature = 'NaN' or humidity = 'NaN')
       and time >= $2::date and time < $3::date + 1
       and device_mac_addr in (select device_mac_addr from devices where site_ref = $1)`,
    [siteRef, fromDay, toDay],
  );
  return rows;
}

/** What is no number, or beyond all, has no form on the way to a screen. */
function finite(column: string): string {
  return `case when ${column} not in ('NaN', 'Infinity', '-Infinity') then ${column} end`;
}
