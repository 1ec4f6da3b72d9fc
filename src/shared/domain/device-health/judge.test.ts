import { describe, expect, test } from 'vitest';
import { heldBelowSince } from './held-below.ts';
import type { BeatSample, HealthFacts, ReadingSample } from './facts.ts';
import { judgeDevice } from './judge.ts';
import { robustSlope } from './robust-slope.ts';
import { defaultThresholds, effectiveThresholds, thresholdFault } from './thresholds.ts';

const minuteMs = 60_000;
const nowMs = Date.UTC(2025, 10, 20, 12);
const ago = (minutes: number): number => nowMs - minutes * minuteMs;

const beat = (minutes: number, more: Partial<BeatSample> = {}): BeatSample => ({
  timeMs: ago(minutes),
  receivedMs: ago(minutes),
  rssi: -60,
  freeHeap: 200_000,
  uptime: 100_000 - minutes * 60,
  ntpSync: true,
  ...more,
});
const reading = (minutes: number, more: Partial<ReadingSample> = {}): ReadingSample => ({
  timeMs: ago(minutes),
  receivedMs: ago(minutes),
  temperature: 5 + (minutes % 5) / 10,
  humidity: 60 + (minutes % 3) / 10,
  ...more,
});
const lastMinutes = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => count - index);

/** A board that has sent every minute for half an hour. */
function facts(more: Partial<HealthFacts> = {}): HealthFacts {
  return {
    seenMs: ago(1),
    beats: lastMinutes(30).map((minutes) => beat(minutes)),
    readings: lastMinutes(30).map((minutes) => reading(minutes)),
    trend: [],
    restartsMs: [],
    status: null,
    clockFaultySinceMs: null,
    addresses: [],
    implausibleMs: [],
    refusedLoginsMs: [],
    limits: null,
    ...more,
  };
}
const judge = (more: Partial<HealthFacts>, listening: number | 'always' | null = 'always', at = nowMs) => {
  const { verdict, reasons, ...figures } = judgeDevice(facts(more), defaultThresholds, listening, at);
  return { verdict, codes: reasons.map(({ code }) => code), reasons, ...figures };
};

test('a board that sends what it should is healthy, and its interval is learned', () => {
  expect(judge({})).toMatchObject({
    verdict: 'healthy',
    codes: [],
    intervalMs: minuteMs,
    receivedShare: 1,
    rssiMedian: -60,
  });
});

describe('silence', () => {
  test.each([
    [4.9, 'healthy', []],
    [5, 'watch', ['silent']],
    [29.9, 'watch', ['silent']],
    [30, 'offline', ['silent']],
  ])('of %d minutes: %s', (minutes, verdict, codes) => {
    expect(judge({ seenMs: ago(minutes) })).toMatchObject({ verdict, codes });
  });

  test('a board that reports each half hour is late after two and a half of them', () => {
    const slow = {
      readings: lastMinutes(10).map((n) => reading(n * 30)),
      beats: lastMinutes(10).map((n) => beat(n * 30)),
    };
    expect(judge({ ...slow, seenMs: ago(74) }).verdict).toBe('healthy');
    expect(judge({ ...slow, seenMs: ago(75) }).verdict).toBe('watch');
    expect(judge({ ...slow, seenMs: ago(120) }).verdict).toBe('offline');
  });

  test('what happened before the application listened says nothing until it has listened for a while', () => {
    expect(judge({ seenMs: ago(60) }, ago(2))).toMatchObject({
      verdict: 'unknown',
      codes: ['just-listening'],
      reviewAtMs: ago(-1),
    });
    expect(judge({ seenMs: ago(60) }, ago(3)).verdict).toBe('offline');
    expect(judge({ seenMs: ago(60) }, null)).toMatchObject({ verdict: 'unknown', codes: ['not-listening'] });
    expect(judge({ seenMs: null, beats: [], readings: [] })).toMatchObject({
      verdict: 'unknown',
      codes: ['never-heard'],
    });
  });

  test('a last will counts after the time that a reconnection takes, and not once something came after it', () => {
    const will = (seconds: number) => ({ value: 'offline' as const, timeMs: nowMs - seconds * 1000 });
    expect(judge({ seenMs: nowMs - 19_000, status: will(19) }).verdict).toBe('healthy');
    expect(judge({ seenMs: nowMs - 20_000, status: will(20) })).toMatchObject({
      verdict: 'offline',
      codes: ['said-offline'],
    });
    expect(judge({ status: will(90) }).verdict).toBe('healthy');
  });
});

describe('signal and heap', () => {
  const weak = (dbm: number, count: number) => ({
    beats: lastMinutes(30).map((minutes) => beat(minutes, { rssi: minutes <= count ? dbm : -60 })),
  });
  test('three in a row below the limit are needed, and three well above it end it', () => {
    expect(judge(weak(-88, 2)).verdict).toBe('healthy');
    expect(judge(weak(-88, 3))).toMatchObject({
      verdict: 'faulty',
      reasons: [{ code: 'signal-unusable', data: { dbm: -88 }, sinceMs: ago(3) }],
    });
    expect(judge(weak(-82, 3)).codes).toEqual(['signal-weak']);
    const levels = (...values: number[]) => values.map((value, timeMs) => ({ timeMs, value }));
    expect(heldBelowSince(levels(-86, -86, -86, -84, -84, -84, -84), -85, -82, 3)).toBe(0);
    expect(heldBelowSince(levels(-86, -86, -86, -82, -81, -80), -85, -82, 3)).toBeNull();
  });

  test('a heap is low, then critical, by the limits of the field firmware', () => {
    const heap = (freeHeap: number) => ({ beats: lastMinutes(30).map((n) => beat(n, { freeHeap })) });
    expect(judge(heap(50_000)).verdict).toBe('healthy');
    expect(judge(heap(49_999))).toMatchObject({ verdict: 'watch', codes: ['heap-low'] });
    expect(judge(heap(19_999))).toMatchObject({ verdict: 'faulty', codes: ['heap-critical'] });
  });

  test('a leak is found whatever single buckets say, and a noisy heap is none', () => {
    const trend = (of: (index: number) => number) =>
      Array.from({ length: 12 }, (_, index) => ({
        timeMs: ago(130 - index * 10),
        rssi: null,
        freeHeap: of(index),
      }));
    const leaking = trend((index) => (index === 4 ? 10_000 : 200_000 - index * 1_000));
    expect(judge({ trend: leaking }).reasons).toMatchObject([
      { code: 'heap-leak', data: { bytesPerHour: 6_000 } },
    ]);
    // After a restart that is another life.
    expect(judge({ trend: leaking, restartsMs: [ago(20)] }).codes).toEqual([]);
    expect(judge({ trend: trend((index) => 200_000 - (index % 2) * 9_000) }).codes).toEqual([]);
  });

  test('the slope of the middle pair, and nothing of too few points', () => {
    const points = [0, 1, 2, 3, 4, 5].map((hour) => ({ timeMs: hour * 3_600_000, value: -3 * hour }));
    expect(robustSlope(points, 6)).toEqual({ perHour: -3, agreement: -1 });
    expect(robustSlope(points.with(2, { timeMs: 7_200_000, value: 500 }), 6)?.perHour).toBeCloseTo(-3, 0);
    expect(robustSlope(points, 7)).toBeNull();
  });
});

test('restarts: three in an hour, five in a day', () => {
  expect(judge({ restartsMs: [ago(50), ago(30), ago(10)] })).toMatchObject({
    verdict: 'faulty',
    codes: ['restarting'],
    restartsHour: 3,
  });
  expect(judge({ restartsMs: [ago(60), ago(30), ago(10)] }).codes).toEqual([]);
  expect(judge({ restartsMs: [900, 700, 500, 300, 100].map(ago) }).codes).toEqual(['restarted-often']);
});

test('clock: wrong at once, not synchronised after three', () => {
  expect(judge({ clockFaultySinceMs: ago(3) })).toMatchObject({ verdict: 'watch', codes: ['clock-faulty'] });
  const unsynced = (count: number) => ({
    beats: lastMinutes(30).map((minutes) => beat(minutes, { ntpSync: minutes > count })),
  });
  expect(judge(unsynced(2)).codes).toEqual([]);
  expect(judge(unsynced(3)).codes).toEqual(['clock-not-synced']);
});

describe('values', () => {
  test('frozen: both, or one while the other moves; whole degrees of a DHT11 are not', () => {
    const of = (form: (minutes: number) => Partial<ReadingSample>) => ({
      readings: lastMinutes(30).map((minutes) => reading(minutes, form(minutes))),
    });
    const both = of(() => ({ temperature: 5.3, humidity: 60.2 }));
    expect(judge(both).codes).toEqual(['temperature-frozen', 'humidity-frozen']);
    expect(judge(of((n) => ({ temperature: 5.3, humidity: 60.1 + n / 5 }))).codes).toEqual([
      'temperature-frozen',
    ]);
    expect(judge(of((n) => ({ temperature: 5.3, humidity: 60.1 + n / 50 }))).codes).toEqual([]);
    expect(judge(of((n) => ({ temperature: 5 + n / 10, humidity: 99.9 }))).codes).toEqual([
      'humidity-frozen',
    ]);
    expect(judge(of(() => ({ temperature: 5, humidity: 60 }))).codes).toEqual([]);
    expect(judge({ readings: both.readings.slice(1) }).codes).toEqual([]);
  });

  test('impossible three times within an hour', () => {
    expect(judge({ implausibleMs: [ago(59), ago(30), ago(1)] })).toMatchObject({
      verdict: 'faulty',
      codes: ['values-implausible'],
    });
    expect(judge({ implausibleMs: [ago(60), ago(30), ago(1)] }).codes).toEqual([]);
  });

  test('missing readings count from when somebody listened', () => {
    const some = lastMinutes(30)
      .filter((minutes) => minutes % 3 !== 0)
      .map((minutes) => reading(minutes));
    expect(judge({ readings: some })).toMatchObject({
      verdict: 'watch',
      reasons: [{ code: 'readings-missing', data: { percent: 69, missed: 9 } }],
    });
    expect(judge({ readings: some }, ago(9)).codes).toEqual([]);
  });

  test('heartbeats alone are a sensor that is not there', () => {
    const old = lastMinutes(30).filter((minutes) => minutes > 12);
    expect(judge({ readings: old.map((minutes) => reading(minutes)) })).toMatchObject({
      verdict: 'faulty',
      codes: ['readings-absent'],
    });
  });

  test('outside the limits of its zone twice is said and changes no verdict', () => {
    const limits = { temperatureMin: 2, temperatureMax: 8, humidityMin: null, humidityMax: null };
    const warm = (count: number) =>
      judge({
        limits,
        readings: lastMinutes(30).map((n) => reading(n, n <= count ? { temperature: 8.1 } : {})),
      });
    expect(warm(1).codes).toEqual([]);
    expect(warm(2)).toMatchObject({
      verdict: 'healthy',
      reasons: [{ code: 'outside-limits', severity: 'note', data: { value: 8.1, limit: 8, side: 'above' } }],
    });
  });
});

describe('two boards under one address', () => {
  test('uptimes that go back and forth', () => {
    const two = (other: (minutes: number) => boolean) =>
      judge({
        beats: lastMinutes(30).map((n) => beat(n, other(n) ? { uptime: 5_000_000 - n * 60 } : {})),
      });
    expect(two((minutes) => minutes % 2 === 0)).toMatchObject({
      verdict: 'faulty',
      codes: ['duplicate-mac'],
    });
    expect(two((minutes) => minutes > 15).codes).toEqual([]);
  });

  test('addresses that go back and forth within the hour', () => {
    const moves = (minutes: readonly number[]) =>
      minutes.map((n, index) => ({ timeMs: ago(n), ip: index % 2 === 0 ? '10.0.0.1' : '10.0.0.2' }));
    expect(judge({ addresses: moves([40, 30, 20, 10]) }).reasons).toMatchObject([
      { code: 'duplicate-mac', data: { addresses: '10.0.0.1, 10.0.0.2' } },
    ]);
    expect(judge({ addresses: moves([400, 300, 200, 10]) }).codes).toEqual([]);
  });
});

test('refused logins within the hour', () => {
  expect(judge({ refusedLoginsMs: [50, 40, 30, 20, 10].map(ago) }).codes).toEqual(['login-refused']);
  expect(judge({ refusedLoginsMs: [70, 40, 30, 20, 10].map(ago) }).codes).toEqual([]);
});

test('thresholds of a site that contradict each other are named', () => {
  expect(thresholdFault(defaultThresholds)).toBeNull();
  expect(thresholdFault(effectiveThresholds({ offlineAfterMinutes: 5 }))).toBe('offlineAfterMinutes');
  expect(thresholdFault(effectiveThresholds({ rssiFaultyDbm: -70 }))).toBe('rssiFaultyDbm');
  expect(thresholdFault(effectiveThresholds({ heapWatchBytes: 1_000 }))).toBe('heapFaultyBytes');
});
