import type { DeviceSeries, Gap, Limits, Resolution } from '../../../shared/contract/history.ts';

/** One device's measurement, as a chart draws it. */
export interface ChartLine {
  /** MAC address. */
  readonly key: string;
  /** Which of the styles: 0 to 5 have colour and dash of their own, further ones share a thin grey. */
  readonly slot: number;
  /** `A` and on; `null` where there is only one line and it needs none. */
  readonly letter: string | null;
  readonly label: string;
  /** Where each point is drawn: the time of the reading, or the middle of the bucket. Ascending. */
  readonly timesMs: Float64Array;
  readonly avg: Measured;
  readonly min: Measured;
  readonly max: Measured;
  readonly gaps: readonly Gap[];
  /** Two points further apart are not joined, listed gap or not. */
  readonly breakMs: number;
  /** Length of a bucket; 0 for readings as they came. */
  readonly stepMs: number;
  readonly limitMin: number | null;
  readonly limitMax: number | null;
}

type Measured = readonly (number | null)[];
export type Measurement = 'temperature' | 'humidity';

/** Letters of the lines: `A` to `T`. */
export const letterOf = (slot: number): string => String.fromCodePoint(65 + slot);

/** Narrow a series down to the measurement that a chart shows. */
export function chartLine(
  series: DeviceSeries,
  options: {
    readonly measurement: Measurement;
    readonly resolution: Resolution;
    readonly toMs: number;
    readonly slot: number;
    readonly letter: string | null;
    readonly label: string;
    readonly limits: Limits | null;
    readonly gapMs: number;
  },
): ChartLine {
  const { measurement, limits } = options;
  const stepMs = options.resolution.kind === 'raw' ? 0 : options.resolution.stepMs;
  const { avg, min, max } = series[measurement];
  return {
    key: series.mac,
    slot: options.slot,
    letter: options.letter,
    label: options.label,
    timesMs: pointTimes(series.timesMs, stepMs, options.toMs),
    avg,
    min,
    max,
    gaps: series.gaps,
    breakMs: breakAfter(stepMs, series.intervalMs, options.gapMs),
    stepMs,
    limitMin: limits === null ? null : limits[`${measurement}Min`],
    limitMax: limits === null ? null : limits[`${measurement}Max`],
  };
}

/** A bucket's mean stands for its middle; the running one for no later than the end of the range. */
export function pointTimes(startsMs: readonly number[], stepMs: number, toMs: number): Float64Array {
  return Float64Array.from(startsMs, (start) => Math.max(start, Math.min(start + stepMs / 2, toMs)));
}

/**
 * The distance of two points beyond which there is a gap between them for certain: buckets may stand up to two steps
 * apart with hardly any silence between their readings.
 */
export function breakAfter(stepMs: number, intervalMs: number | null, gapMs: number): number {
  return Math.max(gapMs, 2.5 * (intervalMs ?? 0)) + 2 * stepMs;
}

/** Index of the point nearest to a time, or -1 where none is within `withinMs`. */
export function nearestPoint(timesMs: Float64Array, atMs: number, withinMs: number): number {
  const after = firstAfter(timesMs, atMs);
  const distance = (index: number): number => Math.abs((timesMs[index] ?? Infinity) - atMs);
  const best = distance(after - 1) <= distance(after) ? after - 1 : after;
  return distance(best) <= withinMs ? best : -1;
}

/** Index of the first point later than a time; the length where there is none. */
export function firstAfter(timesMs: Float64Array, atMs: number): number {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesMs[middle] ?? 0) > atMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
