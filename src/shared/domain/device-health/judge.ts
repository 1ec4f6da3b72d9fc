import { boardFigures, judgeBoard } from './board-faults.ts';
import type { HealthFacts, ListeningSince } from './facts.ts';
import { byUrgency, verdictOf, type Reason, type Verdict } from './reasons.ts';
import { judgeSilence } from './silence.ts';
import type { Thresholds } from './thresholds.ts';
import { judgeValues, learnedIntervalMs, receivedShare } from './values.ts';

export interface Judgement {
  readonly verdict: Verdict;
  /** Worst first. */
  readonly reasons: readonly Reason[];
  readonly intervalMs: number | null;
  readonly receivedShare: number | null;
  /** dBm, and dBm per hour. */
  readonly rssiMedian: number | null;
  readonly rssiSlopePerHour: number | null;
  /** Bytes per hour. */
  readonly heapSlopePerHour: number | null;
  readonly restartsHour: number;
  readonly restartsDay: number;
  /** When silence alone would change the verdict. */
  readonly reviewAtMs: number | null;
}

/**
 * The verdict on one device, from facts alone: the same facts, limits and moment always give the same. Nothing is
 * remembered between two calls; what must not flap is decided over the samples themselves.
 */
export function judgeDevice(
  facts: HealthFacts,
  thresholds: Thresholds,
  listening: ListeningSince,
  nowMs: number,
): Judgement {
  const intervalMs = learnedIntervalMs(facts.readings) ?? learnedIntervalMs(facts.beats);
  const silence = judgeSilence(facts, thresholds, intervalMs, listening, nowMs);
  const figures = boardFigures(facts, nowMs);
  const reasons = [
    ...(silence.reason === null ? [] : [silence.reason]),
    ...judgeBoard(facts, figures, thresholds, nowMs),
    ...judgeValues(facts, thresholds, intervalMs, listening, nowMs),
  ].sort(byUrgency);
  return {
    verdict: verdictOf(reasons),
    reasons,
    intervalMs,
    receivedShare: receivedShare(facts.readings, intervalMs, listening)?.share ?? null,
    rssiMedian: figures.rssiMedian,
    rssiSlopePerHour: figures.rssiSlope?.perHour ?? null,
    heapSlopePerHour: figures.heapSlope?.perHour ?? null,
    restartsHour: figures.restartsHour,
    restartsDay: figures.restartsDay,
    reviewAtMs: silence.reviewAtMs,
  };
}
