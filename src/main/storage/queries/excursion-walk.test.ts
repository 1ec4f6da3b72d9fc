import { describe, expect, test } from 'vitest';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { ExcursionWalk } from './excursion-walk.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const gapMs = 5 * minuteMs;
const start = Date.UTC(2025, 5, 1, 12);
const mac = parseMacAddress('1C:69:20:00:00:01');
if (mac === undefined) throw new Error('no address');

interface Wish {
  readonly min?: number | null;
  readonly max?: number | null;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly nowMs?: number;
}

const walkOf = ({
  min = 2,
  max = 8,
  toMs = start + 1000 * hourMs,
  nowMs = start + 2000 * hourMs,
}: Wish = {}) => new ExcursionWalk({ mac, metric: 'temperature', min, max }, gapMs, { toMs, nowMs });

/** One reading a minute from the start of the range on; `undefined` where none came. */
function found(values: readonly (number | null | undefined)[], wish: Wish = {}) {
  const walk = walkOf(wish);
  const readings = values.flatMap((value, index) =>
    value === undefined ? [] : [{ ms: (wish.fromMs ?? start) + index * minuteMs, value }],
  );
  walk.go(
    readings.map(({ ms }) => ms),
    // As they are stored.
    readings.map(({ value }) => (value === null ? null : Math.fround(value))),
  );
  return walk.end();
}

const at = (minutes: number): number => start + minutes * minuteMs;
const silence = (minutes: number): undefined[] => Array.from({ length: minutes }, () => undefined);

describe('what is an excursion', () => {
  test('none without readings, and none within the limits', () => {
    expect(found([])).toEqual([]);
    expect(found([2, 5, 8, 2.01, 7.99])).toEqual([]);
  });

  test('from the first reading outside to the first one inside again, with its peak', () => {
    expect(found([5, 8.5, 9.1, 8.2, 5, 5])).toEqual([
      {
        mac,
        metric: 'temperature',
        side: 'above',
        limit: 8,
        startMs: at(1),
        endMs: at(4),
        durationMs: 3 * minuteMs,
        peak: 9.1,
        peakMs: at(2),
        readings: 3,
      },
    ]);
    expect(found([5, 1.5, -3.4, 1, 5])).toMatchObject([
      { side: 'below', limit: 2, startMs: at(1), endMs: at(4), peak: -3.4, peakMs: at(2), readings: 3 },
    ]);
  });

  test('a reading on the limit is inside and ends it, in single precision as it was stored', () => {
    expect(found([8, 8, 2, 2])).toEqual([]);
    expect(found([8.1, 8.1, 8.2, 8.1], { max: 8.1 })).toMatchObject([
      { startMs: at(2), endMs: at(3), limit: 8.1 },
    ]);
    // The nearest single of 8.1 lies below it, that of 8.3 above.
    expect(found([8.3, 8.1], { max: 8.3, min: 8.1 })).toEqual([]);
  });

  test('the first of equal peaks counts', () => {
    expect(found([9, 10, 10, 9, 5])).toMatchObject([{ peak: 10, peakMs: at(1) }]);
  });

  test('from above to below in one step are two, one of each side', () => {
    expect(found([5, 9, 1, 5])).toMatchObject([
      { side: 'above', startMs: at(1), endMs: at(2), readings: 1 },
      { side: 'below', startMs: at(2), endMs: at(3), readings: 1 },
    ]);
  });

  test('with one limit only, the other side is free', () => {
    expect(found([-40, 9, 5], { min: null })).toMatchObject([{ side: 'above' }]);
    expect(found([80, 1, 5], { max: null })).toMatchObject([{ side: 'below' }]);
  });
});

describe('what is not known', () => {
  test('one reading: it ends with itself where long silence follows, with the range, or not yet', () => {
    expect(found([9])).toMatchObject([{ startMs: at(0), endMs: at(0), durationMs: 0, readings: 1 }]);
    expect(found([9], { toMs: at(3) })).toMatchObject([{ endMs: at(3), durationMs: 3 * minuteMs }]);
    expect(found([9], { nowMs: at(5) })).toMatchObject([{ endMs: null, durationMs: 0 }]);
    expect(found([9], { nowMs: at(5) + 1 })).toMatchObject([{ endMs: at(0) }]);
  });

  test('silence as long as is tolerated goes on, a millisecond more ends it with its last reading', () => {
    const walked = (silentMs: number) => {
      const walk = walkOf();
      walk.go([at(0), at(1), at(1) + silentMs, at(2) + silentMs], [9, 9, 9.5, 5]);
      return walk.end();
    };
    expect(walked(gapMs)).toMatchObject([{ startMs: at(0), endMs: at(2) + gapMs, peak: 9.5, readings: 3 }]);
    expect(walked(gapMs + 1)).toMatchObject([
      { startMs: at(0), endMs: at(1), durationMs: minuteMs, peak: 9, readings: 2 },
      { startMs: at(1) + gapMs + 1, endMs: at(2) + gapMs + 1, peak: 9.5, readings: 1 },
    ]);
  });

  test('a reading inside after a long silence does not prolong it', () => {
    expect(found([9, 9, ...silence(30), 5])).toMatchObject([{ startMs: at(0), endMs: at(1) }]);
  });

  test('what is no number neither ends it nor bridges a silence', () => {
    expect(found([9, null, null, 9, 5])).toMatchObject([{ startMs: at(0), endMs: at(4), readings: 2 }]);
    expect(found([9, null, null, null, null, null, null, 9, 5])).toMatchObject([
      { startMs: at(0), endMs: at(0), readings: 1 },
      { startMs: at(7), endMs: at(8), readings: 1 },
    ]);
    expect(found([null, null])).toEqual([]);
  });

  test('readings that were given before are passed over, in whatever pieces they come', () => {
    const times = [at(0), at(1), at(2), at(3)];
    const values = [9, 9.5, 9, 5];
    const walk = walkOf();
    walk.go(times.slice(0, 3), values.slice(0, 3));
    walk.go(times.slice(1), values.slice(1));
    walk.go(times, values);
    expect(walk.end()).toMatchObject([{ startMs: at(0), endMs: at(3), readings: 3 }]);
  });
});

describe('across days', () => {
  test('over midnight it is one', () => {
    const fromMs = Date.UTC(2025, 5, 1, 23, 58);
    expect(found([5, 9, 9.2, 9, 5], { fromMs })).toMatchObject([
      {
        startMs: Date.UTC(2025, 5, 1, 23, 59),
        endMs: Date.UTC(2025, 5, 2, 0, 2),
        durationMs: 3 * minuteMs,
        peakMs: Date.UTC(2025, 5, 2),
        readings: 3,
      },
    ]);
  });

  test('where the Paris clock goes forward it lasts the hour that passed, and not two', () => {
    const fromMs = Date.parse('2025-03-30T01:30+01:00');
    const [one, ...others] = found([...Array<number>(60).fill(9), 5], { fromMs });
    expect(others).toEqual([]);
    expect(one).toMatchObject({ endMs: Date.parse('2025-03-30T03:30+02:00'), durationMs: hourMs });
  });

  test('where it goes back, half past two twice is an hour and not nothing', () => {
    const fromMs = Date.parse('2025-10-26T02:30+02:00');
    const [one, ...others] = found([...Array<number>(60).fill(1), 5], { fromMs });
    expect(others).toEqual([]);
    expect(one).toMatchObject({ endMs: Date.parse('2025-10-26T02:30+01:00'), durationMs: hourMs });
  });

  test('a day of 25 hours beyond the limit lasts 25 hours, one of 23 hours 23', () => {
    const lasting = (from: string, to: string) => {
      const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
      return found(Array<number>((toMs - fromMs) / minuteMs).fill(9), {
        fromMs,
        toMs,
        nowMs: toMs + hourMs,
      })[0]?.durationMs;
    };
    expect(lasting('2025-10-26T00:00+02:00', '2025-10-27T00:00+01:00')).toBe(25 * hourMs);
    expect(lasting('2025-03-30T00:00+01:00', '2025-03-31T00:00+02:00')).toBe(23 * hourMs);
  });
});
