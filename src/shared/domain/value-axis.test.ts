import { expect, test } from 'vitest';
import { valueAxis } from './value-axis.ts';

test('round ticks around the values and a limit that is near', () => {
  const axis = valueAxis(4.2, 9.4, [2, 8], { reach: 4, atMost: 6 });
  expect(axis.ticks).toEqual([2, 4, 6, 8]);
  expect(axis.from).toBeLessThan(2);
  expect(axis.to).toBeGreaterThan(9.4);
});

test('a limit far away does not press the line flat', () => {
  const axis = valueAxis(66, 72, [40, 85], { reach: 8, atMost: 4 });
  expect(axis.from).toBeGreaterThan(60);
  expect(axis.to).toBeLessThan(85);
});

test('a flat line has an axis too, with decimals that tell its ticks apart', () => {
  const axis = valueAxis(5, 5, [], { reach: 0, atMost: 4 });
  expect(axis.from).toBeLessThan(5);
  expect(axis.to).toBeGreaterThan(5);
  expect(axis.digits).toBe(1);
});

test('never more ticks than asked for, whatever the span', () => {
  for (const high of [0.01, 0.9, 7, 63, 999, 123_456])
    expect(valueAxis(0, high, [], { reach: 0, atMost: 5 }).ticks.length).toBeLessThanOrEqual(7);
});
