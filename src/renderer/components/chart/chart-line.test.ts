import { expect, test } from 'vitest';
import { breakAfter, chartLine, firstAfter, nearestPoint, pointTimes } from './chart-line.ts';
import type { DeviceSeries } from '../../../shared/contract/history.ts';

const series: DeviceSeries = {
  mac: '24:6F:28:00:00:01' as DeviceSeries['mac'],
  timesMs: [0, 60, 120],
  counts: [1, 1, 1],
  temperature: { avg: [4, null, 6], min: [3, null, 5], max: [5, null, 7] },
  humidity: { avg: [60, 61, 62], min: [60, 61, 62], max: [60, 61, 62] },
  gaps: [{ fromMs: 70, toMs: 110 }],
  moreGaps: 0,
  intervalMs: 60,
};
const options = {
  measurement: 'temperature',
  toMs: 150,
  slot: 1,
  letter: 'B',
  label: 'CR1-01',
  limits: { temperatureMin: 2, temperatureMax: 8, humidityMin: null, humidityMax: 85 },
  gapMs: 300,
} as const;

test('every point of the answer is drawn: nothing is left out on the way to the chart', () => {
  const line = chartLine(series, { ...options, resolution: { kind: 'raw' } });
  expect([...line.timesMs]).toEqual(series.timesMs);
  expect(line.avg).toBe(series.temperature.avg);
  expect([line.limitMin, line.limitMax]).toEqual([2, 8]);
});

test('a mean stands in the middle of its bucket, the running one not after the end', () => {
  expect([...pointTimes([0, 60, 120], 60, 130)]).toEqual([30, 90, 130]);
});

test('points are joined up to the gap time, two and a half intervals, and what buckets blur', () => {
  expect(breakAfter(0, 60, 300)).toBe(300);
  expect(breakAfter(0, 600, 300)).toBe(1_500);
  expect(breakAfter(1_000, 60, 300)).toBe(2_300);
  expect(breakAfter(0, null, 300)).toBe(300);
});

test('the nearest point, only within reach', () => {
  const times = Float64Array.from([0, 60, 120]);
  expect([-5, 29, 31, 89, 91, 500].map((at) => nearestPoint(times, at, 100))).toEqual([0, 0, 1, 1, 2, -1]);
  expect(nearestPoint(new Float64Array(), 5, 100)).toBe(-1);
  expect([firstAfter(times, -1), firstAfter(times, 60), firstAfter(times, 120)]).toEqual([0, 2, 3]);
});
