import { expect, test } from 'vitest';
import { hexRow, hexRowCount } from './hex-rows.ts';

const bytes = new Uint8Array([...Buffer.from('Hello <b>world'), 0, 255, 10]);

test('sixteen bytes a row, with offset and characters', () => {
  expect(hexRowCount(bytes)).toBe(2);
  expect(hexRow(bytes, 0)).toEqual({
    offset: '000000',
    hex: '48 65 6c 6c 6f 20 3c 62  3e 77 6f 72 6c 64 00 ff',
    text: 'Hello <b>world··',
  });
  expect(hexRow(bytes, 1)).toEqual({ offset: '000010', hex: '0a', text: '·' });
});

test('nothing has no row', () => {
  expect(hexRowCount(new Uint8Array())).toBe(0);
});
