import type { Excursion } from '../../../shared/contract/conformity.ts';
import type { Connection } from '../database.ts';
import { throwIfCancelled } from '../question-pool.ts';
import { ExcursionWalk, type LimitedMetric } from './excursion-walk.ts';
import { readingsIn, type Stretch } from './excursion-readings.ts';
import type { Points } from './history-points.ts';
import { bucketsOfRollup, rollupsOf } from './history-rollups.ts';

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

interface Limited {
  readonly mac: Excursion['mac'];
  readonly temperatureMin: number | null;
  readonly temperatureMax: number | null;
  readonly humidityMin: number | null;
  readonly humidityMax: number | null;
}

const hourMs = 3_600_000;
/** A stretch is read in parts of at most so many hours: of a few days' partitions, and of what fits in memory. */
const hoursTogether = 7 * 24;
/** So many devices' hours are held at a time. */
const devicesTogether = 20;

/**
 * Stretches of readings beyond a device's limits, newest first, at most `limit` of them; and how many more there are.
 * Exact to the reading, but readings are only looked at in the hours whose extremes lie beyond a limit.
 *
 * @throws AppError `history.cancelled`
 */
export async function findExcursions(
  connection: Connection,
  question: ExcursionQuestion,
  signal: AbortSignal,
): Promise<{ readonly items: readonly Excursion[]; readonly more: number }> {
  const { fromMs, toMs, toleranceMs, limit } = question;
  const devices = await limitedDevices(connection, question);
  const rollups = await rollupsOf(connection);
  const found: Excursion[] = [];
  for (let first = 0; first < devices.length; first += devicesTogether) {
    const some = devices.slice(first, first + devicesTogether);
    const hours = await bucketsOfRollup(
      connection,
      rollups,
      'hourly',
      {
        addresses: some.map(({ mac }) => mac),
        fromMs: Math.floor(fromMs / hourMs) * hourMs,
        toMs: Math.ceil(toMs / hourMs) * hourMs,
      },
      hourMs,
    );
    const walks: ExcursionWalk[] = [];
    const stretches = some.flatMap((device) => {
      const points = hours.get(device.mac);
      if (points === undefined) return [];
      const gapMs = toleratedGap(points, question);
      return metricsOf(device).flatMap((metric) => {
        const beyond = hoursBeyond(points, metric);
        if (beyond.length === 0) return [];
        const walk = new ExcursionWalk(metric, gapMs, question);
        walks.push(walk);
        return beyond.map((stretch): Stretch<ExcursionWalk> => ({
          address: device.mac,
          metric: metric.metric,
          fromMs: Math.max(fromMs, stretch.fromMs),
          // The first reading that follows says when the limit was kept again.
          toMs: Math.min(toMs, stretch.toMs + gapMs + 1),
          for: walk,
        }));
      });
    });
    await readingsIn(connection, stretches, (walk, times, values) => {
      throwIfCancelled(signal);
      walk.go(times, values);
    });
    for (const walk of walks) found.push(...walk.end());
  }
  const lasting = found
    .filter(({ endMs, durationMs }) => endMs === null || durationMs >= toleranceMs)
    .sort((a, b) => b.startMs - a.startMs || order(a, b));
  return { items: lasting.slice(0, limit), more: Math.max(0, lasting.length - limit) };
}

const keyOf = ({ mac, metric, side }: Excursion): string => `${mac} ${metric} ${side}`;
const order = (a: Excursion, b: Excursion): number => (keyOf(a) < keyOf(b) ? -1 : 1);

async function limitedDevices(
  connection: Connection,
  { siteRef, macs }: ExcursionQuestion,
): Promise<readonly Limited[]> {
  const { rows } = await connection.query<Limited & Record<string, unknown>>(
    `select device_mac_addr as mac, temperature_min as "temperatureMin", temperature_max as "temperatureMax",
       humidity_min as "humidityMin", humidity_max as "humidityMax"
     from field.devices_in_use
     where ($1::text is null or site_ref = $1) and ($2::text[] is null or device_mac_addr = any($2))
       and coalesce(temperature_min, temperature_max, humidity_min, humidity_max) is not null
     order by 1`,
    [siteRef, macs],
  );
  return rows;
}

function metricsOf(device: Limited): readonly LimitedMetric[] {
  const { mac } = device;
  return [
    { mac, metric: 'temperature' as const, min: device.temperatureMin, max: device.temperatureMax },
    { mac, metric: 'humidity' as const, min: device.humidityMin, max: device.humidityMax },
  ].filter(({ min, max }) => min !== null || max !== null);
}

/** Silence that ends what is known: the device's pace is the usual distance between its hours, by the usual number in one. */
function toleratedGap({ times, counts }: Points, { gap }: ExcursionQuestion): number {
  const steps = times.slice(1).map((time, i) => time - (times[i] ?? time));
  const paceMs = (median(steps) ?? hourMs) / (median(counts) ?? 1);
  return Math.max(gap.leastMs, gap.intervals * paceMs);
}

function median(values: readonly number[]): number | undefined {
  const sorted = Float64Array.from(values).sort();
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** Which hours have to be looked at, those that follow each other in one. */
function hoursBeyond(
  points: Points,
  { metric, min, max }: LimitedMetric,
): readonly { readonly fromMs: number; readonly toMs: number }[] {
  const stretches: { fromMs: number; toMs: number }[] = [];
  for (const [i, at] of points.times.entries()) {
    const [low, high] = [points[metric].min[i] ?? null, points[metric].max[i] ?? null];
    if (low === null && high === null) continue;
    // One that is missing alone is infinite, and what it hides has to be looked at.
    const inside =
      low !== null &&
      high !== null &&
      (min === null || Math.fround(low) >= Math.fround(min)) &&
      (max === null || Math.fround(high) <= Math.fround(max));
    if (inside) continue;
    const last = stretches.at(-1);
    if (last?.toMs === at && at - last.fromMs < hoursTogether * hourMs) last.toMs = at + hourMs;
    else stretches.push({ fromMs: at, toMs: at + hourMs });
  }
  return stretches;
}
