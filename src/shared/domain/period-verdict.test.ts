import { expect, test } from 'vitest';
import type { RangeSummary } from '../contract/history.ts';
import { completeness, verdictOf } from './period-verdict.ts';

const minute = 60_000;
const good: RangeSummary = {
  mac: '24:6F:28:00:00:01' as RangeSummary['mac'],
  received: 1_000,
  expected: 1_000,
  temperature: { mean: 5, min: 4, max: 6 },
  humidity: { mean: 60, min: 58, max: 62 },
  limits: { temperatureMin: 2, temperatureMax: 8, humidityMin: null, humidityMax: null },
  outsideMs: { temperature: 0, humidity: 0 },
  longestGap: null,
  firstMs: 0,
  lastMs: 1,
};

test('complete and within its limits: conforms, up to the edges of the rule', () => {
  expect(verdictOf(good)).toBe('conforms');
  expect(verdictOf({ ...good, received: 990 })).toBe('conforms');
  expect(verdictOf({ ...good, longestGap: { fromMs: 0, toMs: 60 * minute } })).toBe('conforms');
});

test('without a breach but incomplete: not proven', () => {
  expect(verdictOf({ ...good, received: 989 })).toBe('not-proven');
  expect(verdictOf({ ...good, longestGap: { fromMs: 0, toMs: 60 * minute + 1 } })).toBe('not-proven');
  expect(verdictOf({ ...good, expected: null })).toBe('not-proven');
  expect(verdictOf({ ...good, received: 0, expected: 0 })).toBe('not-proven');
});

test('a breach is one, however complete the rest is', () => {
  expect(verdictOf({ ...good, outsideMs: { temperature: 1, humidity: 0 } })).toBe('does-not-conform');
  expect(verdictOf({ ...good, received: 1, outsideMs: { temperature: 0, humidity: 1 } })).toBe(
    'does-not-conform',
  );
});

test('without limits there is nothing to conform to', () => {
  const limits = { temperatureMin: null, temperatureMax: null, humidityMin: null, humidityMax: null };
  expect(verdictOf({ ...good, limits })).toBe('no-limits');
});

test('more than expected is complete, not more than complete', () => {
  expect(completeness({ ...good, received: 1_001 })).toBe(1);
});
