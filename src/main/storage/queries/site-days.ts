import pg from 'pg';
import type { Connection } from '../database.ts';
import { readBinary } from '../binary-rows.ts';
import { moment, within } from './history-points.ts';
import { bucketsOfRollup, rollupsOf } from './history-rollups.ts';

/** What one device measured in one UTC day, in single precision as it is stored; NaN and infinities as they are. */
export interface DeviceDay {
  readonly dayMs: number;
  readonly lowTemperature: number;
  readonly highTemperature: number;
  readonly lowHumidity: number;
  readonly highHumidity: number;
  readonly readings: number;
}

interface DayOfDevice {
  readonly mac: string;
  readonly atMs: number;
}

const dayMs = 86_400_000;
const daysPerStatement = 50;

/**
 * Per device that belongs to the site now and UTC day: the extremes of the rows that have both values. Days of a
 * device with a row that lacks a value, or whose value is no number, are computed from the readings: a rollup passes
 * over single values, the warehouse over whole rows. Days without readings are absent.
 *
 * @param fromMs midnight UTC, as is `toMs`, which is not included
 */
export async function deviceDays(
  connection: Connection,
  siteRef: string,
  fromMs: number,
  toMs: number,
): Promise<readonly DeviceDay[]> {
  const { rows: members } = await connection.query<{ mac: string }>(
    'select device_mac_addr as mac from devices where site_ref = $1',
    [siteRef],
  );
  const addresses = members.map(({ mac }) => mac);
  if (addresses.length === 0) return [];
  const question = { addresses, fromMs, toMs };
  const rollups = await rollupsOf(connection);
  const buckets = await bucketsOfRollup(connection, rollups, 'daily', question, dayMs);
  // Compressed chunks keep such rows where the size of the index says nothing of them.
  const parts = rollups.kind === 'views' ? ['sensor_data'] : await partsWithIncomplete(connection);
  const again = new Map<string, DayOfDevice>();
  const readAgain = (mac: string, atMs: number): unknown => again.set(`${mac} ${atMs}`, { mac, atMs });
  for (const { mac, atMs } of await incompleteDays(connection, parts, question)) readAgain(mac, atMs);
  const days: DeviceDay[] = [];
  for (const [mac, { times, counts, temperature, humidity }] of buckets) {
    for (const [i, atMs] of times.entries()) {
      const extremes = [temperature.min[i], temperature.max[i], humidity.min[i], humidity.max[i]].map(single);
      const [lowTemperature, highTemperature, lowHumidity, highHumidity] = extremes;
      // An extreme that is missing may be an infinite one.
      if (
        lowTemperature === undefined ||
        highTemperature === undefined ||
        lowHumidity === undefined ||
        highHumidity === undefined
      )
        readAgain(mac, atMs);
      else if (!again.has(`${mac} ${atMs}`))
        days.push({
          dayMs: atMs,
          lowTemperature,
          highTemperature,
          lowHumidity,
          highHumidity,
          readings: counts[i] ?? 0,
        });
    }
  }
  return [...days, ...(await fromReadings(connection, [...again.values()]))];
}

/** What was stored, of which the shortest form is read. */
function single(value: number | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Math.fround(value);
}

/** The warehouse's rows: whole ones only. */
async function fromReadings(
  connection: Connection,
  days: readonly DayOfDevice[],
): Promise<readonly DeviceDay[]> {
  const found: DeviceDay[] = [];
  for (let from = 0; from < days.length; from += daysPerStatement) {
    const query = days
      .slice(from, from + daysPerStatement)
      .map(
        ({ mac, atMs }) =>
          `select ${atMs}::int8 as "dayMs", min(temperature)::float8 as "lowTemperature", max(temperature)::float8 as "highTemperature",
             min(humidity)::float8 as "lowHumidity", max(humidity)::float8 as "highHumidity", count(*) as readings
           from sensor_data where ${within({ addresses: [mac], fromMs: atMs, toMs: atMs + dayMs })}
             and temperature is not null and humidity is not null having count(*) > 0`,
      )
      .join(' union all ');
    found.push(...(await connection.query<DeviceDay & Record<string, unknown>>(query)).rows);
  }
  return found;
}

/** Partitions or chunks whose partial index has more than the one page that an empty one has. */
async function partsWithIncomplete(connection: Connection): Promise<readonly string[]> {
  const { rows } = await connection.query<{ part: string }>(
    `select i.inhrelid::regclass::text as part
     from pg_inherits as i join pg_index as x on x.indrelid = i.inhrelid and x.indpred is not null
     where i.inhparent = 'public.sensor_data'::regclass
       and pg_relation_size(x.indexrelid) > current_setting('block_size')::int
     group by 1`,
  );
  return rows.map(({ part }) => part);
}

/** Days with a row that lacks a value or holds none, by the partial index. */
async function incompleteDays(
  connection: Connection,
  parts: readonly string[],
  {
    addresses,
    fromMs,
    toMs,
  }: { readonly addresses: readonly string[]; readonly fromMs: number; readonly toMs: number },
): Promise<readonly DayOfDevice[]> {
  if (parts.length === 0) return [];
  const listed = addresses.map((address) => pg.escapeLiteral(address)).join(', ');
  const query = parts
    .map(
      (part) =>
        `select device_mac_addr, date_trunc('day', time, 'UTC') as day from ${part}
         where (temperature is null or humidity is null or temperature = 'NaN' or humidity = 'NaN')
           and device_mac_addr in (${listed}) and time >= ${moment(fromMs)} and time < ${moment(toMs)}`,
    )
    .join(' union ');
  const found: DayOfDevice[] = [];
  await readBinary(connection, `select distinct * from (${query}) as i`, (row) => {
    const mac = row.text();
    found.push({ mac, atMs: row.timestamp() ?? 0 });
  });
  return found;
}
