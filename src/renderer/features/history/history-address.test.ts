import { expect, test } from 'vitest';
import { asChosen, parseRange, parseSensors, presetOf, rangeText } from './history-address.ts';
import { fieldTime, rangeProblem, timeOfField } from './field-time.ts';

test('a range goes into the address and comes out of it as it was', () => {
  for (const range of [
    { kind: 'last', spanMs: 7 * 86_400_000 },
    { kind: 'last', spanMs: 12_345_678 },
    { kind: 'fixed', fromMs: 1_700_000_000_000, toMs: 1_700_000_100_000 },
  ] as const)
    expect(parseRange(rangeText(range))).toEqual(range);
  expect(presetOf({ kind: 'last', spanMs: 7 * 86_400_000 })).toBe('7d');
});

test('what is no range is none', () => {
  for (const text of [undefined, 7, '', '8d', 'last~0', '5~5', '9~3', 'toString', '1~2~3', '1e3~2e9'])
    expect([text, parseRange(text)]).toEqual([text, undefined]);
});

test('only MAC addresses, each once, at most twenty', () => {
  expect(parseSensors('24:6f:28:00:00:01,x,24:6F:28:00:00:01')).toEqual(['24:6F:28:00:00:01']);
  expect(parseSensors('')).toEqual([]);
  expect(parseSensors(undefined)).toBeUndefined();
  const many = Array.from({ length: 30 }, (_, index) => `24:6F:28:00:00:${String(index).padStart(2, '0')}`);
  expect(parseSensors(many.join(','))?.length).toBe(20);
});

test('a gesture that ends at now goes on to follow it', () => {
  const now = 1_700_000_000_000;
  expect(asChosen({ fromMs: now - 3_600_000, toMs: now - 1_000 }, now)).toEqual({
    kind: 'last',
    spanMs: 3_599_000,
  });
  expect(asChosen({ fromMs: now - 7_200_000, toMs: now - 3_600_000 }, now).kind).toBe('fixed');
});

test('dates typed: local, and refused with their reason', () => {
  const time = new Date(2026, 10, 18, 9, 42).getTime();
  expect(fieldTime(time)).toBe('2026-11-18T09:42');
  expect(timeOfField(fieldTime(time))).toBe(time);
  expect(timeOfField('')).toBeUndefined();
  const now = time;
  expect(rangeProblem(undefined, now, now)).toBe('missing');
  expect(rangeProblem(now, now, now)).toBe('reversed');
  expect(rangeProblem(now + 1, now + 2, now)).toBe('future');
  expect(rangeProblem(now - 1_000 * 366 * 86_400_000, now, now)).toBe('long');
  expect(rangeProblem(now - 1, now, now)).toBeUndefined();
});
