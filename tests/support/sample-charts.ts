import type { DeviceChart } from '../../src/main/survey/report/report-input.ts';
import type { MappedSensor } from '../../src/shared/domain/survey/mapping-study.ts';
import { sampleStartMs, toMac } from './sample-survey.ts';

const hourMs = 3_600_000;
export const samplePeriod = { fromMs: sampleStartMs, toMs: sampleStartMs + 7 * 24 * hourMs };

/** A week of each device in buckets of half an hour: a daily course, one silence, and one device that gets too warm. */
export function* sampleCharts(devices: number, widthPoints = 336): Generator<DeviceChart> {
  const { fromMs, toMs } = samplePeriod;
  const stepMs = (toMs - fromMs) / widthPoints;
  for (let n = 0; n < devices; n++) {
    const gap = { fromMs: fromMs + 50 * hourMs, toMs: fromMs + 50 * hourMs + (n % 3) * 4 * hourMs };
    const times = Array.from({ length: widthPoints }, (_, i) => fromMs + i * stepMs).filter(
      (time) => time < gap.fromMs || time >= gap.toMs,
    );
    const warm = n === 1;
    const mean = times.map((time) => {
      const day = Math.sin(((time - fromMs) / (24 * hourMs)) * 2 * Math.PI);
      const late = warm && time > fromMs + 120 * hourMs && time < fromMs + 126 * hourMs ? 3 : 0;
      return 5 + 0.2 * (n % 5) + day * 0.8 + late + Math.sin(time / 1e7) * 0.2;
    });
    const gaps = gap.toMs > gap.fromMs ? [gap] : [];
    const line = (values: readonly number[], half: number): DeviceChart['temperature'] => ({
      timesMs: times,
      mean: values,
      min: values.map((value) => value - half),
      max: values.map((value) => value + half),
      gaps,
    });
    const humidity = mean.map((value) => 60 + value * 1.5);
    yield {
      mac: toMac(n),
      name: `CR${1 + (n % 4)}-${String(n + 1).padStart(2, '0')}`,
      place: `P${n + 1}`,
      fromMs,
      toMs,
      stepMs,
      temperature: line(mean, 0.25),
      humidity: line(humidity, 1),
      summary: {
        mac: toMac(n),
        received: 10_080 - (n % 3) * 240,
        expected: 10_080,
        temperature: { mean: 5, min: Math.min(...mean) - 0.25, max: Math.max(...mean) + 0.25 },
        humidity: { mean: 67, min: Math.min(...humidity) - 1, max: Math.max(...humidity) + 1 },
        limits: { temperatureMin: 2, temperatureMax: 8, humidityMin: 40, humidityMax: 85 },
        outsideMs: { temperature: warm ? 5 * hourMs : 0, humidity: 0 },
        longestGap: gaps[0] ?? null,
        firstMs: fromMs,
        lastMs: toMs,
      },
    };
  }
}

export function sampleSensors(devices: number): readonly MappedSensor[] {
  return [...sampleCharts(devices)].map(({ mac, name, place, summary, fromMs }, n) => ({
    mac,
    name,
    place,
    room: ['Cold room 1', 'Cold room 2', 'Freezer', 'Loading dock'][n % 4] ?? '',
    rows: summary.received,
    expected: summary.expected,
    mean: summary.temperature.mean,
    min: summary.temperature.min,
    max: summary.temperature.max,
    standardDeviation: 0.6,
    kinetic: 5.2 + 0.1 * (n % 5),
    longestGapMs: summary.longestGap === null ? null : summary.longestGap.toMs - summary.longestGap.fromMs,
    temperatureMin: 2,
    temperatureMax: 8,
    excursions:
      n === 1
        ? [
            {
              side: 'above',
              limit: 8,
              startMs: fromMs + 120 * hourMs,
              endMs: fromMs + 125 * hourMs,
              durationMs: 5 * hourMs,
              peak: 9.1,
            },
          ]
        : [],
  }));
}
