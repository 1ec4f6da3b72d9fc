/** The part of the values that a chart shows, with its round ticks. */
export interface ValueAxis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  /** Decimals that tell the ticks apart. */
  readonly digits: number;
}

const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/**
 * Round ticks around what was measured. A limit is shown too where it is no further from the values than `reach`
 * or than the values are from each other: a limit far away would press the line flat.
 */
export function valueAxis(
  low: number,
  high: number,
  limits: readonly number[],
  options: { readonly reach: number; readonly atMost: number },
): ValueAxis {
  const allowed = Math.max(options.reach, (high - low) * 1.2);
  const near = limits.filter((limit) => limit > low - allowed && limit < high + allowed);
  const bottom = Math.min(low, ...near);
  const top = Math.max(high, ...near);
  const span = Math.max(top - bottom, 0.4);
  const step = steps.find((candidate) => span / candidate <= options.atMost) ?? span / options.atMost;
  const margin = span * 0.08;
  const from = bottom - margin;
  const to = top + margin;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
  return { from, to, ticks, digits: step < 1 ? 1 : 0 };
}
