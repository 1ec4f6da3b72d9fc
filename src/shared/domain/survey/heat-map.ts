import { convexHull, isInside, outlineArea, type Place } from './convex-hull.ts';

/** A measured value at a place of a plan. */
export interface MeasuredPlace extends Place {
  readonly value: number;
}

/**
 * Values between the points, on a grid of square cells over the box around the points: `values[row * columns + column]`
 * belongs to the centre of the cell; `NaN` outside the hull.
 */
export interface HeatMap {
  readonly columns: number;
  readonly rows: number;
  /** Upper left corner of the grid and side of a cell, in units of the plan. */
  readonly left: number;
  readonly top: number;
  readonly cell: number;
  readonly values: Float32Array;
  readonly hull: readonly Place[];
  /** Of the points that the map was made of, those of equal place taken as one with their mean. */
  readonly points: readonly MeasuredPlace[];
  readonly lowest: number;
  readonly highest: number;
}

/** Power of the distance by which the weight of a point falls. */
export const heatMapPower = 2;
const defaultCells = 160;

/** The values of points at exactly the same place are one point with their mean: a place cannot have two values. */
export function mergeEqualPlaces(points: readonly MeasuredPlace[]): readonly MeasuredPlace[] {
  const byPlace = new Map<string, { x: number; y: number; sum: number; count: number }>();
  for (const { x, y, value } of points) {
    if (!Number.isFinite(value) || !Number.isFinite(x) || !Number.isFinite(y)) continue;
    const key = `${x},${y}`;
    const known = byPlace.get(key);
    if (known === undefined) byPlace.set(key, { x, y, sum: value, count: 1 });
    else {
      known.sum += value;
      known.count += 1;
    }
  }
  return [...byPlace.values()].map(({ x, y, sum, count }) => ({ x, y, value: sum / count }));
}

/**
 * Inverse distance weighting (D. Shepard, Proc. 23rd ACM National Conference, 1968, 517-524) with the square of the
 * distance: the mean of all points, each weighted by 1/d². A picture between measurements, no measurement: walls and
 * metal are unknown to it, so it is never drawn outside the hull of the points, and it never leaves the range of the
 * measured values.
 */
export function interpolate(points: readonly MeasuredPlace[], { x, y }: Place): number {
  let sum = 0;
  let weights = 0;
  for (const point of points) {
    const squared = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (squared === 0) return point.value;
    const weight = 1 / squared ** (heatMapPower / 2);
    // So near that its weight has no number: the point itself.
    if (!Number.isFinite(weight)) return point.value;
    sum += weight * point.value;
    weights += weight;
  }
  return weights === 0 ? Number.NaN : sum / weights;
}

/**
 * `null` with fewer than three places that are not on one line: there is no area then that could be said anything about.
 *
 * @param cells along the longer side
 */
export function heatMap(measured: readonly MeasuredPlace[], cells = defaultCells): HeatMap | null {
  const points = mergeEqualPlaces(measured);
  const hull = convexHull(points);
  if (hull.length < 3 || outlineArea(hull) <= 0) return null;
  const xs = hull.map(({ x }) => x);
  const ys = hull.map(({ y }) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const cell = Math.max(width, height) / cells;
  const columns = Math.max(1, Math.ceil(width / cell - 1e-9));
  const rows = Math.max(1, Math.ceil(height / cell - 1e-9));
  const values = new Float32Array(columns * rows).fill(Number.NaN);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const centre = { x: left + (column + 0.5) * cell, y: top + (row + 0.5) * cell };
      if (isInside(hull, centre)) values[row * columns + column] = interpolate(points, centre);
    }
  }
  const all = points.map(({ value }) => value);
  return {
    columns,
    rows,
    left,
    top,
    cell,
    values,
    hull,
    points,
    lowest: Math.min(...all),
    highest: Math.max(...all),
  };
}

/**
 * Share of the hull's area, 0 to 1, where the map is at least `threshold`; counted in cells, so a step of the answer is
 * one part in the number of cells.
 */
export function coverage(map: HeatMap, threshold: number): number {
  let inside = 0;
  let enough = 0;
  for (const value of map.values) {
    if (Number.isNaN(value)) continue;
    inside += 1;
    if (value >= threshold) enough += 1;
  }
  return inside === 0 ? 0 : enough / inside;
}

/** The points with the lowest and the highest value; the first of equal ones. `null` without a point. */
export function extremes<P extends { readonly value: number }>(
  points: readonly P[],
): { readonly lowest: P; readonly highest: P } | null {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const [first] = finite;
  if (first === undefined) return null;
  let [lowest, highest] = [first, first];
  for (const point of finite) {
    if (point.value < lowest.value) lowest = point;
    if (point.value > highest.value) highest = point;
  }
  return { lowest, highest };
}

export type Segment = readonly [Place, Place];

/**
 * The line on which the map has the value `level`, in pieces (marching squares between the centres of the cells). Where
 * both diagonals are possible the mean of the four decides.
 */
export function contourSegments(map: HeatMap, level: number): readonly Segment[] {
  const { columns, rows, left, top, cell, values } = map;
  const at = (column: number, row: number): number => values[row * columns + column] ?? Number.NaN;
  const segments: Segment[] = [];
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const corners = [at(column, row), at(column + 1, row), at(column + 1, row + 1), at(column, row + 1)];
      if (corners.some((value) => Number.isNaN(value))) continue;
      const places = corners.map((_, n) => ({
        x: left + (column + 0.5 + (n === 1 || n === 2 ? 1 : 0)) * cell,
        y: top + (row + 0.5 + (n >= 2 ? 1 : 0)) * cell,
      }));
      const crossings = corners.flatMap((value, n) => {
        const next = corners[(n + 1) % 4] ?? value;
        const [from, to] = [places[n], places[(n + 1) % 4]];
        if (value >= level === next >= level || from === undefined || to === undefined) return [];
        const part = (level - value) / (next - value);
        return [{ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }];
      });
      const [a, b, c, d] = crossings;
      if (a === undefined || b === undefined) continue;
      if (c === undefined || d === undefined) segments.push([a, b]);
      else {
        const high = corners.reduce((sum, value) => sum + value, 0) / 4 >= level;
        const together = high === (corners[0] ?? 0) >= level;
        segments.push(
          ...(together
            ? ([
                [a, b],
                [c, d],
              ] as const)
            : ([
                [d, a],
                [b, c],
              ] as const)),
        );
      }
    }
  }
  return segments;
}
