import { expect, test } from 'vitest';
import { growthPerSecond, withSample, type Sample } from './live-series.ts';

const filled = (samples: readonly Sample[]): readonly Sample[] =>
  samples.reduce<readonly Sample[]>((series, sample) => withSample(series, sample), []);

test('two minutes are kept, and looks in quick succession count once', () => {
  const series = filled(Array.from({ length: 400 }, (_, index) => ({ timeMs: index * 500, value: index })));
  expect(series).toHaveLength(120);
  expect(series[0]?.timeMs).toBe(80_000);
  expect(series.at(-1)?.timeMs).toBe(199_000);
});

test('growth of a counter over its last ten seconds; unknown while it has just begun', () => {
  expect(growthPerSecond([])).toBeNull();
  expect(growthPerSecond([{ timeMs: 0, value: 7 }])).toBeNull();
  const steady = Array.from({ length: 60 }, (_, second) => ({
    timeMs: second * 1_000,
    value: second < 40 ? 0 : (second - 40) * 5,
  }));
  expect(growthPerSecond(steady)).toBe(5);
  expect(growthPerSecond([...steady, { timeMs: 60_000, value: 0 }])).toBeNull();
});
