import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convexHull, isInside, outlineArea, type Place } from './convex-hull.ts';

const places = fc.array(
  fc.record({ x: fc.integer({ min: -500, max: 500 }), y: fc.integer({ min: -500, max: 500 }) }),
  { maxLength: 40 },
);

test('the hull of a square with places inside and on its edges is its four corners', () => {
  const corners = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 10 },
    { x: 0, y: 10 },
  ];
  const hull = convexHull([{ x: 5, y: 5 }, ...corners, { x: 5, y: 0 }, { x: 10, y: 3 }, { x: 0, y: 0 }]);
  expect(new Set(hull)).toEqual(new Set(corners));
  expect(outlineArea(hull)).toBe(100);
});

test('places on one line, and fewer than three, enclose nothing', () => {
  for (const line of [[], [{ x: 1, y: 1 }], [0, 1, 2, 3].map((n) => ({ x: n, y: 2 * n }))]) {
    expect(convexHull(line).length).toBeLessThan(3);
    expect(isInside(convexHull(line), { x: 1, y: 2 })).toBe(false);
  }
});

test('every place lies inside the hull, and the hull turns one way only', () => {
  fc.assert(
    fc.property(places, (some) => {
      const hull = convexHull(some);
      if (hull.length < 3) return;
      expect(some.every((place) => isInside(hull, place))).toBe(true);
      expect(hull.every((corner) => some.some(({ x, y }) => x === corner.x && y === corner.y))).toBe(true);
      const at = (n: number): Place => hull[n % hull.length] ?? { x: 0, y: 0 };
      for (let n = 0; n < hull.length; n++) {
        const [a, b, c] = [at(n), at(n + 1), at(n + 2)];
        expect((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)).toBeGreaterThan(0);
      }
    }),
    { numRuns: 200 },
  );
});

test('a place beyond the box around the hull is never inside', () => {
  fc.assert(
    fc.property(places, fc.integer({ min: 1, max: 1000 }), (some, beyond) => {
      const hull = convexHull(some);
      const right = Math.max(...some.map(({ x }) => x)) + beyond;
      expect(isInside(hull, { x: right, y: some[0]?.y ?? 0 })).toBe(false);
    }),
    { numRuns: 200 },
  );
});
