import { expect, test } from 'vitest';
import { dayAfterKey, dayKind, keptDays, peakDigits, weeksOf } from './conformity-view.ts';

test('a month has its weeks from Monday on, also in a leap year and where a Sunday begins it', () => {
  const march = weeksOf(2026, 2);
  expect(march[0]).toEqual([null, null, null, null, null, null, '2026-03-01']);
  expect(march.at(-1)?.slice(0, 3)).toEqual(['2026-03-30', '2026-03-31', null]);
  expect(weeksOf(2024, 1).flat().filter(Boolean)).toHaveLength(29);
  for (let month = 0; month < 12; month++)
    expect(weeksOf(2026, month).every((week) => week.length === 7)).toBe(true);
});

test('keys walk over days, weeks and months, and stay in the year', () => {
  expect(dayAfterKey('2026-03-29', 'ArrowRight')).toBe('2026-03-30');
  expect(dayAfterKey('2026-03-01', 'ArrowLeft')).toBe('2026-02-28');
  expect(dayAfterKey('2026-03-29', 'ArrowUp')).toBe('2026-03-22');
  expect(dayAfterKey('2026-03-31', 'PageUp')).toBe('2026-02-28');
  expect(dayAfterKey('2026-01-31', 'PageDown')).toBe('2026-02-28');
  expect(dayAfterKey('2026-12-31', 'ArrowDown')).toBe('2026-12-31');
  expect(dayAfterKey('2026-01-03', 'PageUp')).toBe('2026-01-01');
  expect(dayAfterKey('2026-02-10', 'End')).toBe('2026-02-28');
  expect(dayAfterKey('2026-02-10', 'Home')).toBe('2026-02-01');
  expect(dayAfterKey('2026-02-10', 'a')).toBeUndefined();
});

test('what a day says', () => {
  const day = { day: '2026-03-29', complianceRate: 1, criticalViolations: 0, rules: 2, readings: 5 };
  expect(dayKind(day, '2026-04-01')).toBe('kept');
  expect(dayKind({ ...day, complianceRate: 0.5 }, '2026-04-01')).toBe('broken');
  expect(dayKind({ ...day, complianceRate: 0.5, criticalViolations: 1 }, '2026-04-01')).toBe('critical');
  expect(dayKind({ ...day, complianceRate: null, rules: 0 }, '2026-04-01')).toBe('open');
  expect(dayKind({ ...day, readings: 0, complianceRate: null }, '2026-04-01')).toBe('silent');
  expect(dayKind({ ...day, readings: 0, complianceRate: null }, '2026-03-28')).toBe('future');
});

test('days without readings count neither way', () => {
  const day = { day: '2026-03-29', low: null, high: null, readings: 0 };
  expect(
    keptDays([
      { ...day, compliant: true },
      { ...day, compliant: false },
      { ...day, compliant: null },
    ]),
  ).toEqual({ kept: 1, known: 2 });
});

test('what lies beyond a limit is not shown as the limit', () => {
  const digits = (peak: number, limit: number, side: 'above' | 'below' = 'above') =>
    peak.toFixed(peakDigits({ peak, limit, side }));
  expect(digits(14.5, 8)).toBe('14.5');
  expect(digits(9, 8)).toBe('9');
  expect(digits(8.02, 8)).toBe('8.02');
  expect(digits(8.14, 8.1)).toBe('8.14');
  expect(digits(1.96, 2, 'below')).toBe('1.96');
  expect(digits(1.9, 2, 'below')).toBe('1.9');
  expect(digits(8.004, 8)).toBe('8.004');
});
