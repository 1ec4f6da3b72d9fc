import { expect, test } from 'vitest';
import type { FlashPartition } from '../../../shared/contract/boards.ts';
import { mapOf } from './partition-pieces.ts';

const partition = (type: string, offset: number, size: number): FlashPartition => ({
  name: type,
  type,
  subtype: '',
  offset,
  size,
  encrypted: false,
});

test('the map covers the flash without a gap, in the order of the addresses', () => {
  const { total, pieces } = mapOf(
    [partition('app', 0x10000, 0x100000), partition('data', 0x9000, 0x6000)],
    0x400000,
  );
  expect(total).toBe(0x400000);
  expect(pieces.map(({ kind }) => kind)).toEqual(['free', 'data', 'free', 'app', 'free']);
  expect(pieces.reduce((at, { offset, size }) => (offset === at ? offset + size : Number.NaN), 0)).toBe(
    total,
  );
});

test('a table that reaches beyond the chip, or a chip of unknown size, is drawn whole', () => {
  expect(mapOf([partition('app', 0x10000, 0x400000)], 0x400000).total).toBe(0x410000);
  expect(mapOf([partition('app', 0, 0x1000)], null)).toEqual({
    total: 0x1000,
    pieces: [{ offset: 0, size: 0x1000, kind: 'app' }],
  });
});
