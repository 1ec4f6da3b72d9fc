import type { ChartLine } from '../../components/chart/chart-line.ts';
import { formatNumber } from '../../components/format.ts';

/** Lowest and highest of a line, as text; `undefined` where it has no point. */
export function spanOf(
  line: ChartLine | undefined,
  { digits }: { readonly digits: number },
): { readonly low: string; readonly high: string } | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const value of line?.min ?? []) if (value !== null && value < low) low = value;
  for (const value of line?.max ?? []) if (value !== null && value > high) high = value;
  return low > high ? undefined : { low: formatNumber(low, digits), high: formatNumber(high, digits) };
}
