import pg from 'pg';
import { readBinary, shortest, type BinaryRow } from '../binary-rows.ts';
import type { Connection } from '../database.ts';

/** What is read of one address, columns of equal length in ascending order of time. °C and % relative humidity. */
export interface Points {
  /** Of the reading, or the start of its bucket; epoch milliseconds. */
  readonly times: number[];
  readonly counts: number[];
  readonly temperature: Measured;
  readonly humidity: Measured;
  /** First and last reading in the bucket; empty where only a rollup was read. */
  readonly first: number[];
  readonly last: number[];
}

export interface Measured {
  readonly avg: (number | null)[];
  readonly min: (number | null)[];
  readonly max: (number | null)[];
}

export interface PointQuestion {
  readonly addresses: readonly string[];
  /** Included, and not. */
  readonly fromMs: number;
  readonly toMs: number;
}

export function noPoints(): Points {
  const measured = (): Measured => ({ avg: [], min: [], max: [] });
  return { times: [], counts: [], temperature: measured(), humidity: measured(), first: [], last: [] };
}

/** A moment as the planner understands it at once: it then looks into the partitions concerned only. */
export function moment(ms: number): string {
  return `to_timestamp(${(ms / 1000).toFixed(3)}::float8)`;
}

export function listed(addresses: readonly string[]): string {
  return addresses.map((address) => pg.escapeLiteral(address)).join(', ');
}

export function within({ addresses, fromMs, toMs }: PointQuestion, time = 'time'): string {
  return `device_mac_addr in (${listed(addresses)}) and ${time} >= ${moment(fromMs)} and ${time} < ${moment(toMs)}`;
}

/** Readings as they came. */
export async function rawPoints(
  connection: Connection,
  question: PointQuestion,
): Promise<ReadonlyMap<string, Points>> {
  const found = new Map<string, Points>();
  await readBinary(connection, inColumns(readings(question), readingColumns), (row) => {
    const address = row.text();
    const times = row.numbers('timestamp');
    const [temperature, humidity] = [row.array('real'), row.array('real')];
    found.set(address, {
      times,
      counts: times.map(() => 1),
      temperature: { avg: temperature, min: temperature, max: temperature },
      humidity: { avg: humidity, min: humidity, max: humidity },
      first: times,
      last: times,
    });
  });
  return found;
}

/** So fine that nearly each bucket holds one reading: putting them together costs the server more than sending them. */
const finestMs = 2 * 60_000;

/** Buckets that start at multiples of `stepMs` since 1970, computed from the readings. */
export async function bucketsOfReadings(
  connection: Connection,
  question: PointQuestion,
  stepMs: number,
): Promise<ReadonlyMap<string, Points>> {
  return stepMs <= finestMs
    ? gatheredHere(connection, question, stepMs)
    : gatheredThere(connection, question, stepMs);
}

async function gatheredHere(
  connection: Connection,
  question: PointQuestion,
  stepMs: number,
): Promise<ReadonlyMap<string, Points>> {
  const found = new Map<string, Points>();
  const temperatures = new Running();
  const humidities = new Running();
  await readBinary(connection, inColumns(readings(question), readingColumns), (row) => {
    const points = noPoints();
    found.set(row.text(), points);
    const times = row.numbers('timestamp');
    const [temperature, humidity] = [row.array('single'), row.array('single')];
    let current = Number.NaN;
    for (const [i, time] of times.entries()) {
      const start = Math.floor(time / stepMs) * stepMs;
      if (start !== current) {
        current = start;
        temperatures.begin(points.temperature);
        humidities.begin(points.humidity);
        points.times.push(start);
        points.counts.push(0);
        points.first.push(time);
        points.last.push(time);
      }
      const at = points.times.length - 1;
      points.counts[at] = (points.counts[at] ?? 0) + 1;
      points.last[at] = time;
      temperatures.add(points.temperature, at, temperature[i] ?? null);
      humidities.add(points.humidity, at, humidity[i] ?? null);
    }
  });
  return found;
}

/** Mean and extremes of the bucket that is being gathered; what is missing counts for none of them. */
class Running {
  #sum = 0;
  #count = 0;

  begin(to: Measured): void {
    [this.#sum, this.#count] = [0, 0];
    push(to, null, null, null);
  }

  add({ avg, min, max }: Measured, at: number, value: number | null): void {
    if (value === null) return;
    this.#sum += value;
    this.#count += 1;
    avg[at] = this.#sum / this.#count;
    const shown = shortest(value) ?? value;
    min[at] = Math.min(min[at] ?? shown, shown);
    max[at] = Math.max(max[at] ?? shown, shown);
  }
}

async function gatheredThere(
  connection: Connection,
  question: PointQuestion,
  stepMs: number,
): Promise<ReadonlyMap<string, Points>> {
  const query = `select device_mac_addr, ${bucket('time', stepMs)} as bucket_start, count(*) as measurement_count, ${aggregates},
      min(time) as first, max(time) as last
    from sensor_data where ${within(question)} group by 1, 2 order by 1, 2`;
  const found = new Map<string, Points>();
  await readBinary(connection, inColumns(query, [...bucketColumns, 'first', 'last']), (row) => {
    const address = row.text();
    const points = bucketsFrom(row);
    found.set(address, { ...points, first: row.numbers('timestamp'), last: row.numbers('timestamp') });
  });
  return found;
}

const readingColumns = ['time', 'temperature', 'humidity'] as const;
export const bucketColumns = [
  'bucket_start',
  'measurement_count',
  'avg_temperature',
  'min_temperature',
  'max_temperature',
  'avg_humidity',
  'min_humidity',
  'max_humidity',
] as const;

/**
 * Rows that are ordered by device and time, as one row of arrays per device: twenty messages instead of as many as
 * there are points, each of which cost this side more than the server's work for it.
 */
export function inColumns(ordered: string, columns: readonly string[]): string {
  const arrays = columns.map((column) => `array_agg(${column})`).join(', ');
  return `select device_mac_addr, ${arrays} from (${ordered}) as ordered group by device_mac_addr`;
}

/** What `inColumns` gives of `bucketColumns`, behind the device. */
export function bucketsFrom(row: BinaryRow): Points {
  const measured = (): Measured => ({
    avg: row.array('double'),
    min: row.array('real'),
    max: row.array('real'),
  });
  return {
    times: row.numbers('timestamp'),
    counts: row.numbers('bigint'),
    temperature: measured(),
    humidity: measured(),
    first: [],
    last: [],
  };
}

function readings(question: PointQuestion): string {
  return `select device_mac_addr, time, temperature, humidity from sensor_data where ${within(question)} order by 1, 2`;
}

export function bucket(time: string, stepMs: number): string {
  return `date_bin('${stepMs} milliseconds', ${time}, '1970-01-01 00:00:00+00')`;
}

/** As the rollups compute them: what is no number counts as missing. */
export const aggregates = `avg(nullif(temperature, 'NaN')) as avg_temperature,
  min(nullif(temperature, 'NaN')) as min_temperature, max(nullif(temperature, 'NaN')) as max_temperature,
  avg(nullif(humidity, 'NaN')) as avg_humidity,
  min(nullif(humidity, 'NaN')) as min_humidity, max(nullif(humidity, 'NaN')) as max_humidity`;

export function push(to: Measured, avg: number | null, min: number | null, max: number | null): void {
  to.avg.push(avg);
  to.min.push(min);
  to.max.push(max);
}
