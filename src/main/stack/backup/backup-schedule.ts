const dayMs = 86_400_000;
/** After a failure the next attempt waits so long; the cause seldom goes by itself. */
export const retryAfterMs = 3_600_000;

export interface ScheduleFacts {
  readonly nowMs: number;
  readonly daily: boolean;
  /** Minutes after midnight, local time. */
  readonly atMinute: number;
  /** When the newest complete backup was made. */
  readonly lastMs: number | null;
  /** Since when the database answers; `null` while it does not. */
  readonly openSinceMs: number | null;
  /** When the last attempt failed, if no backup was made since. */
  readonly failedMs: number | null;
}

/** The moment of that time of day on the day of `aroundMs` or so many days from it. */
function at(aroundMs: number, atMinute: number, days: number): number {
  const time = new Date(aroundMs);
  // By calendar fields, so that it stays the same time of day over a change of the clocks.
  return new Date(time.getFullYear(), time.getMonth(), time.getDate() + days, 0, atMinute).getTime();
}

/** The newest moment of that time of day that is not after `nowMs`. */
export function lastMoment(nowMs: number, atMinute: number): number {
  const today = at(nowMs, atMinute, 0);
  return today <= nowMs ? today : at(nowMs, atMinute, -1);
}

/**
 * When the next backup is due; `null` where none is made by itself. A moment that has passed means now, or at the
 * next start where the database does not answer. A database that was never backed up waits for its first time of
 * day, or for the start after that.
 */
export function nextBackup(facts: ScheduleFacts): number | null {
  const { nowMs, daily, atMinute, lastMs, openSinceMs, failedMs } = facts;
  if (!daily) return null;
  const moment = lastMoment(nowMs, atMinute);
  const since = lastMs ?? openSinceMs ?? nowMs;
  // A backup from the future (the clock was wrong) must not put the next one off for ever.
  const missed = since < moment || since > nowMs + dayMs;
  if (!missed) return at(moment, atMinute, 1);
  return failedMs === null ? moment : Math.max(moment, failedMs + retryAfterMs);
}
