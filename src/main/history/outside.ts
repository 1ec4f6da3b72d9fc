import type { Limits } from '../../shared/contract/history.ts';
import type { Connection } from '../storage/index.ts';
import { outsideIn, type OutsideStretch } from '../storage/queries/history-limits.ts';
import type { Points } from '../storage/queries/history-points.ts';
import type { Rollups } from '../storage/queries/history-rollups.ts';
import { cellMs, readCells, type CellSource } from './cells.ts';
import { intervalsInGap } from './gaps.ts';
import type { Piece } from './lineage.ts';
import type { Range } from './range.ts';

const metrics = ['temperature', 'humidity'] as const;
type Metric = (typeof metrics)[number];
type Outside = Record<Metric, number>;

export interface LimitedDevice {
  readonly mac: string;
  readonly points: Points;
  readonly limits: Limits;
  readonly intervalMs: number | null;
}

interface Place {
  readonly range: Range;
  readonly source: CellSource;
  readonly pieces: readonly Piece[];
  readonly rollups: Rollups;
  readonly nowMs: number;
}

/**
 * How long each device measured beyond a limit: a reading stands until the next one, at most for two and a half
 * intervals. A bucket wholly outside counts as long as its readings stood; only where one crosses a limit the
 * readings themselves are looked at, of a day in its hours first.
 */
export async function timeOutside(
  connection: Connection,
  devices: readonly LimitedDevice[],
  place: Place,
): Promise<ReadonlyMap<string, Outside>> {
  const result = new Map<string, Outside>(devices.map(({ mac }) => [mac, { temperature: 0, humidity: 0 }]));
  const add = (mac: string, metric: string, ms: number): void => {
    const own = result.get(mac);
    if (own !== undefined) own[metric === 'humidity' ? 'humidity' : 'temperature'] += ms;
  };
  const stretches: OutsideStretch[] = [];
  for (const device of devices) {
    for (const metric of metrics) {
      const { wholeMs, crossing } = judged(device, metric, device.points, place.source);
      add(device.mac, metric, wholeMs);
      if (place.source === 'hourly') {
        stretches.push(...stretchesOf(device, metric, crossing, place));
        continue;
      }
      for (const days of crossing) {
        const pieces = piecesWithin(place.pieces, device.mac, days);
        const hours = await readCells(connection, place.rollups, pieces, 'hourly');
        const points = hours.get(device.mac);
        if (points === undefined) continue;
        const finer = judged(device, metric, points, 'hourly');
        add(device.mac, metric, finer.wholeMs);
        stretches.push(...stretchesOf(device, metric, finer.crossing, place));
      }
    }
  }
  for (const { mac, metric, ms } of await outsideIn(connection, stretches)) add(mac, metric, ms);
  return result;
}

/** Time of the buckets wholly outside, and the stretches of those that are so in part. */
function judged(
  { limits, intervalMs }: LimitedDevice,
  metric: Metric,
  points: Points,
  source: CellSource,
): { readonly wholeMs: number; readonly crossing: readonly Range[] } {
  const { min, max } = bounds(limits, metric);
  const stepMs = cellMs[source];
  let wholeMs = 0;
  const crossing: { fromMs: number; toMs: number }[] = [];
  if (min === null && max === null) return { wholeMs, crossing };
  for (const [i, time] of points.times.entries()) {
    const low = points[metric].min[i] ?? null;
    const high = points[metric].max[i] ?? null;
    if (low === null || high === null) continue;
    const out = (min !== null && low < min) || (max !== null && high > max);
    if (!out) continue;
    const whole = (min !== null && high < min) || (max !== null && low > max);
    const full = intervalMs !== null && (points.counts[i] ?? 0) >= stepMs / intervalMs - 1;
    if (whole && full) {
      wholeMs += stepMs;
      continue;
    }
    const before = crossing.at(-1);
    if (before?.toMs === time) before.toMs = time + stepMs;
    else crossing.push({ fromMs: time, toMs: time + stepMs });
  }
  return { wholeMs, crossing };
}

function stretchesOf(
  device: LimitedDevice,
  metric: Metric,
  crossing: readonly Range[],
  { range, pieces, nowMs }: Place,
): readonly OutsideStretch[] {
  const { mac, limits, intervalMs } = device;
  const standsMs = intervalsInGap * (intervalMs ?? 0);
  const endMs = Math.min(range.toMs, nowMs);
  return crossing.flatMap((stretch) =>
    piecesWithin(pieces, mac, stretch).flatMap(({ owners, fromMs, toMs }) =>
      [...owners.keys()].map((address) => ({
        mac,
        address,
        metric,
        fromMs,
        toMs,
        standsMs,
        endMs,
        ...bounds(limits, metric),
      })),
    ),
  );
}

function piecesWithin(pieces: readonly Piece[], mac: string, { fromMs, toMs }: Range): readonly Piece[] {
  return pieces
    .map((piece) => ({
      owners: new Map([...piece.owners].filter(([, owner]) => owner === mac)),
      fromMs: Math.max(fromMs, piece.fromMs),
      toMs: Math.min(toMs, piece.toMs),
    }))
    .filter((piece) => piece.owners.size > 0 && piece.fromMs < piece.toMs);
}

function bounds(
  limits: Limits,
  metric: Metric,
): { readonly min: number | null; readonly max: number | null } {
  return metric === 'temperature'
    ? { min: limits.temperatureMin, max: limits.temperatureMax }
    : { min: limits.humidityMin, max: limits.humidityMax };
}
