import type { Excursion } from '../../../shared/contract/conformity.ts';
import type { Queryable } from '../database.ts';

export interface ExcursionQuestion {
  /** `null`: all sites. */
  readonly siteRef: string | null;
  /** `null`: all devices in use. */
  readonly macs: readonly string[] | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  readonly toleranceMs: number;
  readonly limit: number;
  /** Silence beyond both ends what is known: so long, and so many of the device's intervals. */
  readonly gap: { readonly leastMs: number; readonly intervals: number };
}

/** Hours of one device, one after the other, in which a reading lies beyond a limit. */
interface Stretch {
  readonly mac: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const hourMs = 3_600_000;

/**
 * Stretches of readings beyond a device's limits, newest first, at most `limit` of them; and how many more there are.
 * Exact to the reading, but readings are only looked at in the hours whose extremes lie beyond a limit.
 */
export async function findExcursions(
  connection: Queryable,
  question: ExcursionQuestion,
): Promise<{ readonly items: readonly Excursion[]; readonly more: number }> {
  const stretches = await stretchesBeyond(connection, question);
  if (stretches.length === 0) return { items: [], more: 0 };
  const { fromMs, toMs, nowMs, toleranceMs, limit, gap } = question;
  const clipped = stretches.map((stretch) => ({
    mac: stretch.mac,
    fromMs: Math.max(fromMs, stretch.fromMs),
    toMs: Math.min(toMs, stretch.toMs),
  }));
  const { rows } = await connection.query<Excursion & { more: number } & Record<string, unknown>>(
    `with stretches as materialized (
       select * from jsonb_to_recordset($1::jsonb) as s(mac text, "fromMs" float8, "toMs" float8)
     ),
     -- The pace of a device: the usual distance between its hours with readings, by the usual number in one.
     hours as (
       select device_mac_addr as mac, measurement_count as n,
         lead(bucket_start) over (partition by device_mac_addr order by bucket_start) - bucket_start as until_next
       from sensor_data_hourly as h
       where device_mac_addr in (select mac from stretches)
         and bucket_start >= date_trunc('hour', to_timestamp($2::float8 / 1000), 'UTC')
         and bucket_start < to_timestamp($3::float8 / 1000)
     ),
     paces as materialized (
       select mac, greatest($5::float8, $6::float8 * 1000 * extract(epoch from
         coalesce(percentile_cont(0.5) within group (order by until_next), interval '1 hour')
           / percentile_cont(0.5) within group (order by n))::float8) * interval '1 millisecond' as gap
       from hours group by mac
     ),
     devices as materialized (
       select p.mac, p.gap, d.temperature_min, d.temperature_max, d.humidity_min, d.humidity_max
       from paces as p join field.devices_in_use as d on d.device_mac_addr = p.mac
     ),
     readings as (
       select s.mac, r.time, r.temperature, r.humidity from stretches as s cross join lateral (
         select time, temperature, humidity from sensor_data
         where device_mac_addr = s.mac and time >= to_timestamp(s."fromMs" / 1000) and time < to_timestamp(s."toMs" / 1000)
           and time >= to_timestamp($2::float8 / 1000) and time < to_timestamp($3::float8 / 1000)
       ) as r
     ),
     -- Per measurement, and after each stretch the first one that follows: it says when the limit was kept again.
     measured as (
       select mac, 'temperature' as metric, time, temperature as value from readings
       union all
       select mac, 'humidity', time, humidity from readings
       union
       select s.mac, m.metric, n.time, n.value from stretches as s join devices as d using (mac)
       cross join (values ('temperature'), ('humidity')) as m(metric)
       cross join lateral (
         select time, case m.metric when 'temperature' then temperature else humidity end as value from sensor_data
         where device_mac_addr = s.mac and time >= to_timestamp(s."toMs" / 1000) and time <= to_timestamp(s."toMs" / 1000) + d.gap
           and time >= to_timestamp($2::float8 / 1000) and time < to_timestamp($3::float8 / 1000)
           and case m.metric when 'temperature' then temperature else humidity end <> 'NaN'
         order by time limit 1
       ) as n
     ),
     sided as (
       select m.mac, l.metric, l.side, l.bound, d.gap, m.time, m.value,
         case l.side when 'above' then m.value > l.bound else m.value < l.bound end as outside
       from measured as m join devices as d using (mac)
       cross join lateral (values ('temperature', 'above', d.temperature_max), ('temperature', 'below', d.temperature_min),
         ('humidity', 'above', d.humidity_max), ('humidity', 'below', d.humidity_min)) as l(metric, side, bound)
       where m.metric = l.metric and l.bound is not null and m.value is not null and m.value <> 'NaN'
     ),
     followed as (
       select *, lag(time) over w as before, lag(outside) over w as outside_before, lead(time) over w as after
       from sided window w as (partition by mac, metric, side order by time)
     ),
     numbered as (
       select *, count(*) filter (where outside_before is not true or time - before > gap)
         over (partition by mac, metric, side order by time) as run
       from followed where outside
     ),
     runs as (
       select mac, metric, side, bound, gap, min(time) as first, max(time) as last, count(*) as readings,
         (array_agg(value order by case side when 'above' then -value else value end, time))[1] as peak,
         (array_agg(time order by case side when 'above' then -value else value end, time))[1] as peak_at,
         (array_agg(after order by time desc))[1] as after
       from numbered group by mac, metric, side, bound, gap, run
     ),
     -- Where nothing follows, the last one holds until the end of the range, unless that lies beyond the silence.
     ended as (
       select *, case
         when after - last <= gap then after
         when after is not null or least(to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000)) - last > gap then last
         when $3::float8 > $4::float8 then null
         else to_timestamp($3::float8 / 1000) end as until
       from runs
     ),
     found as (
       select *, 1000 * extract(epoch from coalesce(until, last) - first)::float8 as duration from ended
     )
     select mac, metric, side, bound as limit, first as "startMs", until as "endMs", duration as "durationMs",
       peak, peak_at as "peakMs", readings, greatest(0, count(*) over () - $8::int8) as more
     from found where duration >= $7::float8 or until is null
     order by first desc, mac, metric, side limit $8`,
    [JSON.stringify(clipped), fromMs, toMs, nowMs, gap.leastMs, gap.intervals, toleranceMs, limit],
  );
  return { items: rows.map(({ more: _more, ...item }) => item), more: rows[0]?.more ?? 0 };
}

/** Which hours have to be looked at, those that follow each other in one. */
async function stretchesBeyond(
  connection: Queryable,
  { siteRef, macs, fromMs, toMs }: ExcursionQuestion,
): Promise<readonly Stretch[]> {
  const { rows } = await connection.query<{ mac: string; at: number }>(
    `select h.device_mac_addr as mac, h.bucket_start as at from sensor_data_hourly as h
     join field.devices_in_use as d using (device_mac_addr)
     where ($1::text is null or d.site_ref = $1) and ($4::text[] is null or h.device_mac_addr = any($4))
       and h.bucket_start >= date_trunc('hour', to_timestamp($2::float8 / 1000), 'UTC')
       and h.bucket_start < to_timestamp($3::float8 / 1000)
       and (h.min_temperature < d.temperature_min or h.max_temperature > d.temperature_max
         or h.min_humidity < d.humidity_min or h.max_humidity > d.humidity_max)
     order by 1, 2`,
    [siteRef, fromMs, toMs, macs],
  );
  const stretches: Stretch[] = [];
  for (const { mac, at } of rows) {
    const last = stretches.at(-1);
    if (last?.mac === mac && last.toMs === at)
      stretches[stretches.length - 1] = { ...last, toMs: at + hourMs };
    else stretches.push({ mac, fromMs: at, toMs: at + hourMs });
  }
  return stretches;
}
