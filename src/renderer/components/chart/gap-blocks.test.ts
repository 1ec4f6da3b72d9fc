import { expect, test } from 'vitest';
import { gapBlocks, longestGap } from './gap-blocks.ts';

const lines = [
  {
    letter: 'A',
    gaps: [
      { fromMs: 100, toMs: 200 },
      { fromMs: 500, toMs: 510 },
    ],
  },
  {
    letter: 'B',
    gaps: [
      { fromMs: 150, toMs: 320 },
      { fromMs: 900, toMs: 2_000 },
    ],
  },
];

test('gaps of several devices that overlap are one block', () => {
  expect(gapBlocks(lines, 0, 1_000)).toEqual([
    { fromMs: 100, toMs: 320 },
    { fromMs: 500, toMs: 510 },
    { fromMs: 900, toMs: 2_000 },
  ]);
});

test('blocks of another time are not drawn', () => {
  expect(gapBlocks(lines, 320, 900)).toEqual([{ fromMs: 500, toMs: 510 }]);
});

test('the longest gap in sight has its device, counted whole where only a part of it is seen', () => {
  expect(longestGap(lines, 0, 1_000)).toEqual({ letter: 'B', fromMs: 900, toMs: 2_000 });
  expect(longestGap(lines, 0, 600)).toEqual({ letter: 'B', fromMs: 150, toMs: 320 });
  expect(longestGap(lines, 330, 400)).toBeUndefined();
});
