import type { HealthFacts, ListeningSince } from './facts.ts';
import type { Reason } from './reasons.ts';
import type { Thresholds } from './thresholds.ts';

const minuteMs = 60_000;
/** After a start or a sleep boards have so long to come back, or as many of their intervals. */
export const graceMs = 180_000;
const graceIntervals = 2.5;
/** A board that reports rarely is not late before so many of its intervals. */
const watchIntervals = 2.5;
const offlineIntervals = 4;
/** A board that reconnects makes its old session's will come first: that is no end. */
const willSettlesMs = 20_000;

export interface Silence {
  readonly reason: Reason | null;
  /** When time alone would change this; `null` where it would not. */
  readonly reviewAtMs: number | null;
}

/** Whether a device is heard: by its last will where the firmware makes one, else by age against its own interval. */
export function judgeSilence(
  facts: HealthFacts,
  thresholds: Thresholds,
  intervalMs: number | null,
  listening: ListeningSince,
  nowMs: number,
): Silence {
  const { seenMs, status } = facts;
  if (seenMs === null) return fixed('never-heard', 'unknown', {}, null);
  const interval = intervalMs ?? minuteMs;
  const ageMs = nowMs - seenMs;
  const watchAfterMs = Math.max(thresholds.watchAfterMinutes * minuteMs, watchIntervals * interval);
  const offlineAfterMs = Math.max(
    thresholds.offlineAfterMinutes * minuteMs,
    offlineIntervals * interval,
    watchAfterMs,
  );
  const data = { intervalMs: interval };
  if (listening === null) return fixed('not-listening', 'unknown', data, seenMs);
  const said = status?.value === 'offline' && status.timeMs >= lastSampleMs(facts) ? status.timeMs : null;
  if (said === null && ageMs < watchAfterMs) return { reason: null, reviewAtMs: seenMs + watchAfterMs };
  // A machine that wakes up finds every connection dead, and its own broker then publishes every will.
  const graceEndMs = listening === 'always' ? 0 : listening + Math.max(graceMs, graceIntervals * interval);
  if (nowMs < graceEndMs)
    return { ...fixed('just-listening', 'unknown', data, seenMs), reviewAtMs: graceEndMs };
  if (said !== null) {
    const settledMs = said + willSettlesMs;
    if (nowMs >= settledMs) return fixed('said-offline', 'offline', data, said);
    return { reason: null, reviewAtMs: settledMs };
  }
  if (ageMs < offlineAfterMs)
    return { ...fixed('silent', 'watch', data, seenMs), reviewAtMs: seenMs + offlineAfterMs };
  return fixed('silent', 'offline', data, seenMs);
}

function fixed(
  code: Reason['code'],
  severity: Reason['severity'],
  data: Reason['data'],
  sinceMs: number | null,
): Silence {
  return { reason: { code, severity, data, sinceMs }, reviewAtMs: null };
}

function lastSampleMs({ beats, readings }: HealthFacts): number {
  return Math.max(0, ...[beats.at(-1), readings.at(-1)].map((sample) => sample?.receivedMs ?? 0));
}
