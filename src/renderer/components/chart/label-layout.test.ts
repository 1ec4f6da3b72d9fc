import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowsOf, spreadLabels, topBeside } from './label-layout.ts';

const place = { height: 15, from: 0, to: 200 };

test('labels with room stay where they are', () => {
  expect(spreadLabels([{ at: 20 }, { at: 100 }, { at: 180 }], place)).toEqual([20, 100, 180]);
});

test('two that would cover each other move apart evenly', () => {
  expect(spreadLabels([{ at: 100 }, { at: 100 }], place)).toEqual([92.5, 107.5]);
});

test('none covers another, none leaves the room, and they keep their order', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { maxLength: 20 }), (ats) => {
      const placed = spreadLabels(
        ats.map((at) => ({ at })),
        place,
      );
      const shown = placed.filter((at) => at !== null).sort((a, b) => a - b);
      expect(shown.length).toBe(Math.min(ats.length, 13));
      shown.forEach((at, index) => {
        expect(at).toBeGreaterThanOrEqual(7.5 - 1e-6);
        expect(at).toBeLessThanOrEqual(192.5 + 1e-6);
        if (index > 0) expect(at - (shown[index - 1] ?? 0)).toBeGreaterThanOrEqual(15 - 1e-6);
      });
      for (let first = 0; first < placed.length; first++)
        for (let second = 0; second < placed.length; second++) {
          const [a, b] = [placed[first] ?? null, placed[second] ?? null];
          if (a !== null && b !== null && (ats[first] ?? 0) < (ats[second] ?? 0)) expect(a).toBeLessThan(b);
        }
    }),
  );
});

test('without room for all, the first ones of the list are shown', () => {
  const many = Array.from({ length: 20 }, (_, index) => ({ at: 200 - index }));
  const placed = spreadLabels(many, place);
  expect(placed.slice(0, 13).every((at) => at !== null)).toBe(true);
  expect(placed.slice(13)).toEqual(Array.from({ length: 7 }, () => null));
});

test('labels along the time go to another row, and are left out where every row is taken', () => {
  const spans = [
    { left: 0, width: 100 },
    { left: 50, width: 100 },
    { left: 60, width: 100 },
    { left: 200, width: 10 },
  ];
  expect(rowsOf(spans, 2)).toEqual([0, 1, null, 0]);
});

test('a row where other words stand is passed over', () => {
  const words = [{ left: 20, width: 40 }];
  expect(rowsOf([{ left: 0, width: 100 }], 2, (row) => (row === 0 ? words : []))).toEqual([1]);
  expect(rowsOf([{ left: 66, width: 100 }], 2, (row) => (row === 0 ? words : []))).toEqual([0]);
});

describe('a label beside others', () => {
  const room = { from: 8, to: 200 };
  const box = { left: 50, width: 80, height: 36, top: 152 };

  test('stays where it is while nothing is in the way', () => {
    expect(topBeside(box, [], room)).toBe(152);
    expect(topBeside(box, [{ left: 0, width: 40, top: 150, height: 18 }], room)).toBe(152);
  });

  test('goes above or below what it would cover, whichever is nearer and within the plot', () => {
    expect(topBeside(box, [{ left: 54, width: 40, top: 170, height: 18 }], room)).toBe(134);
    expect(topBeside(box, [{ left: 54, width: 40, top: 140, height: 18 }], room)).toBe(158);
  });

  test('is left out without such a place', () => {
    expect(topBeside(box, [{ left: 54, width: 40, top: 20, height: 170 }], room)).toBeNull();
    expect(topBeside({ ...box, top: 0 }, [], { from: 0, to: 30 })).toBeNull();
  });

  test('never covers another, and leaves the plot for none', () => {
    const place = fc.record({
      left: fc.integer({ min: 0, max: 150 }),
      width: fc.integer({ min: 1, max: 80 }),
      top: fc.integer({ min: 0, max: 190 }),
      height: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(place, { maxLength: 6 }), (taken) => {
        const top = topBeside(box, taken, room);
        if (top === null) return;
        expect(top).toBeGreaterThanOrEqual(room.from);
        expect(top + box.height).toBeLessThanOrEqual(room.to);
        for (const other of taken)
          expect(
            box.left >= other.left + other.width ||
              box.left + box.width <= other.left ||
              top + box.height <= other.top ||
              top >= other.top + other.height,
          ).toBe(true);
      }),
    );
  });
});
