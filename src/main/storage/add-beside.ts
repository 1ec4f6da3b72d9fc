import { AppError } from '../../shared/domain/app-error.ts';
import type { Database, Queryable } from './database.ts';
import { databaseKind } from './database-kind.ts';
import { otherLayout, refuseOtherLayout } from './existing-tables.ts';
import { keepingRights } from './kept-rights.ts';
import { readMigrations } from './migration-files.ts';
import {
  compareMigrations,
  makeBook,
  readApplied,
  runMigration,
  underMigrationLock,
  type MigrationOptions,
} from './migrations.ts';
import { addRollups } from './rollups.ts';
import { addViews } from './views.ts';

/** So long others may wait that want to write, and this for those who write. */
const lockLimit = '30s';
const takenOver = ['sites', 'devices', 'sensor_data'] as const;
const uniqueIndex = 'sensor_data_device_mac_addr_time_key';

/**
 * Adds what this application needs to a database that the published project made and goes on maintaining, all of it or
 * nothing: schema `field`, of the published relations those that are missing, two indexes, and on the Apache edition of
 * TimescaleDB the triggers that notice late readings. Rows, columns, rights, roles, passwords, settings and views that
 * are there stay as they are; nothing is compressed, and nothing is ever dropped. Safe to call again.
 *
 * @returns the names of the migrations that ran
 * @throws AppError `schema.other-layout` for what is not as published, `schema.migration-failed`,
 * `schema.edited-migration`, `schema.newer-than-application`, or a `database.*` code
 */
export async function addBeside(
  owner: Database,
  options: Pick<MigrationOptions, 'folder' | 'appVersion' | 'log'>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  return underMigrationLock(owner, signal, async (connection) => {
    await connection.query('begin');
    try {
      const applied = await keepingRights(connection, () => add(connection, options, signal));
      await connection.query('commit');
      for (const name of applied) options.log.info(`schema: ${name} added beside the published tables`);
      return applied;
    } catch (error) {
      await connection.query('rollback').catch(() => undefined);
      throw error;
    }
  });
}

/** What `addBeside` would run; empty where everything is there. */
export async function missingBeside(
  owner: Queryable,
  options: Pick<MigrationOptions, 'folder' | 'appVersion'>,
): Promise<readonly string[]> {
  const applied = await readApplied(owner);
  const migrations = await readMigrations(options.folder, applied[0]?.variant ?? 'timescale');
  compareMigrations(applied, migrations, options.appVersion);
  return migrations
    .filter(({ number }) => !applied.some((row) => row.number === number))
    .map(({ name }) => name);
}

async function add(
  connection: Queryable,
  { folder, appVersion }: Pick<MigrationOptions, 'folder' | 'appVersion'>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const applied = await readApplied(connection);
  if (applied.length === 0) await refuseUnpublished(connection);
  const migrations = await readMigrations(folder, applied[0]?.variant ?? 'timescale');
  compareMigrations(applied, migrations, appVersion);
  const pending = migrations.filter(({ number }) => !applied.some((row) => row.number === number));
  if (pending.length > 0) {
    await holdTables(connection);
    const compiles = await compilation(connection);
    const unique = await uniqueThere(connection);
    if (applied.length === 0) await makeBook(connection);
    for (const migration of pending) {
      signal?.throwIfAborted();
      await runMigration(connection, migration, 'timescale', appVersion, true);
    }
    // One under another name does the same.
    if (unique) await connection.query(`drop index if exists public.${uniqueIndex}`);
    await setCompilation(connection, compiles);
  }
  await addViews(connection, folder);
  await addRollups(connection, folder);
  return pending.map(({ name }) => name);
}

/** @throws AppError `schema.other-layout` */
async function refuseUnpublished(connection: Queryable): Promise<void> {
  if ((await databaseKind(connection)) === 'postgresql') throw otherLayout('sensor_data', 'no hypertable');
  for (const table of takenOver) {
    const { rows } = await connection.query<{ there: boolean; hypertable: boolean }>(
      `select to_regclass('public.' || $1) is not null as there, exists (
         select from timescaledb_information.hypertables
         where hypertable_schema = 'public' and hypertable_name = $1) as hypertable`,
      [table],
    );
    if (rows[0]?.there !== true) throw otherLayout(table, 'not there');
    if (table === 'sensor_data' && !rows[0].hypertable) throw otherLayout(table, 'no hypertable');
  }
  await refuseOtherLayout(connection, 'timescale');
}

/** From the beginning, in one order: a writer in between could make both wait for each other. */
async function holdTables(connection: Queryable): Promise<void> {
  await connection.query(`set local lock_timeout = '${lockLimit}'`);
  const tables = takenOver.map((table) => `public.${table}`).join(', ');
  try {
    await connection.query(`lock table ${tables} in share row exclusive mode`);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'schema.migration-failed',
      `The published tables are in use: ${detail}`,
      { migration: 'lock', detail },
      error,
    );
  }
}

/** Whether a unique key of that table over device and time is there under whatever name. */
async function uniqueThere(connection: Queryable): Promise<boolean> {
  const { rows } = await connection.query<{ there: boolean }>(
    `select exists (
       select from pg_index i where i.indrelid = 'public.sensor_data'::regclass and i.indisunique and i.indpred is null
         and i.indexrelid <> coalesce(to_regclass('public.${uniqueIndex}'), 0)
         and (select array_agg(a.attname::text order by a.attname) from pg_attribute a
              where a.attrelid = i.indrelid and a.attnum = any(i.indkey)) = array['device_mac_addr', 'time']) as there`,
  );
  const { rows: ours } = await connection.query<{ there: boolean }>(
    `select to_regclass('public.${uniqueIndex}') is not null as there`,
  );
  return rows[0]?.there === true && ours[0]?.there !== true;
}

/** A setting of the whole database that a migration changes, which this application sets on its connections as well. */
async function compilation(connection: Queryable): Promise<string | null> {
  const { rows } = await connection.query<{ setting: string }>(
    `select substring(setting from 5) as setting
     from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase, unnest(s.setconfig) as setting
     where d.datname = current_database() and s.setrole = 0 and setting like 'jit=%'`,
  );
  return rows[0]?.setting ?? null;
}

async function setCompilation(connection: Queryable, setting: string | null): Promise<void> {
  const { rows } = await connection.query<{ statement: string }>(
    `select format('alter database %I', current_database()) || case when $1::text is null then ' reset jit' else format(' set jit = %L', $1::text) end
       as statement`,
    [setting],
  );
  await connection.query(rows[0]?.statement ?? '');
}
