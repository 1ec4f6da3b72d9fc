import pg from 'pg';
import { readBinary, shortest } from '../binary-rows.ts';
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
  const collected = new Collected();
  await readBinary(connection, readings(question), (row) => {
    const points = collected.of(row.text());
    const time = row.timestamp();
    const temperature = row.real();
    const humidity = row.real();
    if (time === null) return;
    for (const times of [points.times, points.first, points.last]) times.push(time);
    points.counts.push(1);
    push(points.temperature, temperature, temperature, temperature);
    push(points.humidity, humidity, humidity, humidity);
  });
  return collected.points;
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
  const collected = new Collected();
  await readBinary(connection, readings(question), (row) => {
    const points = collected.of(row.text());
    const time = row.timestamp();
    const temperature = row.single();
    const humidity = row.single();
    if (time === null) return;
    const start = Math.floor(time / stepMs) * stepMs;
    const at = points.times.length - 1;
    if (points.times[at] === start) {
      const count = (points.counts[at] ?? 0) + 1;
      points.counts[at] = count;
      points.last[at] = time;
      join(points.temperature, at, temperature, count);
      join(points.humidity, at, humidity, count);
      return;
    }
    points.times.push(start);
    points.counts.push(1);
    points.first.push(time);
    points.last.push(time);
    push(points.temperature, temperature, shortest(temperature), shortest(temperature));
    push(points.humidity, humidity, shortest(humidity), shortest(humidity));
  });
  return collected.points;
}

/** One more of a bucket, of which there are `count` now. */
function join({ avg, min, max }: Measured, at: number, value: number | null, count: number): void {
  if (value === null) return;
  const [mean, low, high] = [avg[at] ?? null, min[at] ?? null, max[at] ?? null];
  avg[at] = mean === null ? value : mean + (value - mean) / count;
  const shown = shortest(value) ?? value;
  min[at] = low === null ? shown : Math.min(low, shown);
  max[at] = high === null ? shown : Math.max(high, shown);
}

async function gatheredThere(
  connection: Connection,
  question: PointQuestion,
  stepMs: number,
): Promise<ReadonlyMap<string, Points>> {
  const collected = new Collected();
  await readBinary(
    connection,
    `select device_mac_addr, ${bucket('time', stepMs)}, count(*), ${aggregates}, min(time), max(time)
     from sensor_data where ${within(question)} group by 1, 2 order by 1, 2`,
    (row) => {
      const points = collected.of(row.text());
      const time = row.timestamp();
      if (time !== null) points.times.push(time);
      points.counts.push(row.bigint());
      push(points.temperature, row.double(), row.real(), row.real());
      push(points.humidity, row.double(), row.real(), row.real());
      points.first.push(row.timestamp() ?? 0);
      points.last.push(row.timestamp() ?? 0);
    },
  );
  return collected.points;
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

/** Points by address, of rows that come ordered by it. */
export class Collected {
  readonly points = new Map<string, Points>();
  #address = '';
  #current: Points = noPoints();

  of(address: string): Points {
    if (address === this.#address) return this.#current;
    const found = this.points.get(address) ?? noPoints();
    this.points.set(address, found);
    [this.#address, this.#current] = [address, found];
    return found;
  }
}
