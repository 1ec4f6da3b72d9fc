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

/** What one statement finds of an excursion: all of it, or the part within its slice of time. */
interface Piece extends Pick<
  Excursion,
  'mac' | 'metric' | 'side' | 'limit' | 'peak' | 'peakMs' | 'readings'
> {
  readonly firstMs: number;
  readonly lastMs: number;
  /** The next reading that was looked at; `null`: none up to the end of the silence that is tolerated. */
  readonly afterMs: number | null;
}

const hourMs = 3_600_000;
/** So much is asked for in one statement, which is then planned for its own days only. */
const sliceMs = 7 * 24 * hourMs;

/**
 * Stretches of readings beyond a device's limits, newest first, at most `limit` of them; and how many more there are.
 * Exact to the reading, but readings are only looked at in the hours whose extremes lie beyond a limit.
 */
export async function findExcursions(
  connection: Queryable,
  question: ExcursionQuestion,
  signal: AbortSignal,
): Promise<{ readonly items: readonly Excursion[]; readonly more: number }> {
  const { fromMs, toMs, toleranceMs, limit } = question;
  const stretches = await stretchesBeyond(connection, question);
  if (stretches.length === 0) return { items: [], more: 0 };
  const gaps = await toleratedGaps(connection, question, [...new Set(stretches.map(({ mac }) => mac))]);
  const pieces: Piece[] = [];
  for (let at = Math.floor(fromMs / hourMs) * hourMs; at < toMs; at += sliceMs) {
    signal.throwIfAborted();
    const slice = { fromMs: Math.max(at, fromMs), toMs: Math.min(at + sliceMs, toMs) };
    const within = stretches.flatMap((stretch) => {
      const part = {
        mac: stretch.mac,
        fromMs: Math.max(stretch.fromMs, slice.fromMs),
        toMs: Math.min(stretch.toMs, slice.toMs),
        gapMs: gaps.get(stretch.mac) ?? question.gap.leastMs,
      };
      return part.fromMs < part.toMs ? [part] : [];
    });
    if (within.length > 0) pieces.push(...(await piecesOf(connection, within, slice, toMs)));
  }
  const found = joined(pieces, gaps)
    .map((piece) => ended(piece, gaps.get(piece.mac) ?? question.gap.leastMs, question))
    .filter(({ endMs, durationMs }) => endMs === null || durationMs >= toleranceMs)
    .sort((a, b) => b.startMs - a.startMs || order(a, b));
  return { items: found.slice(0, limit), more: Math.max(0, found.length - limit) };
}

const keyOf = ({ mac, metric, side }: Pick<Piece, 'mac' | 'metric' | 'side'>): string =>
  `${mac} ${metric} ${side}`;
const order = (a: Excursion, b: Excursion): number => (keyOf(a) < keyOf(b) ? -1 : 1);

/** Parts on both sides of a slice's edge are one where the next reading after the first is that of the second. */
function joined(pieces: readonly Piece[], gaps: ReadonlyMap<string, number>): readonly Piece[] {
  const whole: Piece[] = [];
  const lastOf = new Map<string, number>();
  for (const piece of pieces.toSorted((a, b) => a.firstMs - b.firstMs)) {
    const key = keyOf(piece);
    const index = lastOf.get(key);
    const before = index === undefined ? undefined : whole[index];
    const follows =
      before?.afterMs === piece.firstMs && piece.firstMs - before.lastMs <= (gaps.get(piece.mac) ?? 0);
    if (index === undefined || before === undefined || !follows) {
      lastOf.set(key, whole.push(piece) - 1);
      continue;
    }
    const further = piece.side === 'above' ? piece.peak > before.peak : piece.peak < before.peak;
    whole[index] = {
      ...(further ? piece : before),
      firstMs: before.firstMs,
      lastMs: piece.lastMs,
      afterMs: piece.afterMs,
      readings: before.readings + piece.readings,
    };
  }
  return whole;
}

/**
 * Where nothing follows, the last reading holds until the end of the range, or until now, unless the silence since
 * is longer than is tolerated.
 */
function ended(piece: Piece, gapMs: number, { toMs, nowMs }: ExcursionQuestion): Excursion {
  const { firstMs, lastMs, afterMs, ...rest } = piece;
  const silentMs = (afterMs ?? Math.min(toMs, nowMs)) - lastMs;
  const endMs = silentMs > gapMs ? lastMs : (afterMs ?? (toMs > nowMs ? null : toMs));
  return { ...rest, startMs: firstMs, endMs, durationMs: (endMs ?? lastMs) - firstMs };
}

async function piecesOf(
  connection: Queryable,
  stretches: readonly (Stretch & { readonly gapMs: number })[],
  slice: { readonly fromMs: number; readonly toMs: number },
  toMs: number,
): Promise<readonly Piece[]> {
  const lookMs = Math.min(toMs, slice.toMs + Math.max(...stretches.map(({ gapMs }) => gapMs)) + 1);
  const { rows } = await connection.query<Piece & Record<string, unknown>>(
    `with stretches as materialized (
       select * from jsonb_to_recordset($1::jsonb) as s(mac text, "fromMs" float8, "toMs" float8, "gapMs" float8)
     ),
     devices as materialized (
       select s.mac, s.gap, d.temperature_min, d.temperature_max, d.humidity_min, d.humidity_max
       from (select distinct mac, "gapMs" * interval '1 millisecond' as gap from stretches) as s
       join field.devices_in_use as d on d.device_mac_addr = s.mac
     ),
     readings as (
       select s.mac, r.time, r.temperature, r.humidity from stretches as s join sensor_data as r
         on r.device_mac_addr = s.mac and r.time >= to_timestamp(s."fromMs" / 1000) and r.time < to_timestamp(s."toMs" / 1000)
       where r.time >= to_timestamp($2::float8 / 1000) and r.time < to_timestamp($3::float8 / 1000)
     ),
     -- Per measurement, and after each stretch the first one that follows: it says when the limit was kept again.
     measured as (
       select mac, metric, time, value, bool_and(extra) as extra from (
         select mac, 'temperature' as metric, time, temperature as value, false as extra from readings
         union all
         select mac, 'humidity', time, humidity, false from readings
         union all
         select s.mac, m.metric, n.time, n.value, true from stretches as s
         cross join (values ('temperature'), ('humidity')) as m(metric)
         cross join lateral (
           select time, case m.metric when 'temperature' then temperature else humidity end as value from sensor_data
           where device_mac_addr = s.mac and time >= to_timestamp(s."toMs" / 1000)
             and time <= to_timestamp(s."toMs" / 1000) + s."gapMs" * interval '1 millisecond'
             and time >= to_timestamp($2::float8 / 1000) and time < to_timestamp($4::float8 / 1000)
             and case m.metric when 'temperature' then temperature else humidity end <> 'NaN'
           order by time limit 1
         ) as n
       ) as m
       group by mac, metric, time, value
     ),
     sided as (
       select m.mac, l.metric, l.side, l.bound, d.gap, m.time, m.value, m.extra,
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
       from followed where outside and not extra
     )
     select mac, metric, side, bound as limit, min(time) as "firstMs", max(time) as "lastMs", count(*) as readings,
       (array_agg(value order by case side when 'above' then -value else value end, time))[1] as peak,
       (array_agg(time order by case side when 'above' then -value else value end, time))[1] as "peakMs",
       (array_agg(after order by time desc))[1] as "afterMs"
     from numbered group by mac, metric, side, bound, run`,
    [JSON.stringify(stretches), slice.fromMs, slice.toMs, lookMs],
  );
  return rows.map(({ mac, metric, side, limit, peak, peakMs, readings, firstMs, lastMs, afterMs }) => ({
    mac,
    metric,
    side,
    limit,
    peak,
    peakMs,
    readings,
    firstMs,
    lastMs,
    afterMs,
  }));
}

/** Silence that ends what is known, by device: its pace is the usual distance between its hours, by the usual number in one. */
async function toleratedGaps(
  connection: Queryable,
  { fromMs, toMs, gap }: ExcursionQuestion,
  macs: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await connection.query<{ mac: string; pace: number }>(
    `with hours as (
       select device_mac_addr as mac, measurement_count as n,
         lead(bucket_start) over (partition by device_mac_addr order by bucket_start) - bucket_start as until_next
       from sensor_data_hourly
       where device_mac_addr = any($1) and bucket_start >= date_trunc('hour', to_timestamp($2::float8 / 1000), 'UTC')
         and bucket_start < to_timestamp($3::float8 / 1000)
     )
     select mac, (1000 * extract(epoch from coalesce(percentile_cont(0.5) within group (order by until_next), interval '1 hour')
       / percentile_cont(0.5) within group (order by n)))::float8 as pace
     from hours group by mac`,
    [macs, fromMs, toMs],
  );
  return new Map(rows.map(({ mac, pace }) => [mac, Math.max(gap.leastMs, gap.intervals * pace)]));
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
