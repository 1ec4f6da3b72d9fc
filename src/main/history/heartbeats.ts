import type { HeartbeatSeries, Resolution } from '../../shared/contract/history.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { Connection } from '../storage/index.ts';
import { beatBefore, heartbeatPoints, heartbeatSteps } from '../storage/queries/history-heartbeats.ts';
import { gapsBetween, shortestGap, usualInterval } from './gaps.ts';
import type { Range } from './range.ts';
import { chooseResolution, longestRawMs } from './resolution.ts';
import { restartsIn } from '../../shared/domain/restarts.ts';

/** The newest of each are listed. */
const most = 500;
const shortestGapMs = 300_000;

export interface HeartbeatQuestion extends Range {
  readonly mac: MacAddress;
  readonly widthPx: number;
  readonly nowMs: number;
}

/**
 * What a board said of itself. Only its own heartbeats: those of a board that it replaced tell of another antenna and
 * another memory.
 */
export async function readHeartbeats(
  connection: Connection,
  { mac, fromMs, toMs, widthPx, nowMs }: HeartbeatQuestion,
): Promise<HeartbeatSeries> {
  const exact = { addresses: [mac], fromMs, toMs };
  const asTheyCame = toMs - fromMs <= longestRawMs ? await heartbeatPoints(connection, exact, 0) : undefined;
  const readings = asTheyCame?.times.length;
  const resolution = ofHeartbeats(
    chooseResolution({
      fromMs,
      toMs,
      widthPx,
      devices: 1,
      ...(readings === undefined ? {} : { readings }),
    }),
  );
  const stepMs = resolution.kind === 'raw' ? 0 : resolution.stepMs;
  const whole =
    stepMs === 0
      ? exact
      : { ...exact, fromMs: Math.floor(fromMs / stepMs) * stepMs, toMs: Math.ceil(toMs / stepMs) * stepMs };
  const points =
    stepMs === 0 && asTheyCame !== undefined ? asTheyCame : await heartbeatPoints(connection, whole, stepMs);
  const pixelMs = (toMs - fromMs) / widthPx;
  const longerThanMs = shortestGap(Math.max(shortestGapMs, pixelMs), usualInterval(points, stepMs));
  const steps = await heartbeatSteps(connection, exact, longerThanMs);
  const endMs = Math.min(toMs, nowMs);
  const began = endMs > fromMs && (await beatBefore(connection, mac, fromMs));
  const edges = endMs <= fromMs ? [] : began ? [fromMs, endMs] : [endMs];
  const between = steps.filter(({ beforeMs, timeMs }) => timeMs - beforeMs > longerThanMs);
  const inner = between.map(({ beforeMs, timeMs }) => ({ fromMs: beforeMs, toMs: timeMs }));
  const atEdges = gapsBetween(points, edges, longerThanMs).filter(
    (gap) => gap.fromMs === fromMs || gap.toMs === endMs,
  );
  const gaps = [...inner, ...atEdges.filter((gap) => !inner.some((other) => other.fromMs === gap.fromMs))]
    .filter((gap) => gap.fromMs >= fromMs && gap.toMs <= endMs)
    .sort((a, b) => a.fromMs - b.fromMs);
  const { times, counts, rssi, freeHeap, minHeap, uptime } = points;
  const restarts = restartsIn(steps).slice(-most);
  return {
    mac,
    fromMs,
    toMs,
    resolution,
    timesMs: times,
    counts,
    rssi,
    freeHeap,
    minHeap,
    uptime,
    restarts,
    gaps: gaps.slice(-most),
  };
}

/** There is no rollup of heartbeats: buckets of any length are computed from them. */
function ofHeartbeats(resolution: Resolution): Resolution {
  return resolution.kind === 'raw' ? resolution : { ...resolution, source: 'raw' };
}
