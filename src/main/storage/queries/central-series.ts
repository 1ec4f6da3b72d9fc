import type { Queryable } from '../database.ts';
import type { NewConflict } from './sync-conflicts.ts';

/** A table with a row for each device and moment, of which only these columns are touched. */
export interface SeriesTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly values: readonly string[];
}

/** Whole columns as the server writes them, so that no microsecond and no digit is lost on the way. */
export type SeriesColumns = readonly (readonly (string | null)[])[];

export interface PushCounts {
  readonly inserted: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly conflicts: number;
}

const names = (table: SeriesTable): string => table.columns.map(({ name }) => name).join(', ');
const input = (table: SeriesTable): string =>
  `unnest(${table.columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')}) as o(${names(table)})`;
const differs = (table: SeriesTable, one: string, other: string): string =>
  `(${table.values.map((name) => `${one}.${name}`).join(', ')}) is distinct from (${table.values.map((name) => `${other}.${name}`).join(', ')})`;
const rowObject = (table: SeriesTable, of: string): string =>
  `jsonb_build_object(${table.columns.map(({ name }) => `'${name}', ${of}.${name}`).join(', ')})`;

/** The text of a `copy` on either side; the columns are the same. */
export function copyColumns(table: SeriesTable): string {
  return `(${names(table)})`;
}

/** Reads rows of a slice in the order of the key, by pieces of one moment; inside a transaction of the caller. */
export async function* readSeries(
  local: Queryable,
  table: SeriesTable,
  condition: string,
  rowsAtOnce: number,
): AsyncGenerator<{ readonly count: number; readonly columns: SeriesColumns }, void, undefined> {
  const list = table.columns.map(({ name, type }) => (type === 'character varying' ? name : `${name}::text`));
  await local.query(
    `declare sync_rows no scroll cursor for select ${list.join(', ')} from public.${table.name}
     where ${condition} order by device_mac_addr, time`,
  );
  for (;;) {
    const { rows } = await local.query<Record<string, string | null>>(`fetch ${rowsAtOnce} from sync_rows`);
    if (rows.length > 0)
      yield {
        count: rows.length,
        columns: table.columns.map(({ name }) => rows.map((row) => row[name] ?? null)),
      };
    if (rows.length < rowsAtOnce) break;
  }
  await local.query('close sync_rows');
}

/** Whether the central table has any row of these devices in a stretch of time. */
export async function hasRowsBetween(
  central: Queryable,
  table: SeriesTable,
  from: string,
  to: string,
  macs: readonly string[],
): Promise<boolean> {
  const { rows } = await central.query<{ there: boolean }>(
    `select exists (select from public.${table.name} where time >= $1 and time <= $2) as there`,
    [from, to],
  );
  if (rows[0]?.there !== true) return false;
  const { rows: ours } = await central.query<{ there: boolean }>(
    `select exists (select from public.${table.name}
       where time >= $1 and time <= $2 and device_mac_addr = any($3)) as there`,
    [from, to, macs],
  );
  return ours[0]?.there === true;
}

/**
 * Writes rows, each key once: what is not there is inserted; what is there otherwise is replaced where it was received
 * earlier, and else left as it is and returned as a conflict. `strict` leaves everything that differs as it is.
 */
export async function pushSeries(
  central: Queryable,
  table: SeriesTable,
  { count, columns }: { readonly count: number; readonly columns: SeriesColumns },
  strict: boolean,
): Promise<PushCounts & { readonly found: readonly NewConflict[] }> {
  const { rowCount: inserted } = await central.query(
    `insert into public.${table.name} (${names(table)}) select * from ${input(table)}
     on conflict (device_mac_addr, time) do nothing`,
    columns,
  );
  if (inserted === count) return { inserted, replaced: 0, unchanged: 0, conflicts: 0, found: [] };
  const replaced = strict ? 0 : await replaceOlder(central, table, columns);
  const { rows } = await central.query<{ key: string; time: string; ours: object; theirs: object }>(
    `select o.device_mac_addr || ' ' || o.time as key, o.time::text as time, ${rowObject(table, 'o')} as ours,
       ${rowObject(table, 's')} as theirs
     from ${input(table)} join public.${table.name} s on s.device_mac_addr = o.device_mac_addr and s.time = o.time
     where ${differs(table, 'o', 's')}`,
    columns,
  );
  const found = rows.map(({ key, time, ours, theirs }) => ({
    relation: table.name,
    key,
    time,
    ours: { ...ours },
    theirs: { ...theirs },
  }));
  return {
    inserted,
    replaced,
    unchanged: count - inserted - replaced - found.length,
    conflicts: found.length,
    found,
  };
}

async function replaceOlder(central: Queryable, table: SeriesTable, columns: SeriesColumns): Promise<number> {
  const changed = [...table.values, 'reception_time'];
  const { rowCount } = await central.query(
    `update public.${table.name} s set ${changed.map((name) => `${name} = o.${name}`).join(', ')}
     from ${input(table)} where s.device_mac_addr = o.device_mac_addr and s.time = o.time
       and ${differs(table, 's', 'o')} and (s.reception_time is null or s.reception_time < o.reception_time)`,
    columns,
  );
  return rowCount;
}

/** What `pushSeries` would do; changes nothing. */
export async function compareSeries(
  central: Queryable,
  table: SeriesTable,
  columns: SeriesColumns,
  strict: boolean,
): Promise<PushCounts> {
  const older = strict ? 'false' : '(s.reception_time is null or s.reception_time < o.reception_time)';
  const { rows } = await central.query<PushCounts & Record<string, unknown>>(
    `select count(*) filter (where s.time is null) as inserted,
       count(*) filter (where s.time is not null and not ${differs(table, 'o', 's')}) as unchanged,
       count(*) filter (where s.time is not null and ${differs(table, 'o', 's')} and ${older}) as replaced,
       count(*) filter (where s.time is not null and ${differs(table, 'o', 's')} and not ${older}) as conflicts
     from ${input(table)} left join public.${table.name} s on s.device_mac_addr = o.device_mac_addr and s.time = o.time`,
    columns,
  );
  const [counts] = rows;
  return counts ?? { inserted: 0, replaced: 0, unchanged: 0, conflicts: 0 };
}

/** Writes a row over one that is as it was seen. @returns whether it was */
export async function replaceSeenRow(
  central: Queryable,
  table: SeriesTable,
  ours: Readonly<Record<string, unknown>>,
  theirs: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const changed = [...table.values, 'reception_time'];
  const { rowCount } = await central.query(
    `update public.${table.name} s set ${changed.map((name) => `${name} = o.${name}`).join(', ')}
     from jsonb_to_recordset($1::jsonb) as o(${table.columns.map(({ name, type }) => `${name} ${type}`).join(', ')})
     where s.device_mac_addr = o.device_mac_addr and s.time = o.time and ${rowObject(table, 's')} = $2::jsonb`,
    [JSON.stringify([ours]), JSON.stringify(theirs)],
  );
  return rowCount > 0;
}

/** Daily partitions of a central database of ours; where there is nothing to call or no need, nothing happens. */
export async function ensureCentralDays(central: Queryable, days: readonly string[]): Promise<void> {
  await central.query('select field.ensure_partitions($1::date[])', [days]);
}
