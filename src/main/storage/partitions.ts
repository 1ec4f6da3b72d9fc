import type { Database, Queryable } from './database.ts';

const dayMs = 86_400_000;
const daysAhead = 7;
/** So many days are made, and written to, in one transaction: more would outgrow its time and the lock table. */
export const daysPerTransaction = 50;

/** UTC day of a moment as `YYYY-MM-DD`. */
export function utcDay(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** Whole UTC days since 1970-01-01. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / dayMs);
}

/**
 * How many of the first items one transaction may take: all, or those before one day too many. Each day may need
 * two new partitions, and all those of one transaction must be made within a statement's time and fit the table of
 * locks.
 */
export function fittingDays<T>(items: readonly T[], timeOf: (item: T) => number | undefined, most: number) {
  const days = new Set<number>();
  let last = Number.NaN;
  for (const [i, item] of items.entries()) {
    const time = timeOf(item);
    if (time === undefined) continue;
    const day = dayOf(time);
    if (day === last) continue;
    last = day;
    days.add(day);
    if (days.size > most) return i;
  }
  return items.length;
}

/**
 * Makes the daily partitions of these UTC days where the tables are partitioned; for the ingestor too. Each table is
 * locked against readers for a moment, so it is a matter of its own: inside a transaction both would stay locked, and
 * a reader of both in the other order would be in a deadlock with it.
 */
export async function ensurePartitions(database: Database, days: readonly string[]): Promise<void> {
  for (const some of portions(days)) {
    for (const table of ['sensor_data', 'device_heartbeats'])
      await database.query('select field.ensure_partitions($1, $2::date[])', [table, some]);
  }
}

/** The same as the schema of every version can, for one that is being filled and that nobody reads. */
export async function ensurePartitionsUnread(connection: Queryable, days: readonly string[]): Promise<void> {
  for (const some of portions(days))
    await connection.query('select field.ensure_partitions($1::date[])', [some]);
}

function portions(days: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(days.length / daysPerTransaction) }, (_, i) =>
    days.slice(i * daysPerTransaction, (i + 1) * daysPerTransaction),
  );
}

/**
 * Days since 1970-01-01 that have a partition or chunk in either table of readings. Asked of the tables and not of
 * the server: an extension that was added later did not change them.
 */
export async function existingDays(connection: Queryable): Promise<readonly number[]> {
  const { rows } = await connection.query<{ day: number }>(
    `select distinct to_date(right(c.relname, 8), 'YYYYMMDD') - date '1970-01-01' as day
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent in ('public.sensor_data'::regclass, 'public.device_heartbeats'::regclass)
       and c.relname ~ '^(sensor_data|device_heartbeats)_[0-9]{8}$'`,
  );
  const { rows: extension } = await connection.query(
    `select from pg_extension where extname = 'timescaledb'`,
  );
  if (rows.length > 0 || extension.length === 0) return rows.map((row) => row.day);
  const { rows: chunks } = await connection.query<{ day: number }>(
    `select distinct range_start::date - date '1970-01-01' as day from timescaledb_information.chunks
     where hypertable_schema = 'public' and hypertable_name in ('sensor_data', 'device_heartbeats')`,
  );
  return chunks.map((row) => row.day);
}

/** Yesterday to a week ahead: a laptop whose application stays open over a weekend finds them made. */
export async function createPartitionsAhead(owner: Database, nowMs: number): Promise<void> {
  const days = Array.from({ length: daysAhead + 2 }, (_, i) => utcDay(nowMs + (i - 1) * dayMs));
  await ensurePartitions(owner, days);
}
