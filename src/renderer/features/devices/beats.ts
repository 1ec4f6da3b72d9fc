/** What arrived in a quarter of an hour: all heartbeats, some, none; `before`: the device was not heard yet then. */
export type Beat = 'all' | 'some' | 'none' | 'before';

/** Part of the usual number from which all are said to have come: one may fall just beside its quarter. */
const nearlyAll = 0.9;

/**
 * Heartbeats per block of a range, judged by how many the device usually sends in one (the median of the blocks that
 * have any). The last block counts by the part of it that is over.
 *
 * @param timesMs starts of buckets or times of heartbeats, with `counts` heartbeats each
 */
export function beatsOf(
  timesMs: readonly number[],
  counts: readonly number[],
  range: { readonly fromMs: number; readonly toMs: number },
  blockMs: number,
): readonly Beat[] {
  const blocks = Math.max(1, Math.ceil((range.toMs - range.fromMs) / blockMs));
  const sums = Array.from({ length: blocks }, () => 0);
  timesMs.forEach((timeMs, index) => {
    const block = Math.floor((timeMs - range.fromMs) / blockMs);
    if (block >= 0 && block < blocks) sums[block] = (sums[block] ?? 0) + (counts[index] ?? 0);
  });
  const heard = sums.filter((sum) => sum > 0).sort((a, b) => a - b);
  const usual = heard[Math.floor(heard.length / 2)] ?? 0;
  const first = sums.findIndex((sum) => sum > 0);
  return sums.map((sum, block) => {
    if (first === -1 || block < first) return 'before';
    if (sum === 0) return 'none';
    const over = Math.min(1, (range.toMs - range.fromMs - block * blockMs) / blockMs);
    return sum >= Math.floor(usual * over * nearlyAll) ? 'all' : 'some';
  });
}
