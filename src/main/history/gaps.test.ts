import { expect, test } from 'vitest';
import { suspects } from './gaps.ts';

const minute = 60_000;
const stepMs = 60 * minute;

/** Two days by the minute, without the readings of some minutes. */
function hoursWithout(lost: (minute: number) => boolean): {
  times: number[];
  counts: number[];
  first: [];
  last: [];
} {
  const times: number[] = [];
  const counts: number[] = [];
  for (let at = 0; at < 48 * 60; at++) {
    if (lost(at)) continue;
    const start = Math.floor(at / 60) * stepMs;
    if (times.at(-1) !== start) {
      times.push(start);
      counts.push(0);
    }
    counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
  }
  return { times, counts, first: [], last: [] };
}

const range = { fromMs: 0, toMs: 48 * stepMs };

test('every silence that is long enough lies in a suspect, wherever it begins', () => {
  for (let from = 61; from < 47 * 60 - 200; from += 7)
    for (const length of [31, 45, 61, 90, 150]) {
      const found = suspects(
        hoursWithout((at) => at >= from && at < from + length),
        stepMs,
        30 * minute,
        range,
      );
      const [begin, end] = [from * minute, (from + length) * minute];
      // One bucket on either side is looked at too.
      expect(
        found.some((of) => of.fromMs - stepMs < begin && of.toMs + stepMs >= end),
        `from minute ${from}, ${length} minutes`,
      ).toBe(true);
    }
});

test('scattered losses are no suspects', () => {
  const found = suspects(
    hoursWithout((at) => at % 9 === 0),
    stepMs,
    30 * minute,
    range,
  );
  expect(found).toEqual([]);
});

test('what is missing at either end of the range, or all of it, is one', () => {
  const found = suspects(
    hoursWithout((at) => at < 180 || at >= 40 * 60),
    stepMs,
    30 * minute,
    range,
  );
  expect(found).toEqual([
    { fromMs: 0, toMs: 3 * stepMs },
    { fromMs: 40 * stepMs, toMs: 48 * stepMs },
  ]);
  expect(suspects({ times: [], counts: [], first: [], last: [] }, stepMs, 30 * minute, range)).toEqual([
    range,
  ]);
});
