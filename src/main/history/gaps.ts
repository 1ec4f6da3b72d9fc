import type { Gap } from '../../shared/contract/history.ts';
import type { Range } from './range.ts';

/** A gap is longer than so many of the device's intervals. */
export const intervalsInGap = 2.5;

/** What of a device's readings is known from buckets; columns of equal length, ascending. */
export interface Buckets {
  readonly times: readonly number[];
  readonly counts: readonly number[];
  /** First and last reading in each; empty where only counts are known. */
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/**
 * The usual pace: the middle of the distances between readings, or, of buckets, what the fuller of them hold. Losses
 * and silences do not change it. `null` with fewer than three readings.
 *
 * @param stepMs length of a bucket; 0 where each point is a reading
 */
export function usualInterval(buckets: Buckets, stepMs: number): number | null {
  const readings = buckets.counts.reduce((sum, count) => sum + count, 0);
  if (readings < 3) return null;
  const inBucket = quantile(buckets.counts, 0.75);
  if (stepMs > 0 && inBucket > 2) return stepMs / inBucket;
  const { times } = buckets;
  if (times.length < 3) return stepMs / inBucket;
  const distances: number[] = [];
  for (let i = 1; i < times.length; i++) distances.push((times[i] ?? 0) - (times[i - 1] ?? 0));
  return quantile(distances, 0.5) / inBucket;
}

/** The shortest silence that counts as a gap. */
export function shortestGap(wantedMs: number, intervalMs: number | null): number {
  return Math.max(wantedMs, intervalsInGap * (intervalMs ?? 0));
}

/**
 * Silences between readings that are known one by one, or as the first and last of buckets too short to hide one.
 *
 * @param edgesMs moments that end a silence as a reading does
 */
export function gapsBetween(
  { first, last }: Pick<Buckets, 'first' | 'last'>,
  edgesMs: readonly number[],
  longerThanMs: number,
): readonly Gap[] {
  const gaps: Gap[] = [];
  const edges = [...edgesMs].sort((a, b) => a - b);
  let until: number | undefined;
  const meet = (from: number, to: number): void => {
    if (until !== undefined && from - until > longerThanMs) gaps.push({ fromMs: until, toMs: from });
    until = Math.max(until ?? to, to);
  };
  let edge = 0;
  for (let i = 0; i < first.length; i++) {
    const from = first[i] ?? 0;
    for (let at = edges[edge]; at !== undefined && at <= from; at = edges[++edge]) meet(at, at);
    meet(from, last[i] ?? from);
  }
  for (; edge < edges.length; edge++) meet(edges[edge] ?? 0, edges[edge] ?? 0);
  return gaps;
}

/**
 * Stretches that can hold a gap: buckets that are missing, and those so short of what the fullest around them hold that
 * a silence of this length fits into one of them or over the border of two.
 */
export function suspects(
  buckets: Buckets,
  stepMs: number,
  longerThanMs: number,
  range: Range,
): readonly Range[] {
  const start = Math.floor(range.fromMs / stepMs);
  const end = Math.ceil(range.toMs / stepMs);
  const found: { fromMs: number; toMs: number }[] = [];
  const suspect = (from: number, to: number): void => {
    const fromMs = from * stepMs;
    const before = found.at(-1);
    if (before !== undefined && before.toMs >= fromMs) before.toMs = Math.max(before.toMs, to * stepMs);
    else found.push({ fromMs, toMs: to * stepMs });
  };
  let next = start;
  let missingBefore = 0;
  const fullest = localMaxima(buckets.counts);
  for (const [i, time] of buckets.times.entries()) {
    const at = Math.round(time / stepMs);
    if (at > next) {
      suspect(next, at);
      missingBefore = 0;
    }
    const full = fullest[i] ?? 0;
    // One reading of tolerance at either end of a silence, for where it begins between two of them.
    const inGap = Math.max(1, (longerThanMs * full) / stepMs - 2);
    const missing = full - (buckets.counts[i] ?? 0);
    if (full < 4 || missing >= inGap) suspect(at, at + 1);
    else if (missing > 0 && missingBefore > 0 && missing + missingBefore >= inGap) suspect(at - 1, at + 1);
    missingBefore = missing;
    next = at + 1;
  }
  if (end > next) suspect(next, end);
  return found;
}

/** The most that a bucket in the neighbourhood of each holds: a device's pace may have been another one last month. */
function localMaxima(counts: readonly number[]): readonly number[] {
  const window = 48;
  const maxima: number[] = [];
  for (let from = 0; from < counts.length; from += window) {
    const around = counts.slice(Math.max(0, from - window / 2), from + window + window / 2);
    const value = around.reduce((most, count) => Math.max(most, count), 0);
    for (let i = from; i < Math.min(counts.length, from + window); i++) maxima.push(value);
  }
  return maxima;
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0;
}
