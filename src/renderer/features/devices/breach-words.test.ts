import { expect, test } from 'vitest';
import type { ChartLine } from '../../components/chart/chart-line.ts';
import { breachesIn } from './breach-words.ts';

const minuteMs = 60_000;

/** A reading each minute from 0, where there was one; within means from 2 to 8. */
function line(values: readonly (number | undefined)[]): ChartLine {
  const there = values.flatMap((value, at) => (value === undefined ? [] : [{ value, at }]));
  const numbers = there.map(({ value }) => value);
  return {
    key: '02:DE:70:00:00:01',
    slot: 0,
    letter: null,
    label: 'one',
    timesMs: Float64Array.from(there, ({ at }) => at * minuteMs),
    avg: numbers,
    min: numbers,
    max: numbers,
    gaps: [],
    breakMs: 3 * minuteMs,
    stepMs: 0,
    limitMin: 2,
    limitMax: 8,
  };
}

test('a limit that is left and kept again are two events, the second with how long it took', () => {
  const events = breachesIn([['temperature', line([5, 9, 10, 5])]]);
  expect(events).toMatchObject([
    { kind: 'beyond', timeMs: minuteMs, side: 'above', limit: 8, measurement: 'temperature' },
    { kind: 'within', timeMs: 3 * minuteMs, lastedMs: 2 * minuteMs },
  ]);
});

test('one that lasts, or ends in a silence, is not told as kept again', () => {
  expect(breachesIn([['humidity', line([5, 1, 1])]])).toMatchObject([
    { kind: 'beyond', side: 'below', limit: 2, measurement: 'humidity' },
  ]);
  const silent = line([5, 9, undefined, undefined, undefined, undefined, 5]);
  expect(breachesIn([['temperature', silent]]).map(({ kind }) => kind)).toEqual(['beyond']);
});

test('a measurement without a line has no events, and each event has a key of its own', () => {
  const both = breachesIn([
    ['temperature', line([9, 5])],
    ['humidity', line([9, 5])],
    ['temperature', undefined],
  ]);
  expect(new Set(both.map(({ key }) => key)).size).toBe(both.length);
  expect(both).toHaveLength(4);
});
