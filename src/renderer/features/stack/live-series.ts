/** A figure at a moment. */
export interface Sample {
  readonly timeMs: number;
  readonly value: number;
}

/** How much of a figure's past the page keeps. */
export const keptMs = 120_000;
const closestMs = 900;

/** The figures of the last two minutes, oldest first; one that comes right after another is not a new look. */
export function withSample(series: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = series.at(-1);
  if (last !== undefined && sample.timeMs - last.timeMs < closestMs) return series;
  return [...series.filter(({ timeMs }) => timeMs > sample.timeMs - keptMs), sample];
}

/** How fast a counter grew over the series, per second; `null` while there is too little of it. */
export function growthPerSecond(series: readonly Sample[], overMs = 10_000): number | null {
  const last = series.at(-1);
  const first = series.find(({ timeMs }) => last !== undefined && timeMs >= last.timeMs - overMs);
  if (last === undefined || first === undefined || first === last) return null;
  // Counters begin anew with the stack.
  if (last.value < first.value) return null;
  return ((last.value - first.value) / (last.timeMs - first.timeMs)) * 1_000;
}
