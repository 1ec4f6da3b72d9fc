import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Queryable } from './database.ts';
import { addAggregates, makeAggregates } from './rollup-aggregates.ts';
import { foundAsPublished, makeRoom } from './rollup-relations.ts';

/**
 * Who keeps the buckets: the database itself (`continuous`: hypertables under TimescaleDB's community licence), or
 * triggers and a refresher of ours (`maintained`).
 */
export type RollupKind = 'maintained' | 'continuous';

/** Tables of field that say how far the buckets are; they have rows in an empty database too. */
export const rollupBookkeeping: readonly string[] = ['rollup_state', 'stale_days'];

export const rollupTriggerNames: readonly string[] = [
  'note_late_inserts',
  'note_late_updates_before',
  'note_late_updates_after',
  'note_late_deletes',
  'forget_rollups',
];
/** All other kinds of trigger come in both forms; the update's is one where it goes row by row. */
const leastTriggers = rollupTriggerNames.length - 1;
const featureNotSupported = '0A000';

/** By the table and the licence: an extension that was added later did not change the table. */
const continuous = `select c.relkind = 'r' and current_setting('timescaledb.license', true) = 'timescale'
  from pg_class c where c.oid = 'public.sensor_data'::regclass`;

export async function rollupKind(connection: Queryable): Promise<RollupKind> {
  const { rows } = await connection.query<{ continuous: boolean }>(`select (${continuous}) as continuous`);
  return rows[0]?.continuous === true ? 'continuous' : 'maintained';
}

/** The same, and up to when the tables that the application keeps are filled; `null` where they are not yet. */
export async function rollupState(
  connection: Queryable,
): Promise<{ readonly kind: RollupKind; readonly watermarkMs: number | null }> {
  const { rows } = await connection.query<{ continuous: boolean; ms: number | null }>(
    `select (${continuous}) as continuous, (select nullif(watermark, '-infinity') from field.rollup_state) as ms`,
  );
  return {
    kind: rows[0]?.continuous === true ? 'continuous' : 'maintained',
    watermarkMs: rows[0]?.ms ?? null,
  };
}

/**
 * Makes the three relations fit the kind of database: at every start, for a licence or an extension may have come
 * or gone since. Where the kind changed, or rows may have been written unseen, all buckets are computed anew.
 *
 * @throws AppError `schema.other-layout` where a table of somebody else has one of the names
 */
export async function applyRollups(connection: Queryable, sqlFolder: string): Promise<void> {
  const folder = join(sqlFolder, 'rollups');
  if ((await rollupKind(connection)) === 'continuous') {
    await dropTriggers(connection);
    await makeAggregates(connection, join(folder, 'continuous'));
    return;
  }
  await makeTriggers(connection, join(folder, 'maintained'));
  await makeRoom(connection, 'v');
  await connection.query(await readFile(join(folder, 'maintained', 'views.sql'), 'utf8'));
}

/**
 * The same beside relations that somebody else made and keeps: only what is missing is made.
 *
 * @throws AppError `schema.other-layout` where what is there is not as published
 */
export async function addRollups(connection: Queryable, sqlFolder: string): Promise<void> {
  const folder = join(sqlFolder, 'rollups');
  if ((await rollupKind(connection)) === 'continuous') {
    await addAggregates(connection, join(folder, 'continuous'));
    return;
  }
  const there = await foundAsPublished(connection, ['v', 'm']);
  await makeTriggers(connection, join(folder, 'maintained'), true);
  const statements = (await readFile(join(folder, 'maintained', 'views.sql'), 'utf8')).split(
    /^(?=create or replace view )/m,
  );
  for (const statement of statements) {
    const [, name] = /^create or replace view public\.(\w+)/.exec(statement) ?? [];
    if (name !== undefined && !there.has(name)) await connection.query(statement);
  }
}

/** Everything that still has readings is computed anew by the next refresh. */
export async function resetRollups(connection: Queryable): Promise<void> {
  await connection.query('select field.reset_rollups()');
}

/** Until the end of the transaction no refresher does anything; waits for the step that one is at. */
export async function holdRollups(connection: Queryable): Promise<void> {
  await connection.query(`select pg_advisory_xact_lock(hashtext('datayoti.rollups'))`);
}

/** Without them late rows go unseen; `applyRollups` makes them again and has all computed anew. */
export async function dropTriggers(connection: Queryable): Promise<void> {
  for (const name of await triggersThere(connection))
    await connection.query(`drop trigger if exists ${name} on public.sensor_data`);
}

async function triggersThere(connection: Queryable): Promise<readonly string[]> {
  const { rows } = await connection.query<{ name: string }>(
    `select tgname as name from pg_trigger
     where tgrelid = 'public.sensor_data'::regclass and tgname = any($1) and tgenabled <> 'D' order by 1`,
    [rollupTriggerNames],
  );
  return rows.map(({ name }) => name);
}

/** @param inside a transaction that the caller ends */
async function makeTriggers(connection: Queryable, folder: string, inside = false): Promise<void> {
  if ((await triggersThere(connection)).length >= leastTriggers) return;
  const make = async (): Promise<void> => {
    await connection.query('lock table only public.sensor_data in share row exclusive mode');
    for (const name of rollupTriggerNames)
      await connection.query(`drop trigger if exists ${name} on public.sensor_data`);
    await connection.query('savepoint by_statement');
    try {
      await connection.query(await readFile(join(folder, 'triggers.sql'), 'utf8'));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== featureNotSupported) throw error;
      await connection.query('rollback to savepoint by_statement');
      await connection.query(await readFile(join(folder, 'triggers-by-row.sql'), 'utf8'));
    }
    await resetRollups(connection);
  };
  await (inside ? make() : inTransaction(connection, make));
}

async function inTransaction(connection: Queryable, work: () => Promise<void>): Promise<void> {
  await connection.query('begin');
  try {
    await work();
    await connection.query('commit');
  } catch (error) {
    await connection.query('rollback').catch(() => undefined);
    throw error;
  }
}
