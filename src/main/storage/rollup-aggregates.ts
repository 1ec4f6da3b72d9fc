import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Queryable } from './database.ts';
import type { RefreshOutcome, RollupProgress } from './rollup-refresh.ts';
import { foundAsPublished, makeRoom, rollupNames } from './rollup-relations.ts';

const lockNotAvailable = '55P03';
const dayMs = 86_400_000;
/** In one call: each is a transaction of its own, which ends within a statement's time. */
const daysAtOnce = 10;
const bucketMs = {
  sensor_data_semi_hourly: dayMs / 48,
  sensor_data_hourly: dayMs / 24,
  sensor_data_daily: dayMs,
} as const;

/**
 * Continuous aggregates with the published policy: every five minutes over the last seven days. What is older when
 * it comes, and all of it after the making, is for `refreshAggregates`.
 */
export async function makeAggregates(connection: Queryable, folder: string): Promise<void> {
  await makeMissing(connection, folder, await makeRoom(connection, 'c'), rollupNames);
}

/**
 * Those that are missing; what is there keeps its policy, or goes without one.
 *
 * @throws AppError `schema.other-layout` for what has one of the names and is no such aggregate
 */
export async function addAggregates(connection: Queryable, folder: string): Promise<void> {
  const there = await foundAsPublished(connection, ['c']);
  await makeMissing(
    connection,
    folder,
    there,
    rollupNames.filter((name) => !there.has(name)),
  );
}

/** @param scheduled which of them get the published policy, where they have none */
async function makeMissing(
  connection: Queryable,
  folder: string,
  there: ReadonlySet<string>,
  scheduled: readonly string[],
): Promise<void> {
  for (const name of scheduled) {
    if (!there.has(name)) await connection.query(await readFile(join(folder, `${name}.sql`), 'utf8'));
    await connection.query(
      `select add_continuous_aggregate_policy($1::regclass, start_offset => interval '7 days',
         end_offset => interval '0', schedule_interval => interval '5 minutes', if_not_exists => true)`,
      [`public.${name}`],
    );
  }
}

/**
 * From the oldest day whose readings were never dropped (a refresh of a dropped one would empty its buckets) to the
 * last full bucket; only what changed since the last time costs. The bucket that is not full yet is left out, for
 * what is stored is shown as it was then.
 */
export async function refreshAggregates(
  database: Queryable,
  signal: AbortSignal,
  tell: (progress: RollupProgress) => void,
): Promise<RefreshOutcome> {
  const { rows } = await database.query<{ open: number | null; first: number | null; now: number }>(
    `select (select max(day + 1)::timestamp at time zone 'UTC' from field.closed_days) as open,
       (select min(range_start) from timescaledb_information.chunks
        where hypertable_schema = 'public' and hypertable_name = 'sensor_data') as first, now() as now`,
  );
  const { open = null, first = null, now = 0 } = rows[0] ?? {};
  const start = floor(Math.max(first ?? now, open ?? 0), dayMs);
  // Before all readings there is nothing, except where they were taken away at once.
  for (const name of rollupNames)
    if ((open === null || open < start) && !(await refresh(database, name, open, start))) return 'elsewhere';
  for (let from = start; from < now; from += daysAtOnce * dayMs) {
    for (const name of rollupNames) {
      if (signal.aborted) return 'stopped';
      const to = Math.min(from + daysAtOnce * dayMs, floor(now, bucketMs[name]));
      if (to <= from) continue;
      if (!(await refresh(database, name, from, to))) return 'elsewhere';
    }
    const reached = Math.min(from + daysAtOnce * dayMs, now);
    tell({ watermarkMs: reached, daysLeft: Math.floor((now - reached) / dayMs), staleDays: 0 });
  }
  return 'current';
}

/** `false` where somebody else, as the policy, refreshes it at this moment. */
async function refresh(database: Queryable, name: string, from: number | null, to: number): Promise<boolean> {
  try {
    // No parameters: it must stand alone, outside of any transaction.
    await database.query(
      `call refresh_continuous_aggregate('public.${name}', ${literal(from)}, ${literal(to)})`,
    );
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === lockNotAvailable) return false;
    throw error;
  }
}

const floor = (timeMs: number, widthMs: number): number => Math.floor(timeMs / widthMs) * widthMs;
const literal = (timeMs: number | null): string =>
  timeMs === null ? 'null' : `timestamptz '${new Date(timeMs).toISOString()}'`;
