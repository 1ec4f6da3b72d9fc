/** Two neighbouring heartbeats of one board; uptimes in seconds. */
export interface UptimeStep {
  readonly beforeMs: number;
  readonly timeMs: number;
  readonly uptimeBefore: number | null;
  readonly uptime: number | null;
}

export interface Restart {
  readonly seenMs: number;
  readonly startedMs: number;
}

/** A board counts milliseconds in 32 bits: after 49.7 days its uptime begins at 0 again, without a restart. */
const wrapMs = 2 ** 32;
/** A board's clock is set by NTP now and then, and the heartbeat after the start comes a moment late. */
const toleranceMs = 60_000;

/**
 * Restarts among neighbouring heartbeats of one board: its uptime fell, it did not wrap, and by the new uptime it
 * started after the heartbeat before. Where that is not so, the two only came in another order.
 */
export function restartsIn(steps: readonly UptimeStep[]): readonly Restart[] {
  return steps.flatMap(({ beforeMs, timeMs, uptimeBefore, uptime }) => {
    if (uptime === null || uptimeBefore === null || uptime >= uptimeBefore) return [];
    const onwardMs = uptimeBefore * 1000 + (timeMs - beforeMs);
    if (Math.abs(onwardMs - wrapMs - uptime * 1000) <= toleranceMs) return [];
    const startedMs = timeMs - uptime * 1000;
    return startedMs < beforeMs - toleranceMs ? [] : [{ seenMs: timeMs, startedMs }];
  });
}
