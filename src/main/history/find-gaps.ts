import type { Gap } from '../../shared/contract/history.ts';
import type { Connection } from '../storage/index.ts';
import type { Points } from '../storage/queries/history-points.ts';
import { hourCounts } from '../storage/queries/history-hours.ts';
import type { Rollups } from '../storage/queries/history-rollups.ts';
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
  readonly rollups: Rollups;
}

/** Where buckets could hide a gap. */
interface Suspect {
  readonly mac: string;
  readonly suspect: Range;
  readonly edges: readonly number[];
  readonly longerThanMs: number;
}

const hourMs = 3_600_000;

/**
 * Gaps of each device within the range: their ends are readings, or the range's own edges. Where buckets could hide
 * one, the readings around it are looked at, and only there. The time before a device's first reading and the future
 * are no gaps.
 */
export async function findGaps(
  connection: Connection,
  devices: readonly KnownPoints[],
  { range, stepMs, nowMs, pieces, rollups }: GapQuestion,
): Promise<ReadonlyMap<string, readonly Gap[]>> {
  const endMs = Math.min(range.toMs, nowMs);
  if (endMs <= range.fromMs) return new Map();
  const looked = devices.map((device) => ({
    ...device,
    suspected: isFine(device, stepMs)
      ? undefined
      : suspects(device.points, stepMs, device.longerThanMs, { fromMs: range.fromMs, toMs: endMs }),
  }));
  const silentAtStart = looked.filter(({ points, longerThanMs, suspected }) =>
    suspected === undefined
      ? (points.first[0] ?? endMs) - range.fromMs > longerThanMs
      : suspected.some(({ fromMs }) => fromMs <= range.fromMs),
  );
  const began = await beganBefore(connection, silentAtStart, range.fromMs, { pieces, rollups });
  const gaps = new Map<string, Gap[]>(devices.map(({ mac }) => [mac, []]));
  const coarse: Suspect[] = [];
  for (const { mac, points, longerThanMs, suspected } of looked) {
    const edges = began.has(mac) ? [range.fromMs, endMs] : [endMs];
    if (points.times.length === 0) {
      if (began.has(mac)) gaps.get(mac)?.push(...gapsBetween({ first: [], last: [] }, edges, longerThanMs));
    } else if (suspected === undefined) gaps.get(mac)?.push(...gapsBetween(points, edges, longerThanMs));
    else coarse.push(...suspected.map((suspect) => ({ mac, suspect, edges, longerThanMs })));
  }
  const stretches = await narrowed(connection, coarse, { stepMs, pieces, rollups });
  for (const { mac, ...gap } of await silencesIn(connection, stretches)) gaps.get(mac)?.push(gap);
  for (const [mac, found] of gaps)
    gaps.set(
      mac,
      found.filter(({ fromMs, toMs }) => fromMs >= range.fromMs && toMs <= endMs),
    );
  return gaps;
}

/** Whether the points themselves tell each gap: first and last readings of buckets too short to hide one. */
function isFine({ points, longerThanMs }: KnownPoints, stepMs: number): boolean {
  return points.times.length === 0 || (points.first.length === points.times.length && stepMs <= longerThanMs);
}

/** Which of the devices whose range begins with a silence had readings before it. */
async function beganBefore(
  connection: Connection,
  silent: readonly KnownPoints[],
  fromMs: number,
  { pieces, rollups }: Pick<GapQuestion, 'pieces' | 'rollups'>,
): Promise<ReadonlySet<string>> {
  if (silent.length === 0) return new Set();
  const owners = new Map(pieces.flatMap(({ owners: of }) => [...of]));
  const addresses = new Set(silent.map(({ mac }) => mac));
  for (const [address, mac] of owners) if (addresses.has(mac)) addresses.add(address);
  const found = await existedBefore(connection, rollups, [...addresses], fromMs);
  return new Set([...found].map((address) => owners.get(address) ?? address));
}

/**
 * The readings to look at. Of long buckets the hours are looked at first: what takes days of readings to read is a few
 * hours of them then.
 */
async function narrowed(
  connection: Connection,
  coarse: readonly Suspect[],
  facts: { readonly stepMs: number; readonly pieces: readonly Piece[]; readonly rollups: Rollups },
): Promise<readonly Stretch[]> {
  const { stepMs, pieces, rollups } = facts;
  const asTheyAre = coarse.map((of) => stretchOf(of, stepMs, pieces));
  if (stepMs <= hourMs) return asTheyAre;
  // Where a board was replaced two of them take part; that is rare enough to read.
  const single = [...asTheyAre.entries()].flatMap(([i, { parts }]) => {
    const [part] = parts;
    return part === undefined || parts.length > 1 || !isWholeHours(part) ? [] : [{ i, part }];
  });
  const hours = await hourCounts(
    connection,
    rollups,
    single.map(({ part }) => part),
  );
  const finer = new Map<number, readonly Stretch[]>();
  for (const [k, { times, counts }] of hours) {
    const { i, part } = single[k] ?? {};
    const of = i === undefined ? undefined : coarse[i];
    if (i === undefined || of === undefined || part === undefined) continue;
    const found = suspects({ times, counts, first: [], last: [] }, hourMs, of.longerThanMs, part);
    finer.set(
      i,
      found.map((suspect) => stretchOf({ ...of, suspect }, hourMs, pieces)),
    );
  }
  return asTheyAre.flatMap((stretch, i) => finer.get(i) ?? [stretch]);
}

function isWholeHours({ fromMs, toMs }: Range): boolean {
  return fromMs % hourMs === 0 && toMs % hourMs === 0;
}

/** The suspect itself and a bucket on either side, in which the readings lie that bound a silence. */
function stretchOf(
  { mac, suspect, edges, longerThanMs }: Suspect,
  stepMs: number,
  pieces: readonly Piece[],
): Stretch {
  const fromMs = suspect.fromMs - stepMs;
  const toMs = suspect.toMs + stepMs;
  const parts = pieces.flatMap((piece) =>
    [...piece.owners]
      .filter(([, owner]) => owner === mac)
      .map(([address]) => ({
        address,
        fromMs: Math.max(fromMs, piece.fromMs),
        toMs: Math.min(toMs, piece.toMs),
      }))
      .filter((part) => part.fromMs < part.toMs),
  );
  const edgesMs = edges.filter((ms) => ms >= fromMs && ms <= toMs);
  return { mac, parts, edgesMs, longerThanMs };
}
