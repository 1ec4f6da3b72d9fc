/** A place on a plan; both in the same unit, usually pixels of the plan with y downwards. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Twice the signed area of the triangle a, b, c. */
function turn(a: Place, b: Place, c: Place): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/**
 * The corners of the smallest convex outline around all places, in one sense of rotation, without places on its edges
 * (Andrew's monotone chain, Information Processing Letters 9 (1979), 216-219). Fewer than three corners where the
 * places are fewer or lie on one line.
 */
export function convexHull(places: readonly Place[]): readonly Place[] {
  const sorted = [...places].sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (order: readonly Place[]): Place[] => {
    const chain: Place[] = [];
    for (const place of order) {
      for (;;) {
        const [a, b] = chain.slice(-2);
        if (a === undefined || b === undefined || turn(a, b, place) > 0) break;
        chain.pop();
      }
      const last = chain.at(-1);
      if (last === undefined || last.x !== place.x || last.y !== place.y) chain.push(place);
    }
    return chain;
  };
  const lower = half(sorted);
  const upper = half(sorted.reverse());
  if (lower.length < 2) return lower;
  return [...lower.slice(0, -1), ...upper.slice(0, -1)];
}

/** Area inside an outline, in the square of its unit (shoelace formula). */
export function outlineArea(outline: readonly Place[]): number {
  let doubled = 0;
  for (const [n, { x, y }] of outline.entries()) {
    const next = outline[(n + 1) % outline.length];
    if (next !== undefined) doubled += x * next.y - next.x * y;
  }
  return Math.abs(doubled) / 2;
}

/** Does the place lie inside a convex outline of `convexHull` or on its edge? */
export function isInside(hull: readonly Place[], place: Place, tolerance = 1e-9): boolean {
  if (hull.length < 3) return false;
  for (const [n, a] of hull.entries()) {
    const b = hull[(n + 1) % hull.length];
    if (b === undefined) return false;
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (turn(a, b, place) < -tolerance * Math.max(1, length)) return false;
  }
  return true;
}
