import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateSteps, rateStepMs } from './rate-steps.ts';

const startMs = 1_000_000 * rateStepMs;

test('each step holds what came in it, for ten minutes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 900_000 }), { maxLength: 80 }), (offsets) => {
      const times = offsets.sort((a, b) => a - b);
      const rates = new RateSteps(startMs);
      for (const offset of times) rates.count(startMs + offset, 10);
      const endMs = startMs + (times.at(-1) ?? 0);
      const { messages, bytes } = rates.list(endMs);
      expect(messages).toHaveLength(121);
      const last = Math.floor(endMs / rateStepMs);
      const expected = messages.map(
        (_, index) =>
          times.filter((offset) => Math.floor((startMs + offset) / rateStepMs) === last - 120 + index).length,
      );
      expect(messages).toEqual(expected);
      expect(bytes).toEqual(expected.map((count) => count * 10));
    }),
  );
});

test('the rate is that of the last ten seconds, and of less at the beginning', () => {
  const rates = new RateSteps(startMs);
  for (let ms = 0; ms < 4_000; ms += 10) rates.count(startMs + ms, 20);
  expect(rates.perSecond(startMs + 4_000)).toMatchObject({ messages: 100, bytes: 2_000, windowMs: 4_000 });
  for (let ms = 4_000; ms < 60_000; ms += 10) rates.count(startMs + ms, 20);
  expect(rates.perSecond(startMs + 60_000).messages).toBeCloseTo(100, 0);
  expect(rates.perSecond(startMs + 62_500).messages).toBeCloseTo(75, 0);
  expect(rates.perSecond(startMs + 75_000).messages).toBe(0);
});

test('a clock that is set back costs no count', () => {
  const rates = new RateSteps(startMs);
  rates.count(startMs + 60_000, 1);
  rates.count(startMs, 1);
  const { messages } = rates.list(startMs + 60_000);
  expect(messages.at(-1)).toBe(2);
});
