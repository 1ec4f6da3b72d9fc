import { expect, test } from 'vitest';
import { pathOf, runsOutside, segments, silences } from './series-shape.ts';

const identity = (value: number): number => value;

test('a point that stands alone is drawn', () => {
  const lines = segments([null, 4, null, 5, 6]);
  expect(lines.map((line) => line.length)).toEqual([1, 2]);
  expect(pathOf(lines[0] ?? [], identity, identity)).toBe('M1.0 4.0h0.01');
  expect(pathOf(lines[1] ?? [], identity, identity)).toBe('M3.0 5.0L4.0 6.0');
});

test('a silence lies between two values or runs on; before the first value there is none', () => {
  expect(silences([null, null, null, 1, null, null, null, 2, null, 3], 3)).toEqual([{ from: 3, to: 7 }]);
  expect(silences([1, null, null, null], 3)).toEqual([{ from: 0, to: 3 }]);
  expect(silences([1, null, null], 3)).toEqual([]);
});

test('what is outside begins at the last point inside', () => {
  const [line = []] = segments([7, 9, 10, 7, 1]);
  expect(runsOutside(line, 2, 8).map((run) => run.map(({ value }) => value))).toEqual([
    [7, 9, 10],
    [7, 1],
  ]);
  expect(runsOutside(line, null, null)).toEqual([]);
});
