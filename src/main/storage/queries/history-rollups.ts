import pg from 'pg';
import { readBinary } from '../binary-rows.ts';
import type { Connection } from '../database.ts';
import { rollupState } from '../rollups.ts';
import {
  aggregates,
  bucket,
  bucketColumns,
  bucketsFrom,
  inColumns,
  listed,
  moment,
  within,
  type PointQuestion,
  type Points,
} from './history-points.ts';

export type RollupSource = 'semi-hourly' | 'hourly' | 'daily';

/**
 * How far the rollups can be relied on. `none`: there are none, or not yet. `tables`: those that the application
 * keeps, up to the watermark. `views`: aggregates of the database itself, always current.
 */
export type Rollups =
  | { readonly kind: 'none' | 'views' }
  | { readonly kind: 'tables'; readonly watermarkMs: number };

const hourMs = 3_600_000;
const dayMs = 86_400_000;
interface Form {
  readonly widthMs: number;
  readonly table: string;
  readonly view: string;
}

const forms: Readonly<Record<RollupSource, Form>> = {
  'semi-hourly': {
    widthMs: hourMs / 2,
    table: 'field.rollup_semi_hourly',
    view: 'sensor_data_semi_hourly',
  },
  hourly: { widthMs: hourMs, table: 'field.rollup_hourly', view: 'sensor_data_hourly' },
  daily: { widthMs: dayMs, table: 'field.rollup_daily', view: 'sensor_data_daily' },
};
/** Steps of so much are read from a table of their own, a sixth of the rows. */
export const sixHoursMs = 6 * hourMs;
const sixHourly: Form = { widthMs: sixHoursMs, table: 'field.rollup_six_hourly', view: 'sensor_data_hourly' };
/** With more stretches to leave out than this, all of it is computed from the readings. */
const mostStale = 200;
const columns = ['device_mac_addr', ...bucketColumns].join(', ');

/** A person may have dropped the views of the other kind of database: then everything comes from the readings. */
export async function rollupsOf(connection: Connection): Promise<Rollups> {
  const { kind, watermarkMs } = await rollupState(connection);
  if (kind === 'continuous') {
    const { rows } = await connection.query<{ all: boolean }>(
      `select bool_and(to_regclass('public.' || name) is not null) as all from unnest($1::text[]) as name`,
      [Object.values(forms).map(({ view }) => view)],
    );
    return { kind: rows[0]?.all === true ? 'views' : 'none' };
  }
  return watermarkMs === null ? { kind: 'none' } : { kind: 'tables', watermarkMs };
}

/**
 * Buckets of `stepMs` from a rollup, and from the readings where the rollup does not reach yet or was overtaken by
 * late readings: asked for with the bounds of each part, so that the planner meets the days that are needed and no
 * others, which looking through the public views takes tens of milliseconds with a year of days. Means are weighted
 * by the number of readings.
 *
 * @param question with bounds at multiples of `stepMs`
 */
export async function bucketsOfRollup(
  connection: Connection,
  rollups: Rollups,
  source: RollupSource,
  question: PointQuestion,
  stepMs: number,
): Promise<ReadonlyMap<string, Points>> {
  const form = source === 'hourly' && stepMs % sixHoursMs === 0 ? sixHourly : forms[source];
  const { whole, pieces } = await partsOf(connection, rollups, { form, source }, question);
  const query =
    stepMs === form.widthMs
      ? [...whole, ...(pieces.length > 0 ? [coarser(pieces, stepMs)] : [])].join(' union all ')
      : coarser([...whole, ...pieces], stepMs);
  const found = new Map<string, Points>();
  await readBinary(connection, inColumns(`${query} order by 1, 2`, bucketColumns), (row) => {
    found.set(row.text(), bucketsFrom(row));
  });
  return found;
}

function coarser(buckets: readonly string[], stepMs: number): string {
  // As doubles, which count exactly up to 2^53: sums of bigint are numeric in PostgreSQL and several times slower.
  const readings = 'measurement_count::float8';
  const mean = (name: string): string =>
    `sum(${name} * ${readings}) / nullif(sum(${readings}) filter (where ${name} is not null), 0) as ${name}`;
  return `select device_mac_addr, ${bucket('bucket_start', stepMs)} as bucket_start, sum(${readings})::bigint as measurement_count,
      ${mean('avg_temperature')}, min(min_temperature) as min_temperature, max(max_temperature) as max_temperature,
      ${mean('avg_humidity')}, min(min_humidity) as min_humidity, max(max_humidity) as max_humidity
    from (${buckets.join(' union all ')}) as b group by 1, 2`;
}

/** Selects of buckets as wide as the form's, no two of the same bucket, and of such as may have to be put together. */
interface Parts {
  readonly whole: readonly string[];
  readonly pieces: readonly string[];
}

async function partsOf(
  connection: Connection,
  rollups: Rollups,
  { form, source }: { readonly form: Form; readonly source: RollupSource },
  question: PointQuestion,
): Promise<Parts> {
  const { widthMs, table, view } = form;
  const { fromMs, toMs } = question;
  const only = (query: string, ofMs: number): Parts =>
    ofMs === widthMs ? { whole: [query], pieces: [] } : { whole: [], pieces: [query] };
  if (rollups.kind === 'views')
    return only(
      `select ${columns} from ${view} where ${within(question, 'bucket_start')}`,
      forms[source].widthMs,
    );
  if (rollups.kind !== 'tables') return only(live(question, source), forms[source].widthMs);
  const stale = await staleStretches(connection, question);
  if (stale.length > mostStale) return only(live(question, source), forms[source].widthMs);
  const filled = (from: string, sinceMs: number, untilMs: number): readonly string[] =>
    sinceMs >= untilMs
      ? []
      : [
          `select ${columns} from ${from}
           where ${within({ ...question, fromMs: sinceMs, toMs: untilMs }, 'bucket_start')} ${stale.map(leftOut).join(' ')}`,
        ];
  const untilMs = Math.min(toMs, Math.floor(rollups.watermarkMs / widthMs) * widthMs);
  // Of the day, or the quarter of it, that is not over the hours are there already.
  const hoursUntilMs = widthMs > hourMs ? Math.min(toMs, rollups.watermarkMs) : untilMs;
  const liveFromMs = Math.max(fromMs, hoursUntilMs);
  const computed = [
    ...stale
      .map((of) => ({ ...of, toMs: Math.min(of.toMs, liveFromMs) }))
      .filter((of) => of.fromMs < of.toMs)
      .map(({ address, ...bounds }) => live({ addresses: [address], ...bounds }, source)),
    ...(liveFromMs < toMs ? [live({ ...question, fromMs: liveFromMs }, source)] : []),
  ];
  const whole = filled(table, fromMs, untilMs);
  if (widthMs <= hourMs) return { whole: [...whole, ...computed], pieces: [] };
  const hours = filled('field.rollup_hourly', Math.max(fromMs, untilMs), hoursUntilMs);
  return { whole, pieces: [...hours, ...computed] };
}

/** What a rollup would hold, from the readings. */
function live(question: PointQuestion, source: RollupSource): string {
  const count = source === 'semi-hourly' ? 'count(temperature)' : 'count(*)';
  return `(select device_mac_addr, ${bucket('time', forms[source].widthMs)} as bucket_start, ${count} as measurement_count, ${aggregates}
    from sensor_data where ${within(question)} group by 1, 2)`;
}

interface Stale {
  readonly address: string;
  readonly fromMs: number;
  readonly toMs: number;
}

function leftOut({ address, fromMs, toMs }: Stale): string {
  return `and not (device_mac_addr = ${pg.escapeLiteral(address)} and bucket_start >= ${moment(fromMs)} and bucket_start < ${moment(toMs)})`;
}

/** Days of these devices whose buckets do not fit their readings any more, neighbours together. */
async function staleStretches(
  connection: Connection,
  { addresses, fromMs, toMs }: PointQuestion,
): Promise<readonly Stale[]> {
  const { rows } = await connection.query<Stale>(
    `select device_mac_addr as address, greatest(min(day)::timestamp at time zone 'UTC', ${moment(fromMs)}) as "fromMs",
       least((max(day) + 1)::timestamp at time zone 'UTC', ${moment(toMs)}) as "toMs"
     from (
       select device_mac_addr, day, day - (row_number() over (partition by device_mac_addr order by day))::integer as run
       from field.stale_days
       where device_mac_addr in (${listed(addresses)})
         and day >= (${moment(fromMs)} at time zone 'UTC')::date and day <= (${moment(toMs)} at time zone 'UTC')::date
     ) as s group by device_mac_addr, run`,
  );
  return rows.filter((stale) => stale.fromMs < stale.toMs);
}
