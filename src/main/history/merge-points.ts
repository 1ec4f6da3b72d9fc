import { noPoints, type Measured, type Points } from '../storage/queries/history-points.ts';

/**
 * Appends what was read of a later stretch. A bucket in which one board took over from another was read in two halves
 * and becomes one again, each half with the weight of its readings.
 */
export function appendPoints(to: Points, more: Points, stepMs: number): void {
  const joined = stepMs > 0 && to.times.length > 0 && to.times.at(-1) === more.times[0];
  if (joined) joinLast(to, more);
  for (let i = joined ? 1 : 0; i < more.times.length; i++) {
    to.times.push(more.times[i] ?? 0);
    to.counts.push(more.counts[i] ?? 0);
    for (const name of ['temperature', 'humidity'] as const)
      for (const column of ['avg', 'min', 'max'] as const)
        to[name][column].push(more[name][column][i] ?? null);
    if (more.first.length > 0) to.first.push(more.first[i] ?? 0);
    if (more.last.length > 0) to.last.push(more.last[i] ?? 0);
  }
}

/** Of several stretches in ascending order. */
export function joinPoints(parts: readonly Points[], stepMs: number): Points {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const joined = noPoints();
  for (const part of parts) appendPoints(joined, part, stepMs);
  return joined;
}

function joinLast(to: Points, more: Points): void {
  const at = to.times.length - 1;
  const weights = [to.counts[at] ?? 0, more.counts[0] ?? 0] as const;
  to.counts[at] = weights[0] + weights[1];
  for (const name of ['temperature', 'humidity'] as const) joinMeasured(to[name], more[name], at, weights);
  if (more.last.length > 0) to.last[at] = more.last[0] ?? 0;
}

function joinMeasured(to: Measured, more: Measured, at: number, weights: readonly [number, number]): void {
  const [a, b] = [to.avg[at] ?? null, more.avg[0] ?? null];
  to.avg[at] =
    a === null || b === null ? (a ?? b) : (a * weights[0] + b * weights[1]) / (weights[0] + weights[1]);
  to.min[at] = either(Math.min, to.min[at] ?? null, more.min[0] ?? null);
  to.max[at] = either(Math.max, to.max[at] ?? null, more.max[0] ?? null);
}

function either(choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : choose(a, b);
}
