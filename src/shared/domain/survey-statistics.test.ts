import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { MacAddress } from './mac-address.ts';
import { statisticOf, statisticsOf } from './survey-statistics.ts';

const timed = (...values: readonly number[]) =>
  values.map((value, index) => ({ timeMs: index * 1_000, value }));

describe('statistic of a recording', () => {
  it('has nothing to say of nothing', () => expect(statisticOf([], 1)).toBeNull());

  it('gives count, smallest, mean, largest, spread and the last', () => {
    expect(statisticOf(timed(-70, -72, -68, -66), 2)).toEqual({
      count: 4,
      min: -72,
      mean: -69,
      max: -66,
      spread: 6,
      firstMs: 0,
      lastMs: 3_000,
      last: -66,
      stableSinceMs: null,
    });
  });

  it.each([
    { what: 'from the value on after which all stay within', values: [9, 6, 5.2, 5, 5.1, 5.2], since: 2_000 },
    { what: 'from the first where all are', values: [5, 5.1, 5.2], since: 0 },
    { what: 'not where the last one leaves', values: [5, 5, 5, 6], since: null },
    { what: 'not of two values', values: [8, 5, 5], since: null },
    // 4.4 - 4.2 is a little more than 0.2 in binary.
    { what: 'with values just at the tolerance', values: [4.4, 4.2, 4.3], since: 0 },
  ])('is stable $what', ({ values, since }) => {
    expect(statisticOf(timed(...values), 0.2)?.stableSinceMs).toBe(since);
  });

  it('keeps the mean between smallest and largest, whatever the rounding', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 50 }),
        (values) => {
          const found = statisticOf(timed(...values), 1);
          return found !== null && found.min <= found.mean && found.mean <= found.max;
        },
      ),
    );
  });

  it('tells devices apart, and what one did not send', () => {
    const one = '02:00:00:00:00:01' as MacAddress;
    const two = '02:00:00:00:00:02' as MacAddress;
    const found = statisticsOf(
      [
        { mac: one, timeMs: 0, temperature: 5, humidity: 60, rssi: null },
        { mac: two, timeMs: 10, temperature: 7, humidity: 61, rssi: null },
        { mac: one, timeMs: 20, temperature: null, humidity: null, rssi: -60 },
      ],
      [
        { mac: one, name: 'One' },
        { mac: two, name: 'Two' },
      ],
      { temperature: 0.5, humidity: 2, rssi: 4 },
    );
    expect(found.map(({ temperature, rssi }) => [temperature?.mean, rssi?.mean])).toEqual([
      [5, -60],
      [7, undefined],
    ]);
  });
});
