import type { Gap, Limits, RangeSummary } from '../../shared/contract/history.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { Connection } from '../storage/index.ts';
import { predecessors } from '../storage/queries/history-lineage.ts';
import { limitsOf } from '../storage/queries/history-limits.ts';
import {
  bucketsOfReadings,
  noPoints,
  type Measured,
  type Points,
} from '../storage/queries/history-points.ts';
import { rollupsOf, type Rollups } from '../storage/queries/history-rollups.ts';
import { existedBefore } from '../storage/queries/history-silences.ts';
import { cellMs, readCells, type CellSource } from './cells.ts';
import { findGaps } from './find-gaps.ts';
import { shortestGap, usualInterval } from './gaps.ts';
import { piecesOf, type Piece } from './lineage.ts';
import { timeOutside } from './outside.ts';
import type { Range } from './range.ts';

export interface SummaryQuestion extends Range {
  readonly macs: readonly MacAddress[];
  readonly gapMs: number;
  readonly nowMs: number;
}

/** So many hours of all devices together are looked through; beyond that, days. */
const mostHours = 50_000;
/** A range is searched for gaps of these parts of it first: where there is one, no shorter one is the longest. */
const searchedParts = [50, 1_000];

const noLimits: Limits = { temperatureMin: null, temperatureMax: null, humidityMin: null, humidityMax: null };

/** What happened in a range, by device: from the rollups, and from the few readings that those cannot tell apart. */
export async function readSummaries(
  connection: Connection,
  question: SummaryQuestion,
): Promise<readonly RangeSummary[]> {
  const { fromMs, toMs, nowMs } = question;
  const range = { fromMs, toMs };
  const macs = [...new Set(question.macs)];
  const before = await predecessors(connection, macs);
  const pieces = piecesOf(macs, range, before);
  const rollups = await rollupsOf(connection);
  const source: CellSource =
    (macs.length * (toMs - fromMs)) / cellMs.hourly <= mostHours ? 'hourly' : 'daily';
  const stepMs = cellMs[source];
  const cells = await readCells(connection, rollups, pieces, source);
  const limits = await limitsOf(connection, macs);
  const addresses = [...macs, ...before.map(({ address }) => address)];
  const older = await existedBefore(connection, rollups, addresses, fromMs);
  const ends = await endsOf(connection, cells, stepMs, pieces);
  const facts = macs.map((mac) => {
    const points = cells.get(mac) ?? noPoints();
    const line = before.filter((of) => of.mac === mac).map(({ address }) => address);
    return {
      mac,
      points,
      limits: limits.get(mac) ?? noLimits,
      intervalMs: usualInterval(points, stepMs),
      existed: [mac, ...line].some((address) => older.has(address)),
    };
  });
  const outside = await timeOutside(connection, facts, { range, source, pieces, rollups, nowMs });
  const gaps = await longestGaps(connection, facts, question, { stepMs, pieces, rollups });
  return facts.map(({ mac, points, limits: own, intervalMs, existed }): RangeSummary => {
    const { firstMs, lastMs } = ends.get(mac) ?? { firstMs: null, lastMs: null };
    const beganMs = existed ? fromMs : firstMs;
    const expected =
      intervalMs === null || beganMs === null
        ? null
        : Math.max(0, Math.round((Math.min(toMs, nowMs) - beganMs) / intervalMs));
    return {
      mac,
      received: points.counts.reduce((sum, count) => sum + count, 0),
      expected,
      temperature: overall(points.temperature, points.counts),
      humidity: overall(points.humidity, points.counts),
      limits: own,
      outsideMs: outside.get(mac) ?? { temperature: 0, humidity: 0 },
      longestGap: gaps.get(mac) ?? null,
      firstMs,
      lastMs,
    };
  });
}

function overall({ avg, min, max }: Measured, counts: readonly number[]): RangeSummary['temperature'] {
  let sum = 0;
  let weight = 0;
  let lowest: number | null = null;
  let highest: number | null = null;
  for (const [i, mean] of avg.entries()) {
    const [low, high] = [min[i] ?? null, max[i] ?? null];
    if (mean === null || low === null || high === null) continue;
    const count = counts[i] ?? 0;
    sum += mean * count;
    weight += count;
    lowest = Math.min(lowest ?? low, low);
    highest = Math.max(highest ?? high, high);
  }
  return { mean: weight === 0 ? null : sum / weight, min: lowest, max: highest };
}

/** First and last reading of each device in the range: in its first and its last bucket that is not empty. */
async function endsOf(
  connection: Connection,
  cells: ReadonlyMap<string, Points>,
  stepMs: number,
  pieces: readonly Piece[],
): Promise<ReadonlyMap<string, { readonly firstMs: number; readonly lastMs: number }>> {
  const wanted = new Set([...cells.values()].flatMap(({ times }) => [times[0], times.at(-1)]));
  const found = new Map<string, { firstMs: number; lastMs: number }>();
  for (const time of wanted) {
    if (time === undefined) continue;
    const macs = [...cells].filter(([, { times }]) => times[0] === time || times.at(-1) === time);
    const inside = new Set(macs.map(([mac]) => mac));
    for (const piece of pieces) {
      const fromMs = Math.max(time, piece.fromMs);
      const toMs = Math.min(time + stepMs, piece.toMs);
      const addresses = [...piece.owners].filter(([, mac]) => inside.has(mac)).map(([address]) => address);
      if (fromMs >= toMs || addresses.length === 0) continue;
      for (const [address, { first, last }] of await bucketsOfReadings(
        connection,
        { addresses, fromMs, toMs },
        stepMs,
      )) {
        const mac = piece.owners.get(address) ?? address;
        const known = found.get(mac);
        found.set(mac, {
          firstMs: Math.min(known?.firstMs ?? Number.POSITIVE_INFINITY, ...first),
          lastMs: Math.max(known?.lastMs ?? Number.NEGATIVE_INFINITY, ...last),
        });
      }
    }
  }
  return found;
}

async function longestGaps(
  connection: Connection,
  devices: readonly { readonly mac: string; readonly points: Points; readonly intervalMs: number | null }[],
  { fromMs, toMs, gapMs, nowMs }: SummaryQuestion,
  place: { readonly stepMs: number; readonly pieces: readonly Piece[]; readonly rollups: Rollups },
): Promise<ReadonlyMap<string, Gap>> {
  const longest = new Map<string, Gap>();
  const lengths = new Set([...searchedParts.map((part) => Math.max(gapMs, (toMs - fromMs) / part)), gapMs]);
  for (const wantedMs of lengths) {
    const known = devices
      .filter(({ mac }) => !longest.has(mac))
      .map(({ mac, points, intervalMs }) => ({
        mac,
        points,
        longerThanMs: shortestGap(wantedMs, intervalMs),
      }));
    const found = await findGaps(connection, known, { range: { fromMs, toMs }, nowMs, ...place });
    for (const [mac, gaps] of found) {
      const [first] = [...gaps].sort((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs));
      if (first !== undefined) longest.set(mac, first);
    }
  }
  return longest;
}
