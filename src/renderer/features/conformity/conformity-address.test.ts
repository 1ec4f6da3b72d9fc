import { expect, test } from 'vitest';
import { parseDay } from './conformity-address.ts';

test('a day of the address is one of the calendar that can be shown', () => {
  const year = new Date().getUTCFullYear();
  expect(parseDay('2024-02-29')).toBe('2024-02-29');
  expect(parseDay(`${year}-12-31`)).toBe(`${year}-12-31`);
  for (const text of [
    undefined,
    20240229,
    '',
    '2025-02-29',
    '2024-13-01',
    '2019-12-31',
    '2024-2-9',
    `${year + 1}-01-01`,
  ])
    expect([text, parseDay(text)]).toEqual([text, undefined]);
});
