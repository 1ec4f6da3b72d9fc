import type { PlanScale } from '../contract/survey-parts.ts';

/** Two marks closer together than this say too little about a distance. */
export const scaleMarksLeastPx = 10;

/** Pixels of the plan's image for one metre; `null` where the two places are (almost) the same. */
export function pixelsPerMetre(scale: PlanScale | null): number | null {
  if (scale === null) return null;
  const [ax, ay] = scale.a;
  const [bx, by] = scale.b;
  const pixels = Math.hypot(bx - ax, by - ay);
  return pixels < scaleMarksLeastPx ? null : pixels / scale.metres;
}

/** Whether a place lies in an outline, by the even-odd rule; on its border either answer is right. */
export function isInside(x: number, y: number, outline: readonly (readonly [number, number])[]): boolean {
  let inside = false;
  let previous = outline.at(-1);
  for (const corner of outline) {
    if (previous !== undefined) {
      const [ax, ay] = corner;
      const [bx, by] = previous;
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    previous = corner;
  }
  return inside;
}
