import type { RangeSummary } from '../contract/history.ts';

export type Verdict = 'conforms' | 'does-not-conform' | 'not-proven' | 'no-limits';

const completeFrom = 0.99;
const longestGapMs = 3_600_000;

/** Part of the readings that a range should have, 0 to 1; `null` where their pace is unknown. */
export function completeness({ received, expected }: RangeSummary): number | null {
  if (expected === null) return null;
  return expected === 0 ? null : Math.min(1, received / expected);
}

/**
 * The design language's rule: a device that left its limits does not conform; one without a breach but under 99 %
 * complete, or with one gap over 60 minutes, has not proven it.
 */
export function verdictOf(summary: RangeSummary): Verdict {
  const { limits, outsideMs, longestGap } = summary;
  if (Object.values(limits).every((limit) => limit === null)) return 'no-limits';
  if (outsideMs.temperature > 0 || outsideMs.humidity > 0) return 'does-not-conform';
  const complete = completeness(summary);
  if (complete === null || complete < completeFrom) return 'not-proven';
  if (longestGap !== null && longestGap.toMs - longestGap.fromMs > longestGapMs) return 'not-proven';
  return 'conforms';
}
