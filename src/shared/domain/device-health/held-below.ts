export interface Level {
  readonly timeMs: number;
  readonly value: number;
}

/**
 * A Schmitt trigger over samples in ascending order: on after `count` in a row below `limit`, off after `count` in a
 * row at or above `clear`. Around the limit it neither comes nor goes.
 *
 * @returns when the run began that turned it on, `null` where it is off at the end
 */
export function heldBelowSince(
  samples: readonly Level[],
  limit: number,
  clear: number,
  count: number,
): number | null {
  let sinceMs: number | null = null;
  let run = 0;
  let runStart = 0;
  for (const { timeMs, value } of samples) {
    const towards = sinceMs === null ? value < limit : value >= clear;
    if (!towards) {
      run = 0;
      continue;
    }
    if (run === 0) runStart = timeMs;
    run++;
    if (run < count) continue;
    sinceMs = sinceMs === null ? runStart : null;
    run = 0;
  }
  return sinceMs;
}
