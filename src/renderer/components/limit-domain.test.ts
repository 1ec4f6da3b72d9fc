import { expect, test } from 'vitest';
import { domainOf, isOutside, positionIn, ticksOf } from './limit-domain.ts';

test('the band is the middle half, and values beyond the scale stand at its edge', () => {
  const domain = domainOf(2, 8);
  expect(domain).toEqual({ from: -1, to: 11 });
  if (domain === undefined) return;
  expect(positionIn(domain, 2)).toBe(0.25);
  expect(positionIn(domain, 8)).toBe(0.75);
  expect(positionIn(domain, 99)).toBe(1);
  expect(positionIn(domain, -99)).toBe(0);
  expect(ticksOf(domain).map((tick) => tick.at)).toEqual([-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(
    ticksOf(domain)
      .filter((tick) => tick.long)
      .map((tick) => tick.at),
  ).toEqual([0, 5, 10]);
});

test('without both limits there is no band; one limit alone can still be passed', () => {
  expect(domainOf(null, 8)).toBeUndefined();
  expect(isOutside(9, null, 8)).toBe(true);
  expect(isOutside(7, null, 8)).toBe(false);
  expect(isOutside(null, 2, 8)).toBe(false);
});
