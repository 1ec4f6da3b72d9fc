import type { Gap } from '../../shared/contract/history.ts';
import type { Connection } from '../storage/index.ts';
import type { Points } from '../storage/queries/history-points.ts';
import { existedBefore, silencesIn, type Stretch } from '../storage/queries/history-silences.ts';
import { gapsBetween, suspects } from './gaps.ts';
import type { Piece } from './lineage.ts';
import type { Range } from './range.ts';

export interface KnownPoints {
  readonly mac: string;
  readonly points: Points;
  readonly longerThanMs: number;
}

export interface GapQuestion {
  readonly range: Range;
  /** Of the buckets; 0 where the points are readings. */
  readonly stepMs: number;
  readonly nowMs: number;
  readonly pieces: readonly Piece[];
}

/**
 * Gaps of each device within the range: their ends are readings, or the range's own edges. Where buckets could hide
 * one, the readings around it are looked at, and only there. The time before a device's first reading and the future
 * are no gaps.
 */
export async function findGaps(
  connection: Connection,
  devices: readonly KnownPoints[],
  { range, stepMs, nowMs, pieces }: GapQuestion,
): Promise<ReadonlyMap<string, readonly Gap[]>> {
  const endMs = Math.min(range.toMs, nowMs);
  if (endMs <= range.fromMs) return new Map();
  const began = await beganBefore(connection, devices, range.fromMs, endMs, pieces);
  const gaps = new Map<string, Gap[]>(devices.map(({ mac }) => [mac, []]));
  const stretches: Stretch[] = [];
  for (const { mac, points, longerThanMs } of devices) {
    const edges = began.has(mac) ? [range.fromMs, endMs] : [endMs];
    if (points.times.length === 0) {
      if (began.has(mac)) gaps.get(mac)?.push(...gapsBetween({ first: [], last: [] }, edges, longerThanMs));
    } else if (points.first.length === points.times.length && stepMs <= longerThanMs) {
      gaps.get(mac)?.push(...gapsBetween(points, edges, longerThanMs));
    } else {
      for (const suspect of suspects(points, stepMs, longerThanMs, { fromMs: range.fromMs, toMs: endMs }))
        stretches.push(stretchOf(mac, suspect, { stepMs, pieces, edges, longerThanMs }));
    }
  }
  for (const { mac, ...gap } of await silencesIn(connection, stretches)) gaps.get(mac)?.push(gap);
  for (const [mac, found] of gaps)
    gaps.set(
      mac,
      found.filter(({ fromMs, toMs }) => fromMs >= range.fromMs && toMs <= endMs),
    );
  return gaps;
}

/** Devices that had readings before the range; asked only where the range begins with a silence. */
async function beganBefore(
  connection: Connection,
  devices: readonly KnownPoints[],
  fromMs: number,
  endMs: number,
  pieces: readonly Piece[],
): Promise<ReadonlySet<string>> {
  const silent = devices.filter(({ points, longerThanMs }) => {
    const first = points.first[0] ?? points.times[0] ?? endMs;
    return first - fromMs > longerThanMs || points.first.length === 0;
  });
  if (silent.length === 0) return new Set();
  const owners = new Map(pieces.flatMap(({ owners: of }) => [...of]));
  const addresses = new Set(silent.map(({ mac }) => mac));
  for (const [address, mac] of owners) if (addresses.has(mac)) addresses.add(address);
  const found = await existedBefore(connection, [...addresses], fromMs);
  return new Set([...found].map((address) => owners.get(address) ?? address));
}

/** The suspect itself and a bucket on either side, in which the readings lie that bound a silence. */
function stretchOf(
  mac: string,
  suspect: Range,
  facts: {
    readonly stepMs: number;
    readonly pieces: readonly Piece[];
    readonly edges: readonly number[];
    readonly longerThanMs: number;
  },
): Stretch {
  const fromMs = suspect.fromMs - facts.stepMs;
  const toMs = suspect.toMs + facts.stepMs;
  const parts = facts.pieces.flatMap((piece) =>
    [...piece.owners]
      .filter(([, owner]) => owner === mac)
      .map(([address]) => ({
        address,
        fromMs: Math.max(fromMs, piece.fromMs),
        toMs: Math.min(toMs, piece.toMs),
      }))
      .filter((part) => part.fromMs < part.toMs),
  );
  const edgesMs = facts.edges.filter((ms) => ms >= fromMs && ms <= toMs);
  return { mac, parts, edgesMs, longerThanMs: facts.longerThanMs };
}
