import type { DeviceSeries, Gap, SeriesAnswer } from '../../shared/contract/history.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { Connection } from '../storage/index.ts';
import { predecessors } from '../storage/queries/history-lineage.ts';
import { noPoints } from '../storage/queries/history-points.ts';
import { rollupsOf } from '../storage/queries/history-rollups.ts';
import { mostReadings } from '../storage/queries/history-silences.ts';
import { findGaps } from './find-gaps.ts';
import { shortestGap, usualInterval } from './gaps.ts';
import { piecesOf } from './lineage.ts';
import type { Range } from './range.ts';
import { readPieces } from './read-pieces.ts';
import { chooseResolution, longestRawMs } from './resolution.ts';

/** So many gaps of a device are listed, the longest. */
const mostGaps = 500;

export interface SeriesQuestion extends Range {
  readonly macs: readonly MacAddress[];
  readonly widthPx: number;
  readonly gapMs: number;
  readonly nowMs: number;
}

/**
 * Points of several devices over a range, as fine as the width can show. Buckets at the edges are whole ones, so that
 * they do not change while a chart is moved; readings as they came lie within the range.
 *
 * A board that replaced another one is continued by it into the past: before the older board's last reading the
 * readings under its address count, afterwards those of the newer board. A gap narrower than a pixel is not listed.
 */
export async function readSeries(connection: Connection, question: SeriesQuestion): Promise<SeriesAnswer> {
  const { fromMs, toMs, widthPx, nowMs } = question;
  const macs = [...new Set(question.macs)];
  const before = await predecessors(connection, macs);
  const addresses = [...new Set([...macs, ...before.map(({ address }) => address)])];
  const readings =
    toMs - fromMs <= longestRawMs ? await mostReadings(connection, { addresses, fromMs, toMs }) : undefined;
  const resolution = chooseResolution({
    fromMs,
    toMs,
    widthPx,
    devices: macs.length,
    ...(readings === undefined ? {} : { readings }),
  });
  const stepMs = resolution.kind === 'raw' ? 0 : resolution.stepMs;
  const pieces = piecesOf(macs, wholeBuckets({ fromMs, toMs }, stepMs), before);
  const rollups = await rollupsOf(connection);
  const points = await readPieces(connection, pieces, resolution, rollups);
  const pixelMs = (toMs - fromMs) / widthPx;
  const known = macs.map((mac) => {
    const own = points.get(mac) ?? noPoints();
    const intervalMs = usualInterval(own, stepMs);
    const longerThanMs = shortestGap(Math.max(question.gapMs, pixelMs), intervalMs);
    return { mac, points: own, intervalMs, longerThanMs };
  });
  const gaps = await findGaps(connection, known, { range: { fromMs, toMs }, stepMs, nowMs, pieces, rollups });
  const series = known.map(({ mac, points: own, intervalMs }): DeviceSeries => {
    const { times, counts, temperature, humidity } = own;
    return {
      mac,
      timesMs: times,
      counts,
      temperature,
      humidity,
      ...longest(gaps.get(mac) ?? []),
      intervalMs,
    };
  });
  return { fromMs, toMs, resolution, series };
}

function longest(gaps: readonly Gap[]): { readonly gaps: readonly Gap[]; readonly moreGaps: number } {
  const length = ({ fromMs, toMs }: Gap): number => toMs - fromMs;
  const kept =
    gaps.length <= mostGaps ? gaps : [...gaps].sort((a, b) => length(b) - length(a)).slice(0, mostGaps);
  return { gaps: [...kept].sort((a, b) => a.fromMs - b.fromMs), moreGaps: gaps.length - kept.length };
}

function wholeBuckets({ fromMs, toMs }: Range, stepMs: number): Range {
  if (stepMs === 0) return { fromMs, toMs };
  return { fromMs: Math.floor(fromMs / stepMs) * stepMs, toMs: Math.ceil(toMs / stepMs) * stepMs };
}
