import { expect, test } from 'vitest';
import { diskLevel } from './disk-level.ts';

const gb = 1e9;

test.each([
  [0, 500 * gb, 'critical'],
  [0.999 * gb, 500 * gb, 'critical'],
  [0.999 * gb, null, 'critical'],
  [1 * gb, 4 * gb, 'low'],
  [4.999 * gb, 16 * gb, 'low'],
  [5 * gb, 16 * gb, 'ok'],
  [49 * gb, 500 * gb, 'low'],
  [50 * gb, 500 * gb, 'ok'],
  [5 * gb, null, 'ok'],
  [4.9 * gb, null, 'low'],
] as const)('%d free of %s is %s', (freeBytes, totalBytes, level) => {
  expect(diskLevel({ freeBytes, totalBytes })).toBe(level);
});
