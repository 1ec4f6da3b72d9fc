import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConformityRule } from '../../shared/contract/conformity.ts';
import type { DeviceDay } from '../storage/queries/site-days.ts';
import { judgeDays, type JudgedDay } from './judge-days.ts';
import { daysOf } from './ranges.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const today = Date.UTC(2025, 5, 1);

const day = (change: Partial<DeviceDay> = {}): DeviceDay => ({
  dayMs: today,
  lowTemperature: 3,
  highTemperature: 6,
  lowHumidity: 40,
  highHumidity: 60,
  readings: 1440,
  ...change,
});

let id = 0;
const rule = (
  metricType: ConformityRule['metricType'],
  minAllowed: number | null,
  maxAllowed: number | null,
  criticality: ConformityRule['criticality'] = 'MEDIUM',
): ConformityRule => ({
  id: ++id,
  siteRef: 'HCS',
  metricType,
  minAllowed,
  maxAllowed,
  criticality,
  description: '',
  createdMs: 0,
  updatedMs: 0,
});

/** The one day that is judged. */
function only(devices: readonly DeviceDay[], rules: readonly ConformityRule[]): JudgedDay {
  const judged = [...judgeDays(devices, rules).values()];
  const [first] = judged;
  if (first === undefined || judged.length !== 1) throw new Error(`${judged.length} days`);
  return first;
}

const kept = (devices: readonly DeviceDay[], ...rules: readonly ConformityRule[]): readonly boolean[] =>
  only(devices, rules).kept;

describe('one day', () => {
  test('without readings there is nothing to judge, without rules no rate', () => {
    expect(judgeDays([], [rule('temperature_range', 2, 8)]).size).toBe(0);
    expect(only([day()], [])).toMatchObject({ kept: [], complianceRate: null, criticalViolations: 0 });
  });

  test('what is compared are the means of the extremes of the devices', () => {
    const judged = only(
      [
        day(),
        day({ lowTemperature: 1, highTemperature: 9, lowHumidity: 30, highHumidity: 80, readings: 60 }),
      ],
      [],
    );
    expect(judged).toMatchObject({
      lowTemperature: 2,
      highTemperature: 7.5,
      lowHumidity: 35,
      highHumidity: 70,
      stability: 5.5,
      readings: 1500,
      uptimeRatio: 1,
    });
  });

  test('a value on its bound keeps the rule, the next one beyond does not', () => {
    const beyond = 1e-9;
    expect(
      kept(
        [day()],
        rule('temperature_range', 3, 6),
        rule('temperature_range', 3 + beyond, 6),
        rule('temperature_range', 3, 6 - beyond),
        rule('humidity_floor', 40, null),
        rule('humidity_floor', 40 + beyond, null),
        rule('humidity_ceiling', null, 60),
        rule('humidity_ceiling', null, 60 - beyond),
        rule('temperature_stability', null, 3),
        rule('temperature_stability', null, 3 - beyond),
      ),
    ).toEqual([true, false, false, true, false, true, false, true, false]);
    const half = [day({ readings: 720 })];
    expect(kept(half, rule('uptime_ratio', 0.5, null), rule('uptime_ratio', 0.5 + beyond, null))).toEqual([
      true,
      false,
    ]);
  });

  test('a bound that a rule needs and lacks is not kept; one that it does not need is not compared', () => {
    expect(
      kept(
        [day()],
        rule('temperature_range', null, 8),
        rule('temperature_range', 2, null),
        rule('humidity_floor', null, 99),
        rule('humidity_floor', 10, 20),
        rule('humidity_ceiling', 90, 99),
      ),
    ).toEqual([false, false, false, true, true]);
  });

  test('one reading: the day is known, and too few for it to be valid', () => {
    const one = only(
      [day({ lowTemperature: 6, highTemperature: 6, readings: 1 })],
      [
        rule('temperature_range', 2, 8),
        rule('temperature_stability', null, 0),
        rule('data_validity', 1, null),
      ],
    );
    expect(one).toMatchObject({
      kept: [true, true, false],
      stability: 0,
      dataValidity: 0,
      uptimeRatio: 1 / 1440,
      complianceRate: 0.67,
    });
  });

  test('validity wants fifty readings, over 5 °C and over 10 %', () => {
    const valid = { lowTemperature: 5.1, lowHumidity: 10.1, readings: 50 };
    const validity = (change: Partial<DeviceDay>) => only([day({ ...valid, ...change })], []).dataValidity;
    expect(validity({})).toBe(1);
    expect(validity({ readings: 49 })).toBe(0);
    expect(validity({ lowTemperature: 5 })).toBe(0);
    expect(validity({ lowHumidity: 10 })).toBe(0);
  });

  test('what is no number lies above every bound, as PostgreSQL orders it, and is not shown', () => {
    const none = only(
      [day({ highTemperature: Number.NaN, lowHumidity: Number.NaN, highHumidity: Number.NaN }), day()],
      [
        rule('temperature_range', 2, 1e6),
        rule('temperature_stability', null, 1e6),
        rule('humidity_floor', 99, null),
        rule('humidity_ceiling', null, 1e6, 'HIGH'),
      ],
    );
    expect(none).toMatchObject({
      kept: [false, false, true, false],
      lowTemperature: 3,
      highTemperature: null,
      lowHumidity: null,
      highHumidity: null,
      stability: null,
      complianceRate: 0.25,
      criticalViolations: 1,
    });
    const infinite = only([day({ highTemperature: Infinity })], [rule('temperature_range', 2, 1e6)]);
    expect(infinite).toMatchObject({ kept: [false], highTemperature: null });
  });

  test('only what is broken and of high criticality is critical; the rate has two digits', () => {
    const broken = (criticality: ConformityRule['criticality']) =>
      rule('humidity_ceiling', null, 1, criticality);
    const judged = only(
      [day()],
      [broken('HIGH'), broken('MEDIUM'), broken('HIGH'), rule('humidity_ceiling', null, 99, 'HIGH')],
    );
    expect(judged).toMatchObject({ criticalViolations: 2, complianceRate: 0.25 });
    const eighth = Array.from({ length: 8 }, (_, index) =>
      rule('humidity_floor', index === 0 ? 1 : 99, null),
    );
    expect(only([day()], eighth).complianceRate).toBe(0.13);
  });
});

/** The clocks of the sites change; days are those of UTC, as the warehouse counts, and always have 24 hours. */
describe.each(['Europe/Paris', 'Pacific/Auckland'])('where the clock changes, in %s', (zone) => {
  beforeEach(() => vi.stubEnv('TZ', zone));
  afterEach(() => vi.unstubAllEnvs());

  /** One reading a minute, gathered by UTC day as the database does. */
  function everyMinute(fromMs: number, toMs: number): readonly DeviceDay[] {
    const counts = new Map<number, number>();
    for (let at = fromMs; at < toMs; at += minuteMs) {
      const start = at - (at % dayMs);
      counts.set(start, (counts.get(start) ?? 0) + 1);
    }
    return [...counts].map(([start, readings]) => day({ dayMs: start, readings }));
  }
  const ofDays = (judged: ReadonlyMap<number, JudgedDay>) =>
    [...judged].map(([start, { readings, kept: keeps }]) => [
      new Date(start).toISOString().slice(0, 10),
      readings,
      ...keeps,
    ]);
  const whole = [rule('uptime_ratio', 1, null)];

  test('a sensor that never paused has all its readings on each day of both changes', () => {
    for (const [from, to] of [
      ['2025-03-29', '2025-04-01'],
      ['2025-10-25', '2025-10-28'],
      ['2025-04-05', '2025-04-08'],
    ] as const) {
      const days = everyMinute(Date.parse(from), Date.parse(to));
      expect(ofDays(judgeDays(days, whole))).toEqual(
        daysOf(from, new Date(Date.parse(to) - dayMs).toISOString().slice(0, 10)).map((name) => [
          name,
          1440,
          true,
        ]),
      );
    }
  });

  test('the 23 hours of the Paris 30 March and the 25 of its 26 October fall on two UTC days each', () => {
    const spring = everyMinute(Date.parse('2025-03-30T00:00+01:00'), Date.parse('2025-03-31T00:00+02:00'));
    expect(ofDays(judgeDays(spring, whole))).toEqual([
      ['2025-03-29', 60, false],
      ['2025-03-30', 22 * 60, false],
    ]);
    const autumn = everyMinute(Date.parse('2025-10-26T00:00+02:00'), Date.parse('2025-10-27T00:00+01:00'));
    expect(ofDays(judgeDays(autumn, whole))).toEqual([
      ['2025-10-25', 120, false],
      ['2025-10-26', 23 * 60, false],
    ]);
  });

  test('a year of days has each of them once', () => {
    const days = daysOf('2025-01-01', '2025-12-31');
    expect(days).toHaveLength(365);
    expect(new Set(days).size).toBe(365);
    expect(days).toEqual(days.toSorted());
    expect(days.filter((name) => /-03-30|-10-26/.test(name))).toEqual(['2025-03-30', '2025-10-26']);
  });
});
