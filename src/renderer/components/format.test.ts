import { expect, test } from 'vitest';
import { csvCell, formatBytes, formatDuration, formatNumber } from './format.ts';

test.each([
  [-21.5, 1, '\u221221.5'],
  [8768, 0, '8\u202f768'],
  [-0.04, 1, '0.0'],
  [999, 0, '999'],
  [1234567, 0, '1\u202f234\u202f567'],
])('%s', (value, digits, text) => {
  expect(formatNumber(value, digits)).toBe(text);
});

test.each([
  [18, '18 s'],
  [59.6, '1 min'],
  [420, '7 min'],
  [58_920, '16 h 22 min'],
  [7200, '2 h'],
  [273_600, '3 d 4 h'],
])('%s seconds', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test('sizes', () => {
  expect(formatBytes(412_000_000)).toBe('412\u00A0MB');
  expect(formatBytes(1_840_000_000)).toBe('1.8\u00A0GB');
  expect(formatBytes(12)).toBe('12\u00A0B');
});

test('a cell that a spreadsheet would run is made text', () => {
  expect(csvCell('=1+1')).toBe("'=1+1");
  expect(csvCell('a,"b"')).toBe('"a,""b"""');
  expect(csvCell(-5)).toBe('-5');
});
