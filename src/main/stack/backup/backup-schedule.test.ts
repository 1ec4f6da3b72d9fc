import { describe, expect, test } from 'vitest';
import { lastMoment, nextBackup, retryAfterMs, type ScheduleFacts } from './backup-schedule.ts';

const local = (day: number, hour: number, minute = 0): number =>
  new Date(2025, 10, day, hour, minute).getTime();
const facts = (own: Partial<ScheduleFacts>): ScheduleFacts => ({
  nowMs: local(18, 9),
  daily: true,
  atMinute: 6 * 60 + 2,
  lastMs: local(18, 6, 2),
  openSinceMs: local(18, 5),
  failedMs: null,
  ...own,
});

test('the newest moment of a time of day is today or yesterday', () => {
  expect(lastMoment(local(18, 9), 120)).toBe(local(18, 2));
  expect(lastMoment(local(18, 1), 120)).toBe(local(17, 2));
  expect(lastMoment(local(18, 2), 120)).toBe(local(18, 2));
});

describe('the next backup', () => {
  test('is tomorrow where the one of today was made', () => {
    expect(nextBackup(facts({}))).toBe(local(19, 6, 2));
  });
  test('was due where the one of today was missed', () => {
    expect(nextBackup(facts({ lastMs: local(17, 6, 2) }))).toBe(local(18, 6, 2));
    expect(nextBackup(facts({ lastMs: local(2, 6, 2), openSinceMs: null }))).toBe(local(18, 6, 2));
  });
  test('counts one that a person made since', () => {
    expect(nextBackup(facts({ lastMs: local(18, 8) }))).toBe(local(19, 6, 2));
    expect(nextBackup(facts({ nowMs: local(18, 5), lastMs: local(17, 20) }))).toBe(local(18, 6, 2));
  });
  test('waits for its time of day where there was none ever', () => {
    expect(nextBackup(facts({ lastMs: null, openSinceMs: local(18, 8) }))).toBe(local(19, 6, 2));
    expect(nextBackup(facts({ lastMs: null, openSinceMs: local(18, 5) }))).toBe(local(18, 6, 2));
  });
  test('waits after a failure', () => {
    expect(nextBackup(facts({ lastMs: null, failedMs: local(18, 8, 30) }))).toBe(
      local(18, 8, 30) + retryAfterMs,
    );
  });
  test('is made although the newest one is said to be from the future', () => {
    expect(nextBackup(facts({ lastMs: local(25, 6) }))).toBe(local(18, 6, 2));
  });
  test('is none where nobody wants it', () => {
    expect(nextBackup(facts({ daily: false, lastMs: null }))).toBeNull();
  });
});
