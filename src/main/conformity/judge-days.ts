import type { ConformityRule, MetricType } from '../../shared/contract/conformity.ts';
import { neededBounds, type SiteDayFacts } from '../../shared/domain/conformity-rules.ts';
import type { DeviceDay } from '../storage/queries/site-days.ts';

const minutesOfDay = 1_440;
/** Readings of a day below which it says nothing. */
const leastReadings = 50;

/** What the warehouse computes for one site and UTC day. */
export interface JudgedDay extends SiteDayFacts {
  readonly readings: number;
  /** Per rule, in their order: whether it was kept. */
  readonly kept: readonly boolean[];
  /** `null` where the site has no rules. */
  readonly complianceRate: number | null;
  readonly criticalViolations: number;
}

/**
 * The warehouse's arithmetic (DOMAIN.md, section 2): over a site's devices the mean of their extremes, and each rule
 * compared with it; a bound that is missing is not kept.
 *
 * @returns by the start of the day, in epoch milliseconds
 */
export function judgeDays(
  deviceDays: readonly DeviceDay[],
  rules: readonly ConformityRule[],
): ReadonlyMap<number, JudgedDay> {
  const byDay = new Map<number, DeviceDay[]>();
  for (const day of deviceDays) {
    const of = byDay.get(day.dayMs);
    if (of === undefined) byDay.set(day.dayMs, [day]);
    else of.push(day);
  }
  return new Map([...byDay].map(([dayMs, of]) => [dayMs, judged(of, rules)]));
}

function judged(devices: readonly DeviceDay[], rules: readonly ConformityRule[]): JudgedDay {
  const mean = (value: (day: DeviceDay) => number): number =>
    devices.reduce((sum, day) => sum + value(day), 0) / devices.length;
  const lowT = mean((day) => day.lowTemperature);
  const highT = mean((day) => day.highTemperature);
  const lowH = mean((day) => day.lowHumidity);
  const highH = mean((day) => day.highHumidity);
  const stability = Math.abs(highT - lowT);
  const readings = devices.reduce((sum, day) => sum + day.readings, 0);
  const uptime = Math.min(1, readings / minutesOfDay);
  const validity = above(lowT, 5) && above(lowH, 10) && readings >= leastReadings ? 1 : 0;
  const compared: Readonly<Record<MetricType, { readonly min?: number; readonly max?: number }>> = {
    temperature_range: { min: lowT, max: highT },
    humidity_floor: { min: lowH },
    humidity_ceiling: { max: highH },
    temperature_stability: { max: stability },
    uptime_ratio: { min: uptime },
    data_validity: { min: validity },
  };
  const kept = rules.map(({ metricType, minAllowed, maxAllowed }) => {
    const { min = Number.NaN, max = Number.NaN } = compared[metricType];
    return neededBounds[metricType].every((bound) =>
      bound === 'min'
        ? minAllowed !== null && (above(min, minAllowed) || min === minAllowed)
        : maxAllowed !== null && max <= maxAllowed,
    );
  });
  return {
    lowTemperature: finite(lowT),
    highTemperature: finite(highT),
    lowHumidity: finite(lowH),
    highHumidity: finite(highH),
    stability: finite(stability),
    uptimeRatio: uptime,
    dataValidity: validity,
    readings,
    kept,
    complianceRate:
      kept.length === 0 ? null : Math.round((100 * kept.filter(Boolean).length) / kept.length) / 100,
    criticalViolations: rules.filter(({ criticality }, i) => criticality === 'HIGH' && kept[i] === false)
      .length,
  };
}

/** As PostgreSQL orders numbers: what is none lies above all of them. */
function above(value: number, bound: number): boolean {
  return Number.isNaN(value) || value > bound;
}

/** What is no number, or beyond all, has no form on the way to a screen. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
