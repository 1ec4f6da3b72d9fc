import { trendBucketMs, type HealthFacts, type TrendSample } from './facts.ts';
import { heldBelowSince, type Level } from './held-below.ts';
import type { Reason } from './reasons.ts';
import { median, robustSlope, type Slope } from './robust-slope.ts';
import type { Thresholds } from './thresholds.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** In a row, until a signal or a heap counts as low, and as well again. */
const signalSamples = 3;
const heapSamples = 2;
/** Beyond the limit by so much, until it counts as well again: dB, share of the limit. */
const signalMarginDb = 3;
const heapMargin = 1.1;
/** A slope needs so many ten-minute buckets, and so many of their pairs must agree with it. */
const leastTrend = 9;
const agreementLeast = 0.5;
const fallingDbPerHour = 2;
const fallingBelowDbm = -65;
const unsyncedBeats = 3;
/** Two boards of one address start at different moments, further apart than clocks wander. */
const startToleranceMs = 120_000;
const returnsLeast = 2;

export interface BoardFigures {
  readonly rssiMedian: number | null;
  readonly rssiSlope: Slope | null;
  readonly heapSlope: Slope | null;
  readonly restartsHour: number;
  readonly restartsDay: number;
}

export function boardFigures({ beats, trend, restartsMs }: HealthFacts, nowMs: number): BoardFigures {
  const signals = beats.flatMap(({ rssi }) => (rssi === null ? [] : [rssi]));
  const lastStartMs = restartsMs.at(-1) ?? 0;
  return {
    rssiMedian: signals.length === 0 ? null : Math.round(median(signals.slice(-5))),
    ...slopesOf(trend, lastStartMs),
    restartsHour: restartsMs.filter((ms) => ms > nowMs - hourMs).length,
    restartsDay: restartsMs.filter((ms) => ms > nowMs - dayMs).length,
  };
}

type Slopes = Pick<BoardFigures, 'rssiSlope' | 'heapSlope'>;
const known = new WeakMap<
  readonly TrendSample[],
  { readonly lastStartMs: number; readonly slopes: Slopes }
>();

/** Hundreds of pairs of points for a trend that changes every ten minutes: each array is computed once. */
function slopesOf(trend: readonly TrendSample[], lastStartMs: number): Slopes {
  const found = known.get(trend);
  if (found?.lastStartMs === lastStartMs) return found.slopes;
  const slopeOf = (pick: 'rssi' | 'freeHeap', sinceMs: number): Slope | null =>
    robustSlope(
      trend.flatMap(({ timeMs, [pick]: value }) =>
        value === null || timeMs < sinceMs ? [] : [{ timeMs, value }],
      ),
      leastTrend,
    );
  const slopes: Slopes = {
    rssiSlope: slopeOf('rssi', 0),
    // A restart gives the whole heap back: what came before it belongs to another life.
    heapSlope: slopeOf('freeHeap', lastStartMs),
  };
  known.set(trend, { lastStartMs, slopes });
  return slopes;
}

/** What is wrong with the board itself: two under one address, restarts, heap, signal, clock, logins. */
export function judgeBoard(
  facts: HealthFacts,
  figures: BoardFigures,
  thresholds: Thresholds,
  nowMs: number,
): readonly Reason[] {
  const refused = facts.refusedLoginsMs.filter((ms) => ms > nowMs - hourMs);
  return [
    ...duplicate(facts, nowMs),
    ...restarts(facts, figures, thresholds),
    ...heap(facts, figures, thresholds),
    ...signal(facts, figures, thresholds),
    ...clock(facts),
    ...(refused.length < thresholds.refusedLoginsHour
      ? []
      : [reason('login-refused', 'watch', { times: refused.length }, Math.min(...refused))]),
  ];
}

/**
 * Two boards that send under one MAC: by uptime each of them started at its own moment, and the heartbeats go back and
 * forth between the two. One board only ever starts later. Its address going back and forth says the same.
 */
function duplicate({ beats, addresses }: HealthFacts, nowMs: number): readonly Reason[] {
  const starts = beats.flatMap(({ timeMs, uptime }) =>
    uptime === null ? [] : [{ timeMs, key: timeMs - uptime * 1000 }],
  );
  const byUptime = returnsIn(starts, (a, b) => Math.abs(a - b) <= startToleranceMs);
  const moves = addresses
    .filter(({ timeMs }) => timeMs > nowMs - hourMs)
    .map(({ timeMs, ip }) => ({ timeMs, key: ip }));
  const byAddress = returnsIn(moves, (a, b) => a === b);
  const found = [byUptime, byAddress].find((returns) => returns.length >= returnsLeast);
  if (found === undefined) return [];
  const ips = [...new Set(addresses.map(({ ip }) => ip))];
  return [reason('duplicate-mac', 'faulty', { addresses: ips.join(', ') }, found[0] ?? null)];
}

/** The times at which a sequence came back to something it had left. */
function returnsIn<K>(
  sequence: readonly { readonly timeMs: number; readonly key: K }[],
  same: (a: K, b: K) => boolean,
): readonly number[] {
  const returns: number[] = [];
  const left: K[] = [];
  for (let i = 1; i < sequence.length; i++) {
    const [before, now] = [sequence[i - 1], sequence[i]];
    if (before === undefined || now === undefined || same(before.key, now.key)) continue;
    if (left.some((key) => same(key, now.key))) returns.push(now.timeMs);
    left.push(before.key);
  }
  return returns;
}

function restarts(facts: HealthFacts, figures: BoardFigures, thresholds: Thresholds): readonly Reason[] {
  const { restartsHour, restartsDay } = figures;
  const lastOnes = (count: number): number | null => facts.restartsMs.slice(-count)[0] ?? null;
  if (restartsHour >= thresholds.restartsHourFaulty)
    return [reason('restarting', 'faulty', { times: restartsHour }, lastOnes(restartsHour))];
  if (restartsDay >= thresholds.restartsDayWatch)
    return [reason('restarted-often', 'watch', { times: restartsDay }, lastOnes(restartsDay))];
  return [];
}

function heap(facts: HealthFacts, figures: BoardFigures, thresholds: Thresholds): readonly Reason[] {
  const levels = levelsOf(facts, 'freeHeap');
  const below = (limit: number): number | null =>
    heldBelowSince(levels, limit, limit * heapMargin, heapSamples);
  const bytes = levels.at(-1)?.value ?? 0;
  const critical = below(thresholds.heapFaultyBytes);
  const low = below(thresholds.heapWatchBytes);
  const found: Reason[] = [];
  if (critical !== null) found.push(reason('heap-critical', 'faulty', { bytes }, critical));
  else if (low !== null) found.push(reason('heap-low', 'watch', { bytes }, low));
  const { heapSlope } = figures;
  if (heapSlope === null || heapSlope.agreement > -agreementLeast) return found;
  const lostPerHour = Math.round(-heapSlope.perHour);
  if (lostPerHour < thresholds.heapLeakBytesPerHour) return found;
  const lifeMs = facts.restartsMs.at(-1) ?? 0;
  const sinceMs =
    facts.trend.find(({ timeMs, freeHeap }) => timeMs >= lifeMs && freeHeap !== null)?.timeMs ?? null;
  return [
    ...found,
    reason(
      'heap-leak',
      'watch',
      { bytesPerHour: lostPerHour, hoursLeft: Math.max(0, Math.round(bytes / lostPerHour)) },
      sinceMs,
    ),
  ];
}

function signal(facts: HealthFacts, figures: BoardFigures, thresholds: Thresholds): readonly Reason[] {
  const levels = levelsOf(facts, 'rssi');
  const below = (limit: number): number | null =>
    heldBelowSince(levels, limit, limit + signalMarginDb, signalSamples);
  const dbm = figures.rssiMedian;
  const unusable = below(thresholds.rssiFaultyDbm);
  if (unusable !== null) return [reason('signal-unusable', 'faulty', { dbm }, unusable)];
  const weak = below(thresholds.rssiWatchDbm);
  if (weak !== null) return [reason('signal-weak', 'watch', { dbm }, weak)];
  const { rssiSlope } = figures;
  if (rssiSlope === null || dbm === null || dbm > fallingBelowDbm) return [];
  if (rssiSlope.perHour > -fallingDbPerHour || rssiSlope.agreement > -agreementLeast) return [];
  const dbPerHour = Math.round(-rssiSlope.perHour * 10) / 10;
  return [reason('signal-falling', 'watch', { dbm, dbPerHour }, facts.trend[0]?.timeMs ?? null)];
}

function clock({ beats, clockFaultySinceMs }: HealthFacts): readonly Reason[] {
  if (clockFaultySinceMs !== null) return [reason('clock-faulty', 'watch', {}, clockFaultySinceMs)];
  const unsynced = beats.slice(beats.findLastIndex(({ ntpSync }) => ntpSync) + 1);
  return unsynced.length < unsyncedBeats
    ? []
    : [reason('clock-not-synced', 'watch', {}, unsynced[0]?.timeMs ?? null)];
}

/** Hours in buckets of ten minutes, then the newest one by one. */
function levelsOf({ beats, trend }: HealthFacts, pick: 'rssi' | 'freeHeap'): readonly Level[] {
  const fromMs = beats[0]?.timeMs ?? Number.POSITIVE_INFINITY;
  const levels: Level[] = [];
  for (const { timeMs, [pick]: value } of trend)
    if (value !== null && timeMs + trendBucketMs <= fromMs) levels.push({ timeMs, value });
  for (const { timeMs, [pick]: value } of beats) if (value !== null) levels.push({ timeMs, value });
  return levels;
}

function reason(
  code: Reason['code'],
  severity: Reason['severity'],
  data: Reason['data'],
  sinceMs: number | null,
): Reason {
  return { code, severity, data, sinceMs };
}
