import { expect, test } from 'vitest';
import { breachesOf, breachesToLabel } from './breaches.ts';
import type { ChartLine } from './chart-line.ts';

function line(values: readonly (number | null)[], own: Partial<ChartLine> = {}): ChartLine {
  return {
    key: 'a',
    slot: 0,
    letter: 'A',
    label: 'CR1-01',
    timesMs: Float64Array.from(values, (_, index) => index * 60),
    avg: values,
    min: values,
    max: values,
    gaps: [],
    breakMs: 150,
    stepMs: 0,
    limitMin: 2,
    limitMax: 8,
    ...own,
  };
}

test('a run outside is one breach, with its furthest value', () => {
  expect(breachesOf(line([7, 8.5, 9.4, 8.1, 7, 1, 3]))).toEqual([
    { first: 1, last: 3, fromMs: 60, toMs: 180, side: 'above', limit: 8, peak: 9.4 },
    { first: 5, last: 5, fromMs: 300, toMs: 300, side: 'below', limit: 2, peak: 1 },
  ]);
});

test('a gap and a missing value end a breach: what was between is not known', () => {
  expect(breachesOf(line([9, null, 9])).length).toBe(2);
  expect(breachesOf(line([9, 9], { timesMs: Float64Array.from([0, 200]) })).length).toBe(2);
});

test('from above to below are two', () => {
  expect(breachesOf(line([9, 1])).map(({ side }) => side)).toEqual(['above', 'below']);
});

test('exactly on a limit is within, and without limits there is no breach', () => {
  expect(breachesOf(line([2, 8]))).toEqual([]);
  expect(breachesOf(line([-40, 99], { limitMin: null, limitMax: null }))).toEqual([]);
});

test('the longest are labelled, in order of time, and only those that begin in sight', () => {
  const long = line([9, 9, 9, 5, 9, 5, 9, 9, 5]);
  expect(breachesToLabel([long], 0, 1_000, 2).map(({ fromMs }) => fromMs)).toEqual([0, 360]);
  // In a range of which they are hardly a part, they are one.
  expect(breachesToLabel([long], 0, 10_000, 3).map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([[0, 420]]);
  expect(breachesToLabel([long], 100, 300, 2).map(({ fromMs }) => fromMs)).toEqual([240]);
});
