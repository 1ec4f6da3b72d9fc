import { expect, test } from 'vitest';
import { rangeUnder } from './plot-gestures.ts';
import { notBeyond, selectedRange, shifted, zoomAt } from './view-range.ts';

const hour = 3_600_000;
const now = 100 * hour;
const range = { fromMs: 10 * hour, toMs: 20 * hour };

test('zooming keeps the time under the pointer', () => {
  const at = 12 * hour;
  const near = zoomAt(range, at, 0.5, now);
  expect(near).toEqual({ fromMs: 11 * hour, toMs: 16 * hour });
  expect((at - near.fromMs) / (near.toMs - near.fromMs)).toBeCloseTo(0.2);
});

test('neither a range of no length nor one of endless length', () => {
  const short = zoomAt(range, 12 * hour, 1e-9, now);
  expect(short.toMs - short.fromMs).toBe(60_000);
  const long = zoomAt(range, 12 * hour, 1e12, now);
  expect(long.toMs - long.fromMs).toBe(20 * 366 * 24 * hour);
});

test('nothing is later than now; the length stays', () => {
  expect(notBeyond({ fromMs: now - hour, toMs: now + hour }, now)).toEqual({
    fromMs: now - 2 * hour,
    toMs: now,
  });
  expect(shifted(range, 0.25, now)).toEqual({ fromMs: 12.5 * hour, toMs: 22.5 * hour });
  expect(shifted({ fromMs: 99 * hour, toMs: now }, 0.25, now)).toEqual({ fromMs: 99 * hour, toMs: now });
});

test('a selection in either direction; a click is none', () => {
  expect(selectedRange(5 * hour, 3 * hour)).toEqual({ fromMs: 3 * hour, toMs: 5 * hour });
  expect(selectedRange(5 * hour, 5 * hour + 100)).toBeUndefined();
});

test('times stay under one finger and under two', () => {
  const place = { left: 100, width: 1_000 };
  expect(rangeUnder({ range, at: [600] }, [700], place)).toEqual({ fromMs: 9 * hour, toMs: 19 * hour });
  const spread = rangeUnder({ range, at: [500, 700] }, [400, 800], place);
  // 14 h and 16 h were under them; now they are 0.4 of the width apart.
  expect(spread?.fromMs).toBeCloseTo(12.5 * hour);
  expect(spread?.toMs).toBeCloseTo(17.5 * hour);
  const met = rangeUnder({ range, at: [500, 700] }, [600, 600], place);
  expect(Number.isFinite(met?.fromMs)).toBe(true);
});
