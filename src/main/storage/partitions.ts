import type { Database, Queryable } from './database.ts';

const dayMs = 86_400_000;
const daysAhead = 7;
/** So many days are made, and written to, in one transaction: more would outgrow its time and the lock table. */
export const daysPerTransaction = 50;

export interface Retention {
  readonly sensorDataDays: number;
  readonly heartbeatDays: number;
}

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

/** Makes the daily partitions of these UTC days where the tables are partitioned; for the ingestor too. */
export async function ensurePartitions(connection: Queryable, days: readonly string[]): Promise<void> {
  for (let from = 0; from < days.length; from += daysPerTransaction) {
    await connection.query('select field.ensure_partitions($1::date[])', [
      days.slice(from, from + daysPerTransaction),
    ]);
  }
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

/**
 * Whole days older than the retention go, as long as nothing in them came in more recently: what was sent late,
 * replayed or restored is kept for its time too. Returns the names of the partitions or chunks that went.
 */
export async function dropExpired(
  owner: Database,
  nowMs: number,
  retention: Retention,
): Promise<readonly string[]> {
  const gone: string[] = [];
  for (const [table, days] of [
    ['sensor_data', retention.sensorDataDays],
    ['device_heartbeats', retention.heartbeatDays],
  ] as const) {
    const before = utcDay(nowMs - days * dayMs);
    gone.push(
      ...((await isPartitioned(owner, table))
        ? await dropPartitions(owner, table, before)
        : await dropChunks(owner, table, before)),
    );
  }
  return gone;
}

/** By the table, not by the server: an extension that was added later did not change the tables. */
async function isPartitioned(owner: Database, table: string): Promise<boolean> {
  const { rows } = await owner.query<{ kind: string }>(
    `select relkind as kind from pg_class where oid = ('public.' || $1)::regclass`,
    [table],
  );
  return rows[0]?.kind === 'p';
}

async function dropPartitions(owner: Database, table: string, before: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = ('public.' || $1)::regclass and c.relname ~ ('^' || $1 || '_[0-9]{8}$')
       and to_date(right(c.relname, 8), 'YYYYMMDD') < $2::date order by 1`,
    [table, before],
  );
  const gone: string[] = [];
  for (const { name } of rows) {
    if (await cameInSince(owner, `public.${name}`, before)) continue;
    const day = `${name.slice(-8, -4)}-${name.slice(-4, -2)}-${name.slice(-2)}`;
    await owner.transaction(async (connection) => {
      await closeDays(connection, table, day, day);
      await connection.query(`drop table public.${name}`);
    });
    gone.push(name);
  }
  return gone;
}

/** `drop_chunks` belongs to both editions; only its automatic policy does not. */
async function dropChunks(owner: Database, table: string, before: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ chunk: string; start: string; end: string }>(
    `select format('%I.%I', chunk_schema, chunk_name) as chunk, range_start::text as start, range_end::text as end
     from timescaledb_information.chunks
     where hypertable_schema = 'public' and hypertable_name = $1 and range_end <= $2::timestamptz order by range_start`,
    [table, `${before}T00:00:00Z`],
  );
  const gone: string[] = [];
  for (const { chunk, start, end } of rows) {
    if (await cameInSince(owner, chunk, before)) continue;
    await owner.transaction(async (connection) => {
      await closeDays(connection, table, start, end);
      await connection.query(
        `select drop_chunks(('public.' || $1)::regclass, older_than => $2::timestamptz, newer_than => $3::timestamptz)`,
        [table, end, start],
      );
    });
    gone.push(chunk);
  }
  return gone;
}

/**
 * What is left of days whose readings go, their buckets, does not change any more. From `start` to before `end`, one
 * day at least.
 */
async function closeDays(connection: Queryable, table: string, start: string, end: string): Promise<void> {
  if (table !== 'sensor_data') return;
  await connection.query(
    `select field.close_day(day::date) from generate_series(
       $1::timestamptz, greatest($1::timestamptz, $2::timestamptz - interval '1 day'), interval '1 day') as day`,
    [start, end],
  );
}

/** @param relation a partition or chunk, quoted where needed */
async function cameInSince(owner: Database, relation: string, day: string): Promise<boolean> {
  const { rows } = await owner.query(
    `select from ${relation} where reception_time >= $1::timestamptz limit 1`,
    [`${day}T00:00:00Z`],
  );
  return rows.length > 0;
}
