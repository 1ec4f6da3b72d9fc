import type { HealthFacts, Limits, ListeningSince, ReadingSample } from './facts.ts';
import type { Reason } from './reasons.ts';
import { median } from './robust-slope.ts';
import type { Thresholds } from './thresholds.ts';

const hourMs = 3_600_000;
const leastForInterval = 3;
const leastExpected = 10;
const implausibleFaulty = 3;
/** While the other quantity moved so much, one that stands still to the last digit is not measured. */
const movedHumidity = 3;
const movedTemperature = 0.5;
/** Heartbeats without readings: so long, or so many intervals. */
const absentMs = 600_000;
const absentIntervals = 5;

/** The device's own interval: the median of the gaps, which a few missed readings do not move. Milliseconds. */
export function learnedIntervalMs(samples: readonly { readonly timeMs: number }[]): number | null {
  const found = learned.get(samples);
  if (found !== undefined) return found;
  const interval = intervalFrom(samples);
  learned.set(samples, interval);
  return interval;
}

/** Whoever judges again hands in the same array until it changes. */
const learned = new WeakMap<readonly { readonly timeMs: number }[], number | null>();

function intervalFrom(samples: readonly { readonly timeMs: number }[]): number | null {
  const gaps: number[] = [];
  for (let i = 1; i < samples.length; i++) {
    const gap = (samples[i]?.timeMs ?? 0) - (samples[i - 1]?.timeMs ?? 0);
    // Two within a second are one measurement asked for out of turn.
    if (gap >= 1_000) gaps.push(gap);
  }
  return gaps.length < leastForInterval ? null : median(gaps);
}

/**
 * Received share of the readings that the device's own interval lets expect over the kept ones, 0..1. What it sent
 * while nobody listened does not count; silence at the end is another reason's matter.
 */
export function receivedShare(
  readings: readonly ReadingSample[],
  intervalMs: number | null,
  listening: ListeningSince,
): { readonly share: number; readonly missed: number; readonly sinceMs: number } | null {
  if (intervalMs === null) return null;
  const heard =
    typeof listening === 'number' ? readings.filter(({ timeMs }) => timeMs >= listening) : readings;
  const [first, last] = [heard[0], heard.at(-1)];
  if (first === undefined || last === undefined) return null;
  const expected = Math.round((last.timeMs - first.timeMs) / intervalMs) + 1;
  if (expected < leastExpected) return null;
  return {
    share: Math.min(1, heard.length / expected),
    missed: Math.max(0, expected - heard.length),
    sinceMs: first.timeMs,
  };
}

/** What is wrong with the values: absent, missing, impossible, frozen, outside the zone's limits. */
export function judgeValues(
  facts: HealthFacts,
  thresholds: Thresholds,
  intervalMs: number | null,
  listening: ListeningSince,
  nowMs: number,
): readonly Reason[] {
  const found: Reason[] = [];
  const { readings, beats } = facts;
  const beat = beats.at(-1);
  const reading = readings.at(-1);
  const absentAfterMs = Math.max(absentMs, absentIntervals * (intervalMs ?? 0));
  const lastReadingMs = reading?.receivedMs ?? beats[0]?.receivedMs ?? null;
  if (beat !== undefined && lastReadingMs !== null && beat.receivedMs - lastReadingMs > absentAfterMs)
    found.push(reason('readings-absent', 'faulty', {}, lastReadingMs));
  const received = receivedShare(readings, intervalMs, listening);
  if (received !== null && received.share < thresholds.receivedShareLeast)
    found.push(
      reason(
        'readings-missing',
        'watch',
        { percent: Math.round(received.share * 100), missed: received.missed },
        received.sinceMs,
      ),
    );
  const impossible = facts.implausibleMs.filter((ms) => ms > nowMs - hourMs);
  if (impossible.length >= implausibleFaulty)
    found.push(reason('values-implausible', 'faulty', { times: impossible.length }, Math.min(...impossible)));
  found.push(...frozen(readings, thresholds.frozenReadings));
  if (facts.limits !== null) found.push(...outside(readings, facts.limits));
  return found;
}

/**
 * A value that stays the same to the last digit although the sensor's resolution would show noise. A DHT11 reports whole
 * degrees and percents, which stand still for hours in a quiet room: only a sensor that has ever shown tenths in these
 * readings is judged. A DHT22 in a steady room may hold one quantity; so the other must stand still too, or have moved
 * enough that this one had to.
 */
function frozen(readings: readonly ReadingSample[], count: number): readonly Reason[] {
  const last = readings.at(-1);
  if (last === undefined || readings.length < count) return [];
  const tenths = readings.some(
    ({ temperature, humidity }) => !Number.isInteger(temperature) || !Number.isInteger(humidity),
  );
  if (!tenths) return [];
  const run = readings.slice(-count);
  const temperature = spread(run.map((reading) => reading.temperature));
  const humidity = spread(run.map((reading) => reading.humidity));
  const both = temperature === 0 && humidity === 0;
  const found: Reason[] = [];
  if (temperature === 0 && (both || humidity >= movedHumidity)) {
    const sinceMs = startOfRun(readings, (reading) => reading.temperature === last.temperature);
    found.push(reason('temperature-frozen', 'watch', { value: last.temperature, readings: count }, sinceMs));
  }
  if (humidity === 0 && (both || temperature >= movedTemperature)) {
    const sinceMs = startOfRun(readings, (reading) => reading.humidity === last.humidity);
    found.push(reason('humidity-frozen', 'watch', { value: last.humidity, readings: count }, sinceMs));
  }
  return found;
}

/** A matter of the room, not of the device: a note. Two in a row, so that one wrong value says nothing. */
function outside(readings: readonly ReadingSample[], limits: Limits): readonly Reason[] {
  const beyond = (reading: ReadingSample): boolean => excess(reading, limits) !== null;
  const last = readings.at(-1);
  const before = readings.at(-2);
  if (last === undefined || before === undefined || !beyond(last) || !beyond(before)) return [];
  const found = excess(last, limits);
  if (found === null) return [];
  return [reason('outside-limits', 'note', found, startOfRun(readings, beyond))];
}

function excess(
  { temperature, humidity }: ReadingSample,
  limits: Limits,
): { quantity: string; value: number; limit: number; side: string } | null {
  const { temperatureMin, temperatureMax, humidityMin, humidityMax } = limits;
  if (temperatureMax !== null && temperature > temperatureMax)
    return { quantity: 'temperature', value: temperature, limit: temperatureMax, side: 'above' };
  if (temperatureMin !== null && temperature < temperatureMin)
    return { quantity: 'temperature', value: temperature, limit: temperatureMin, side: 'below' };
  if (humidityMax !== null && humidity > humidityMax)
    return { quantity: 'humidity', value: humidity, limit: humidityMax, side: 'above' };
  if (humidityMin !== null && humidity < humidityMin)
    return { quantity: 'humidity', value: humidity, limit: humidityMin, side: 'below' };
  return null;
}

function startOfRun(readings: readonly ReadingSample[], holds: (reading: ReadingSample) => boolean): number {
  let start = readings.at(-1)?.timeMs ?? 0;
  for (const reading of readings.toReversed()) {
    if (!holds(reading)) break;
    start = reading.timeMs;
  }
  return start;
}

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

function reason(
  code: Reason['code'],
  severity: Reason['severity'],
  data: Reason['data'],
  sinceMs: number | null,
): Reason {
  return { code, severity, data, sinceMs };
}
