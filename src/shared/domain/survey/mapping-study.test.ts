import { expect, test } from 'vitest';
import { energyOverGas, pooledKineticTemperature } from '../mean-kinetic-temperature.ts';
import { mappingStudy, type MappedSensor } from './mapping-study.ts';

const dayMs = 86_400_000;
const sensor = (of: Partial<MappedSensor>): MappedSensor => ({
  mac: '1C:69:20:E9:18:24',
  name: '',
  place: 'P1',
  room: 'A',
  rows: 1_440,
  expected: 1_440,
  mean: 5,
  min: 4,
  max: 6,
  standardDeviation: 0.5,
  kinetic: 5.1,
  longestGapMs: null,
  temperatureMin: 2,
  temperatureMax: 8,
  excursions: [],
  ...of,
});
const range = { fromMs: 0, toMs: dayMs };

test('the pooled mean kinetic temperature is the one of all readings together', () => {
  const kinetic = (values: readonly number[]): number =>
    energyOverGas /
      -Math.log(
        values.reduce((sum, value) => sum + Math.exp(-energyOverGas / (value + 273.15)), 0) / values.length,
      ) -
    273.15;
  const [a, b] = [
    [2, 4, 30],
    [8, 9, 5, 6, 7],
  ];
  if (a === undefined || b === undefined) throw new Error('two lists');
  const pooled = pooledKineticTemperature([
    { rows: a.length, kinetic: kinetic(a) },
    { rows: b.length, kinetic: kinetic(b) },
    { rows: 0, kinetic: null },
  ]);
  expect(pooled).toBeCloseTo(kinetic([...a, ...b]), 9);
  expect(pooledKineticTemperature([])).toBeNull();
});

test('hot and cold spot are the sensors with the most extreme readings, of equal ones that with the more extreme mean', () => {
  const study = mappingStudy(range, [
    sensor({ place: 'P1', max: 7, mean: 5 }),
    sensor({ place: 'P2', max: 7, mean: 6, min: 3.5 }),
    sensor({ place: 'P3', room: 'B', min: 2.5, mean: 4 }),
  ]);
  expect(study.whole).toMatchObject({ hotSpot: { place: 'P2' }, coldSpot: { place: 'P3' }, unevenness: 2 });
  expect(study.rooms.map(({ room, coldSpot }) => [room, coldSpot?.place])).toEqual([
    ['A', 'P2'],
    ['B', 'P3'],
  ]);
  expect(study.verdict).toBe('pass');
});

test('an excursion fails it, and what is missing keeps it open', () => {
  const excursion = { side: 'above', limit: 8, startMs: 1, endMs: null, durationMs: 9, peak: 9 } as const;
  expect(mappingStudy(range, [sensor({ excursions: [excursion] })]).verdict).toBe('fail');
  expect(mappingStudy({ fromMs: 0, toMs: dayMs - 1 }, [sensor({})])).toMatchObject({
    verdict: 'open',
    doubts: ['shorter-than-a-day'],
  });
  const silent = sensor({ rows: 0, mean: null, min: null, max: null, kinetic: null });
  expect(mappingStudy(range, [silent])).toMatchObject({
    verdict: 'open',
    doubts: ['sensor-without-readings'],
    whole: { mean: null, hotSpot: null },
  });
  expect(mappingStudy(range, [sensor({ rows: 1_300 })]).doubts).toEqual(['incomplete']);
  expect(mappingStudy(range, []).verdict).toBe('open');
});
