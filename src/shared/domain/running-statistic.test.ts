import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunningStatistic } from './running-statistic.ts';

function statisticOf(values: readonly number[], within: number) {
  const running = new RunningStatistic(within);
  values.forEach((value, index) => running.add(index * 1_000, value));
  return running.get();
}

describe('statistic of the values of a recording', () => {
  it('has nothing to say of nothing', () => expect(statisticOf([], 1)).toBeNull());

  it('gives count, smallest, mean, largest, spread and the last', () => {
    expect(statisticOf([-70, -72, -68, -66], 2)).toEqual({
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
    expect(statisticOf(values, 0.2)?.stableSinceMs).toBe(since);
  });

  it('is what going back from the end finds, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 60 }), (values) => {
        let from = values.length;
        while (from > 0) {
          const end = values.slice(from - 1);
          if (Math.max(...end) - Math.min(...end) > 3) break;
          from -= 1;
        }
        const found = statisticOf(values, 3);
        const since = values.length - from >= 3 ? from * 1_000 : null;
        return found?.stableSinceMs === since && found.min <= found.mean && found.mean <= found.max;
      }),
    );
  });

  it('lets go of what is no longer in the stable end, and still knows its time', () => {
    const values = Array.from({ length: 20_000 }, (_, index) => (index % 2) * 50);
    expect(statisticOf([...values, 1, 1, 1], 1)?.stableSinceMs).toBe(20_000_000);
  });
});
