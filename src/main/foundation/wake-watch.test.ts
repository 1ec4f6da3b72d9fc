import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchForWake } from './wake-watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a sleep is noticed at the first tick after it, once; a busy machine is no sleep', () => {
  let asleepMs = 0;
  let woke = 0;
  const clock = { now: () => Date.now() + asleepMs };
  const end = watchForWake(clock, 1_000, 30_000, () => woke++);
  vi.advanceTimersByTime(10_000);
  asleepMs += 20_000;
  vi.advanceTimersByTime(10_000);
  expect(woke).toBe(0);
  asleepMs += 3_600_000;
  vi.advanceTimersByTime(5_000);
  expect(woke).toBe(1);
  end();
  asleepMs += 3_600_000;
  vi.advanceTimersByTime(5_000);
  expect(woke).toBe(1);
});
