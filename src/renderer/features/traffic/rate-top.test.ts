import { expect, test } from 'vitest';
import { rateTop } from './rate-top.ts';

test.each([
  [0, 1],
  [0.7, 1],
  [1.2, 2],
  [7, 10],
  [10, 10],
  [11, 20],
  [350, 400],
  [9_800, 10_000],
])('an axis for %d ends at %d', (most, top) => {
  expect(rateTop(most)).toBe(top);
});
