import type { SurveySample } from '../contract/survey.ts';
import type { DeviceStatistics, Statistic, SurveyCriteria } from '../contract/survey-parts.ts';

/** Fewer values say nothing about stability. */
const stableValuesLeast = 3;

export interface TimedValue {
  readonly timeMs: number;
  readonly value: number;
}

/**
 * What the values of one quantity say. Stable since: the time of the earliest value from which on to the last one the
 * largest and the smallest differ by `within` at most.
 *
 * @param values in the order of time
 * @param within in the unit of the values
 * @returns `null` for no values
 */
export function statisticOf(values: readonly TimedValue[], within: number): Statistic | null {
  const first = values[0];
  const last = values.at(-1);
  if (first === undefined || last === undefined) return null;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (const { value } of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return {
    count: values.length,
    min,
    // A mean of equal values is that value, and never beside the limits by a rounding of the sum.
    mean: Math.min(max, Math.max(min, sum / values.length)),
    max,
    spread: max - min,
    firstMs: first.timeMs,
    lastMs: last.timeMs,
    last: last.value,
    stableSinceMs: stableSince(values, within),
  };
}

/** Tolerance for values that binary numbers cannot hold: 4.4 − 4.2 is a little more than 0.2. */
const rounding = 1e-9;

function stableSince(values: readonly TimedValue[], within: number): number | null {
  let low = Infinity;
  let high = -Infinity;
  let since: number | null = null;
  let count = 0;
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const entry = values[index];
    if (entry === undefined) break;
    low = Math.min(low, entry.value);
    high = Math.max(high, entry.value);
    if (high - low > within + rounding) break;
    since = entry.timeMs;
    count += 1;
  }
  return count >= stableValuesLeast ? since : null;
}

/**
 * Statistics of each of the devices, also of those that sent nothing.
 *
 * @param samples in the order of time
 */
export function statisticsOf(
  samples: readonly SurveySample[],
  devices: readonly Pick<DeviceStatistics, 'mac' | 'name'>[],
  within: SurveyCriteria['stableWithin'],
): readonly DeviceStatistics[] {
  return devices.map(({ mac, name }) => {
    const own = samples.filter((sample) => sample.mac === mac);
    return {
      mac,
      name,
      temperature: statisticOf(valuesOf(own, 'temperature'), within.temperature),
      humidity: statisticOf(valuesOf(own, 'humidity'), within.humidity),
      rssi: statisticOf(valuesOf(own, 'rssi'), within.rssi),
    };
  });
}

function valuesOf(
  samples: readonly SurveySample[],
  quantity: 'temperature' | 'humidity' | 'rssi',
): readonly TimedValue[] {
  return samples.flatMap((sample) => {
    const value = sample[quantity];
    return value === null ? [] : [{ timeMs: sample.timeMs, value }];
  });
}
