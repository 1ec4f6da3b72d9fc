import type { Queryable } from './database.ts';
import { refreshAggregates } from './rollup-aggregates.ts';
import { rollupKind } from './rollups.ts';

/** How far the buckets are; times in epoch milliseconds. */
export interface RollupProgress {
  /** Buckets that end at or before it are stored; null before the first. */
  readonly watermarkMs: number | null;
  /** Whole days between the watermark and where it is going to. */
  readonly daysLeft: number;
  /** Days of devices that are to be computed anew. */
  readonly staleDays: number;
}

/**
 * How a refresh ended: everything is stored, or another process is at it (or the signal came), or writers are in the
 * way at this moment.
 */
export type RefreshOutcome = 'current' | 'elsewhere' | 'stopped';

/** Device-days in one transaction: a late writer of one of them waits so long. */
const devicesAtOnce = 100;
const dayMs = 86_400_000;

/**
 * Brings all buckets up to date in short transactions, each of which leaves everything right: it may be stopped
 * between any two, and run by several processes at once. For the role that ingests too.
 *
 * @param tell how far it is, after each step
 * @throws `database.*` codes, or a `pg.DatabaseError`
 */
export async function refreshRollups(
  database: Queryable,
  signal: AbortSignal,
  tell: (progress: RollupProgress) => void = () => undefined,
): Promise<RefreshOutcome> {
  if ((await rollupKind(database)) === 'continuous') return refreshAggregates(database, signal, tell);
  for (let more = await ask(database, 'announce_rollups()'); more !== false;) {
    if (more === null) return 'elsewhere';
    if (signal.aborted) return 'stopped';
    more = await ask(database, 'advance_rollups()');
    tell(await rollupProgress(database));
  }
  // Those that come while this runs are for the next time: a writer who is always late would hold it for ever.
  let { staleDays: left } = await rollupProgress(database);
  while (left > 0) {
    if (signal.aborted) return 'stopped';
    const done = await ask(database, `refresh_stale_days(${devicesAtOnce})`);
    if (done === null) return 'elsewhere';
    if (done === 0) break;
    left -= Number(done);
    tell(await rollupProgress(database));
  }
  return 'current';
}

async function ask(database: Queryable, call: string): Promise<boolean | number | null> {
  const { rows } = await database.query<{ answer: boolean | number | null }>(
    `select field.${call} as answer`,
  );
  return rows[0]?.answer ?? null;
}

/** Of the maintained kind; for the role that ingests too. */
export async function rollupProgress(database: Queryable): Promise<RollupProgress> {
  const { rows } = await database.query<{ watermark: number | null; left: number; stale: number }>(
    `select extract(epoch from nullif(watermark, '-infinity'))::float8 * 1000 as watermark,
       case when watermark = '-infinity' then 0
         else extract(epoch from announced - watermark)::float8 * 1000 end as left,
       (select count(*) from field.stale_days) as stale
     from field.rollup_state`,
  );
  const { watermark = null, left = 0, stale = 0 } = rows[0] ?? {};
  return { watermarkMs: watermark, daysLeft: Math.ceil(left / dayMs), staleDays: stale };
}
