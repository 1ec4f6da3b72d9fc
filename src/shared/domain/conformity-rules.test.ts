import { expect, test } from 'vitest';
import type { MetricType } from '../contract/conformity.ts';
import { canNeverBeKept, comparedValues, neededBounds, ruleFault } from './conformity-rules.ts';

const rule = (metricType: MetricType, minAllowed: number | null, maxAllowed: number | null) => ({
  metricType,
  minAllowed,
  maxAllowed,
});

test('each kind needs the bounds that it is compared with', () => {
  expect(ruleFault(rule('temperature_range', 2, null))).toBe('max-missing');
  expect(ruleFault(rule('temperature_range', null, 8))).toBe('min-missing');
  expect(ruleFault(rule('humidity_floor', null, 30))).toBe('min-missing');
  expect(ruleFault(rule('humidity_ceiling', 30, null))).toBe('max-missing');
  expect(ruleFault(rule('temperature_stability', 1, null))).toBe('max-missing');
  expect(ruleFault(rule('uptime_ratio', null, 1))).toBe('min-missing');
  expect(ruleFault(rule('data_validity', null, null))).toBe('min-missing');
  for (const metric of Object.keys(neededBounds) as (keyof typeof neededBounds)[])
    expect(ruleFault(rule(metric, 0, 1))).toBeNull();
});

test('crossed bounds and numbers without a meaning are refused, equal bounds are not', () => {
  expect(ruleFault(rule('temperature_range', 8, 2))).toBe('crossed');
  expect(ruleFault(rule('temperature_range', 5, 5))).toBeNull();
  expect(ruleFault(rule('humidity_floor', 60, 40))).toBe('crossed');
  expect(ruleFault(rule('humidity_floor', Number.NaN, null))).toBe('out-of-range');
  expect(ruleFault(rule('humidity_floor', -1e300, null))).toBe('out-of-range');
});

test('a ratio above one can never be kept', () => {
  expect(canNeverBeKept(rule('uptime_ratio', 95, null))).toBe(true);
  expect(canNeverBeKept(rule('uptime_ratio', 1, null))).toBe(false);
  expect(canNeverBeKept(rule('data_validity', 1.01, null))).toBe(true);
  expect(canNeverBeKept(rule('humidity_floor', 95, null))).toBe(false);
  expect(canNeverBeKept(rule('temperature_stability', null, -1))).toBe(true);
});

test('what is compared', () => {
  const facts = {
    lowTemperature: 1,
    highTemperature: 2,
    lowHumidity: 3,
    highHumidity: 4,
    stability: 5,
    uptimeRatio: 0.6,
    dataValidity: 0,
  };
  expect(comparedValues('temperature_range', facts)).toEqual({ low: 1, high: 2 });
  expect(comparedValues('humidity_floor', facts)).toEqual({ low: 3, high: null });
  expect(comparedValues('humidity_ceiling', facts)).toEqual({ low: null, high: 4 });
  expect(comparedValues('temperature_stability', facts)).toEqual({ low: null, high: 5 });
  expect(comparedValues('uptime_ratio', facts)).toEqual({ low: 0.6, high: null });
  expect(comparedValues('data_validity', facts)).toEqual({ low: 0, high: null });
});
