export interface Point {
  readonly timeMs: number;
  readonly value: number;
}

export interface Slope {
  /** Unit of the values per hour. */
  readonly perHour: number;
  /**
   * Kendall's tau-a of the points, -1..1: rising pairs less falling pairs over all pairs. Near 0 the slope is noise
   * whatever its size.
   */
  readonly agreement: number;
}

const hourMs = 3_600_000;

/**
 * The Theil-Sen slope: the median of the slopes of all pairs of points. Up to 29 % of the points may be anything (a
 * burst of traffic, one bad sample) without moving it. H. Theil, "A rank-invariant method of linear and polynomial
 * regression analysis", 1950; P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63, 1968.
 *
 * @returns `null` for fewer than `least` points
 */
export function robustSlope(points: readonly Point[], least: number): Slope | null {
  if (points.length < least) return null;
  const slopes: number[] = [];
  let agreement = 0;
  for (let i = 0; i < points.length; i++) {
    for (let j = i + 1; j < points.length; j++) {
      const [a, b] = [points[i], points[j]];
      if (a === undefined || b === undefined || a.timeMs === b.timeMs) continue;
      const slope = (b.value - a.value) / (b.timeMs - a.timeMs);
      slopes.push(slope);
      agreement += Math.sign(slope);
    }
  }
  if (slopes.length === 0) return null;
  return { perHour: median(slopes) * hourMs, agreement: agreement / slopes.length };
}

/** The mean of the two middle ones where their number is even; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
