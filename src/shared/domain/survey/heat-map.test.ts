import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInside } from './convex-hull.ts';
import { coverage, extremes, heatMap, interpolate, type MeasuredPlace } from './heat-map.ts';

const point = fc.record({
  x: fc.integer({ min: 0, max: 2000 }),
  y: fc.integer({ min: 0, max: 1000 }),
  value: fc.integer({ min: -95, max: -30 }),
});
const points = fc.array(point, { minLength: 3, maxLength: 25 });

const square: readonly MeasuredPlace[] = [
  { x: 0, y: 0, value: -50 },
  { x: 100, y: 0, value: -50 },
  { x: 100, y: 100, value: -90 },
  { x: 0, y: 100, value: -90 },
];

test('at a point the map has its value, half way between two it has their mean', () => {
  expect(interpolate(square, { x: 100, y: 100 })).toBe(-90);
  expect(interpolate(square, { x: 50, y: 50 })).toBeCloseTo(-70, 9);
  const [a, b] = [
    { x: 0, y: 0, value: 2 },
    { x: 3, y: 0, value: 8 },
  ];
  // Weights 1 and 1/4 at one third of the way.
  expect(interpolate([a, b], { x: 1, y: 0 })).toBeCloseTo((2 + 8 / 4) / (1 + 1 / 4), 12);
});

test('between the points the values stay in the range of the measured ones, outside their hull there is none', () => {
  fc.assert(
    fc.property(points, (some) => {
      const map = heatMap(some, 20);
      if (map === null) return;
      const wrong = [...map.values.entries()].filter(([n, value]) => {
        const centre = {
          x: map.left + ((n % map.columns) + 0.5) * map.cell,
          y: map.top + (Math.floor(n / map.columns) + 0.5) * map.cell,
        };
        if (!isInside(map.hull, centre)) return !Number.isNaN(value);
        return !(value >= map.lowest - 1e-4 && value <= map.highest + 1e-4);
      });
      expect(wrong).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

test('the order of the points and a shift of the plan do not change the map', () => {
  fc.assert(
    fc.property(points, fc.integer({ min: -300, max: 300 }), (some, shift) => {
      const place = { x: 311.5, y: 207.25 };
      const moved = [...some].reverse().map(({ x, y, value }) => ({ x: x + shift, y, value }));
      expect(interpolate(moved, { x: place.x + shift, y: place.y })).toBeCloseTo(interpolate(some, place), 6);
    }),
    { numRuns: 50 },
  );
});

test('points of equal place count as one with their mean', () => {
  const map = heatMap([...square, { x: 0, y: 0, value: -60 }, { x: 0, y: 0, value: -70 }], 10);
  expect(map?.points).toHaveLength(4);
  expect(map?.points.find(({ x, y }) => x === 0 && y === 0)?.value).toBe(-60);
});

test('without an area there is no map', () => {
  const twice = [square[0], square[0], square[1]].filter((place) => place !== undefined);
  expect(heatMap([])).toBeNull();
  expect(heatMap(twice)).toBeNull();
  expect(heatMap([0, 1, 2, 3].map((n) => ({ x: n, y: n, value: n })))).toBeNull();
  expect(heatMap([...square.slice(0, 2), { x: 50, y: 80, value: Number.NaN }])).toBeNull();
});

test('coverage is the share of the area that is strong enough', () => {
  const map = heatMap(square, 100);
  if (map === null) throw new Error('a square has a map');
  expect(coverage(map, -100)).toBe(1);
  expect(coverage(map, -40)).toBe(0);
  // The picture is symmetric: half of it is above the mean of the two sides.
  expect(coverage(map, -70)).toBeCloseTo(0.5, 2);
});

test('coverage never grows with the threshold', () => {
  fc.assert(
    fc.property(points, fc.integer({ min: -95, max: -31 }), (some, threshold) => {
      const map = heatMap(some, 20);
      if (map === null) return;
      expect(coverage(map, threshold)).toBeGreaterThanOrEqual(coverage(map, threshold + 1));
    }),
    { numRuns: 50 },
  );
});

test('worst and best point', () => {
  expect(extremes(square)).toMatchObject({ lowest: { x: 100, y: 100 }, highest: { x: 0, y: 0 } });
  expect(extremes([{ value: Number.NaN }])).toBeNull();
});
