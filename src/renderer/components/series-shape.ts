import { isOutside } from './limit-domain.ts';

/** One measured bucket of a series. */
export interface Point {
  readonly index: number;
  readonly value: number;
}

/** Buckets without a value end a segment: nothing is interpolated. */
export function segments(values: readonly (number | null)[]): readonly (readonly Point[])[] {
  const found: Point[][] = [];
  let open = false;
  values.forEach((value, index) => {
    if (value === null) {
      open = false;
      return;
    }
    if (!open) found.push([]);
    open = true;
    found.at(-1)?.push({ index, value });
  });
  return found;
}

/**
 * Runs of at least `atLeast` empty buckets after the first value, the running one included; the ends are the
 * measured buckets beside. What lies before the first value is no silence: the device was not there yet.
 */
export function silences(
  values: readonly (number | null)[],
  atLeast: number,
): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  let before = -1;
  values.forEach((value, index) => {
    if (value === null) return;
    if (before >= 0 && index - before - 1 >= atLeast) found.push({ from: before, to: index });
    before = index;
  });
  if (before >= 0 && values.length - before - 1 >= atLeast)
    found.push({ from: before, to: values.length - 1 });
  return found;
}

/** The parts of a segment outside the limits, each begun at the last point inside, so that the crossing shows. */
export function runsOutside(
  segment: readonly Point[],
  min: number | null,
  max: number | null,
): readonly (readonly Point[])[] {
  const found: Point[][] = [];
  segment.forEach((point, at) => {
    if (!isOutside(point.value, min, max)) return;
    const previous = segment[at - 1];
    if (previous === undefined || !isOutside(previous.value, min, max))
      found.push(previous === undefined ? [point] : [previous, point]);
    else found.at(-1)?.push(point);
  });
  return found;
}

/** An SVG path; a point that stands alone becomes a dot (of the round line cap). */
export function pathOf(
  points: readonly Point[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  const drawn = points
    .map(({ index, value }, at) => `${at === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
  return points.length === 1 ? `${drawn}h0.01` : drawn;
}
