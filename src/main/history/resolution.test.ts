import { expect, test } from 'vitest';
import { bucketsIn, chooseResolution } from './resolution.ts';

const hour = 3_600_000;
const day = 24 * hour;
const toMs = Date.UTC(2025, 10, 20, 9, 17, 3);

test.each([
  [6 * hour, 360, { kind: 'raw' }],
  [day, undefined, { kind: 'bucket', stepMs: 60_000, source: 'raw' }],
  [7 * day, undefined, { kind: 'bucket', stepMs: 1_800_000, source: 'semi-hourly' }],
  [30 * day, undefined, { kind: 'bucket', stepMs: 2 * hour, source: 'hourly' }],
  [365 * day, undefined, { kind: 'bucket', stepMs: day, source: 'daily' }],
] as const)(
  'a range of %d ms is shown as the design says, for one and for twenty devices',
  (rangeMs, readings, expected) => {
    for (const widthPx of [800, 1_200, 1_900])
      for (const devices of [1, 20]) {
        const question = { fromMs: toMs - rangeMs, toMs, widthPx, devices };
        expect(chooseResolution({ ...question, ...(readings === undefined ? {} : { readings }) })).toEqual(
          expected,
        );
      }
  },
);

test('readings of a fast board become buckets', () => {
  const question = { fromMs: toMs - 6 * hour, toMs, widthPx: 1_200, devices: 1, readings: 10_800 };
  expect(chooseResolution(question)).toEqual({ kind: 'bucket', stepMs: 60_000, source: 'raw' });
});

test('never more points than twice the pixels, whatever is asked', () => {
  for (let rangeMs = 60_000; rangeMs < 36_600 * day; rangeMs *= 1.37)
    for (const widthPx of [50, 333, 1_200, 8_000])
      for (const devices of [1, 20]) {
        const range = { fromMs: toMs - rangeMs, toMs };
        const resolution = chooseResolution({ ...range, widthPx, devices });
        if (resolution.kind === 'raw') throw new Error('raw without a count of readings');
        expect(bucketsIn(range, resolution.stepMs)).toBeLessThanOrEqual(2 * widthPx);
        expect(resolution.stepMs % 60_000).toBe(0);
      }
});
