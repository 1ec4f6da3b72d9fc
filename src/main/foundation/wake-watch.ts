import type { Clock } from './clock.ts';

/**
 * Calls `woke` after the machine slept: a timer that comes far too late tells it on every system. Checked each
 * `intervalMs`; a delay of less than another `lateMs` is a busy machine, not a sleep. Returns what ends it.
 */
export function watchForWake(clock: Clock, intervalMs: number, lateMs: number, woke: () => void): () => void {
  let last = clock.now();
  const timer = setInterval(() => {
    const now = clock.now();
    const slept = now - last > intervalMs + lateMs;
    last = now;
    if (slept) woke();
  }, intervalMs);
  return () => clearInterval(timer);
}
