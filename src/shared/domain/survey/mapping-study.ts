import { pooledKineticTemperature } from '../mean-kinetic-temperature.ts';

/** A stretch beyond a limit, as the conformity of the application finds it. */
export interface MappingExcursion {
  readonly side: 'above' | 'below';
  readonly limit: number;
  readonly startMs: number;
  /** `null` while it lasts. */
  readonly endMs: number | null;
  readonly durationMs: number;
  readonly peak: number;
}

/** What the history knows of one sensor of the study. °C. */
export interface MappedSensor {
  readonly mac: string;
  readonly name: string;
  /** Label of its point, and room. */
  readonly place: string;
  readonly room: string;
  /** With a temperature. */
  readonly rows: number;
  readonly expected: number | null;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly standardDeviation: number | null;
  readonly kinetic: number | null;
  readonly longestGapMs: number | null;
  readonly temperatureMin: number | null;
  readonly temperatureMax: number | null;
  readonly excursions: readonly MappingExcursion[];
}

export interface MappingRoom {
  readonly room: string;
  readonly sensors: number;
  readonly rows: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly kinetic: number | null;
  /** Warmest minus coldest mean of its sensors, °C: how even the room is. */
  readonly unevenness: number | null;
  /** Largest spread of one sensor over the time, °C: how steady the room is. */
  readonly unsteadiness: number | null;
  readonly hotSpot: MappedSensor | null;
  readonly coldSpot: MappedSensor | null;
  readonly excursions: number;
}

export interface MappingStudy {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sensors: readonly MappedSensor[];
  readonly rooms: readonly MappingRoom[];
  readonly whole: MappingRoom;
  /** Why it proves nothing, or less than it should. */
  readonly doubts: readonly MappingDoubt[];
  readonly verdict: 'pass' | 'fail' | 'open';
}

export type MappingDoubt = 'shorter-than-a-day' | 'sensor-without-readings' | 'incomplete' | 'no-limits';

export const mappingLeastMs = 86_400_000;
/** Share of the expected readings that a sensor needs for its picture to be whole. */
export const mappingLeastComplete = 0.95;

/**
 * A temperature mapping in the manner of WHO Technical Report Series 961 (2011), Annex 9, supplement 8 "Temperature
 * mapping of storage areas": for each sensor and each room the extremes, the mean and the mean kinetic temperature; the
 * hot spot is the sensor with the highest reading, the cold spot that with the lowest one (of equal ones the one with the
 * more extreme mean). It passes only where every sensor was heard all the time and none left its limits.
 */
export function mappingStudy(
  range: { fromMs: number; toMs: number },
  sensors: readonly MappedSensor[],
): MappingStudy {
  const names = [...new Set(sensors.map(({ room }) => room))];
  const whole = roomOf('', sensors);
  const doubts = doubtsOf(range, sensors);
  return {
    ...range,
    sensors,
    rooms: names.map((room) =>
      roomOf(
        room,
        sensors.filter((sensor) => sensor.room === room),
      ),
    ),
    whole,
    doubts,
    verdict: whole.excursions > 0 ? 'fail' : doubts.length > 0 || sensors.length === 0 ? 'open' : 'pass',
  };
}

function roomOf(room: string, sensors: readonly MappedSensor[]): MappingRoom {
  const heard = sensors.filter(({ rows, mean }) => rows > 0 && mean !== null);
  const rows = heard.reduce((sum, sensor) => sum + sensor.rows, 0);
  const numbers = (pick: (sensor: MappedSensor) => number | null): readonly number[] =>
    heard.flatMap((sensor) => pick(sensor) ?? []);
  const means = numbers(({ mean }) => mean);
  const spreads = numbers(({ min, max }) => (min === null || max === null ? null : max - min));
  const most = (values: readonly number[]): number | null =>
    values.length === 0 ? null : Math.max(...values);
  const least = (values: readonly number[]): number | null =>
    values.length === 0 ? null : Math.min(...values);
  return {
    room,
    sensors: sensors.length,
    rows,
    mean: rows === 0 ? null : heard.reduce((sum, { mean, rows: own }) => sum + (mean ?? 0) * own, 0) / rows,
    min: least(numbers(({ min }) => min)),
    max: most(numbers(({ max }) => max)),
    kinetic: pooledKineticTemperature(heard),
    unevenness: means.length === 0 ? null : Math.max(...means) - Math.min(...means),
    unsteadiness: most(spreads),
    hotSpot: spotOf(
      heard,
      ({ max }) => max,
      ({ mean }) => mean,
    ),
    coldSpot: spotOf(
      heard,
      ({ min }) => negative(min),
      ({ mean }) => negative(mean),
    ),
    excursions: sensors.reduce((sum, { excursions }) => sum + excursions.length, 0),
  };
}

const negative = (value: number | null): number | null => (value === null ? null : -value);

function spotOf(
  sensors: readonly MappedSensor[],
  first: (sensor: MappedSensor) => number | null,
  second: (sensor: MappedSensor) => number | null,
): MappedSensor | null {
  const rank = (pick: (sensor: MappedSensor) => number | null, sensor: MappedSensor): number =>
    pick(sensor) ?? Number.NEGATIVE_INFINITY;
  return (
    [...sensors].sort((a, b) => rank(first, b) - rank(first, a) || rank(second, b) - rank(second, a))[0] ??
    null
  );
}

function doubtsOf(
  { fromMs, toMs }: { fromMs: number; toMs: number },
  sensors: readonly MappedSensor[],
): readonly MappingDoubt[] {
  const some = (is: (sensor: MappedSensor) => boolean): boolean => sensors.some((sensor) => is(sensor));
  return [
    ...(toMs - fromMs < mappingLeastMs ? (['shorter-than-a-day'] as const) : []),
    ...(some(({ rows }) => rows === 0) ? (['sensor-without-readings'] as const) : []),
    ...(some(({ rows, expected }) => rows > 0 && expected !== null && rows < expected * mappingLeastComplete)
      ? (['incomplete'] as const)
      : []),
    ...(some(({ temperatureMin, temperatureMax }) => temperatureMin === null && temperatureMax === null)
      ? (['no-limits'] as const)
      : []),
  ];
}
