import pg from 'pg';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Log } from '../foundation/log.ts';
import { pause } from '../foundation/watch-state.ts';
import type { Database, Queryable } from './database.ts';
import { enableTimescale } from './database-kind.ts';
import { refuseHalfInitialised, refuseOtherLayout } from './existing-tables.ts';
import { keepCompressed } from './compression.ts';
import { readMigrations, type Migration, type SchemaVariant } from './migration-files.ts';
import { applyRoles, applyViews } from './views.ts';

/** A migration as a database remembers it. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly variant: SchemaVariant;
  readonly sha256: string;
  readonly applied_at: number;
  readonly app_version: string;
}

export interface MigrationOptions {
  /** The folder `sql/`. */
  readonly folder: string;
  readonly appVersion: string;
  readonly log: Log;
  /** Complete a database that the published script left half-initialised, keeping every row. */
  readonly repair?: boolean;
  /** Say what would run and change nothing. */
  readonly dryRun?: boolean;
  /** Stop after the migration of this number; views and rights, which fit the newest schema only, are then not made. */
  readonly upTo?: number;
}

export interface MigrationReport {
  readonly variant: SchemaVariant;
  /** `0003_field_tables`, ... in the order in which they ran (or would run). */
  readonly applied: readonly string[];
  readonly alreadyApplied: number;
}

export interface SchemaStatus {
  readonly variant: SchemaVariant | null;
  readonly applied: readonly {
    readonly name: string;
    readonly appliedMs: number;
    readonly appVersion: string;
  }[];
  readonly pending: readonly string[];
}

/** Any number; the same for every process that migrates a DataYoti database. */
const advisoryLock = 7_461_225;
const lockRetryMs = 200;

/**
 * Brings the schema up to date. Safe to run twice and by two processes at once: an advisory lock lets one go
 * first, and the other finds nothing to do.
 *
 * @throws AppError `schema.edited-migration`, `schema.newer-than-application`, `schema.half-initialised`,
 * `schema.other-layout`, `schema.migration-failed`, or a `database.*` code
 */
export async function migrate(
  owner: Database,
  options: MigrationOptions,
  signal?: AbortSignal,
): Promise<MigrationReport> {
  return underMigrationLock(owner, signal, (connection) => migrateLocked(connection, options, signal));
}

/** One process at a time, and no limit on how long a statement may take. */
export async function underMigrationLock<T>(
  owner: Database,
  signal: AbortSignal | undefined,
  work: (connection: Queryable) => Promise<T>,
): Promise<T> {
  return owner.connection(
    async (connection) => {
      await takeLock(connection, signal);
      try {
        // Moving a year of rows may take longer than any other statement may.
        await connection.query('set statement_timeout = 0');
        return await work(connection);
      } finally {
        await connection.query('reset statement_timeout').catch(() => undefined);
        await connection.query('select pg_advisory_unlock($1)', [advisoryLock]).catch(() => undefined);
      }
    },
    { unlimited: true },
  );
}

/** Asks again and again instead of waiting in the server, so that a person can give up. */
async function takeLock(connection: Queryable, signal?: AbortSignal): Promise<void> {
  const never = new AbortController().signal;
  for (;;) {
    const { rows } = await connection.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      advisoryLock,
    ]);
    if (rows[0]?.taken === true) return;
    await pause(lockRetryMs, signal ?? never);
    signal?.throwIfAborted();
  }
}

/** What has run and what is waiting, without changing anything. */
export async function schemaStatus(owner: Database, folder: string): Promise<SchemaStatus> {
  const applied = await readApplied(owner);
  const variant = applied[0]?.variant ?? null;
  const migrations = await readMigrations(folder, variant ?? 'plain');
  const names = new Set(applied.map((row) => row.number));
  return {
    variant,
    applied: applied.map((row) => ({
      name: row.name,
      appliedMs: row.applied_at,
      appVersion: row.app_version,
    })),
    pending: migrations
      .filter((migration) => !names.has(migration.number))
      .map((migration) => migration.name),
  };
}

const undefinedObject = new Set(['42P01', '3F000']);
const insufficientPrivilege = '42501';

/**
 * Passes where the schema is exactly this application's. For a role that may only read it, too.
 *
 * @throws AppError `schema.not-migrated`, `schema.newer-than-application`, `schema.edited-migration`, or a
 * `database.*` code
 */
export async function requireSchema(
  connection: Queryable,
  folder: string,
  appVersion: string,
): Promise<void> {
  const applied = await readApplied(connection).catch((error: unknown) => {
    const state = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
    // A schema that this role may not even see is one that was not made, or not by this version.
    if (undefinedObject.has(state) || state === insufficientPrivilege) return [];
    throw error;
  });
  const migrations = await readMigrations(folder, applied[0]?.variant ?? 'plain');
  compareMigrations(applied, migrations, appVersion);
  const pending = migrations.filter((migration) => !applied.some((row) => row.number === migration.number));
  if (pending.length === 0) return;
  const names = pending.map((migration) => migration.name).join(', ');
  throw new AppError(
    'schema.not-migrated',
    `The schema of the database is not up to date (missing: ${names}): run datayoti db migrate as its owner first.`,
    { pending: names },
  );
}

async function migrateLocked(
  connection: Queryable,
  options: MigrationOptions,
  signal?: AbortSignal,
): Promise<MigrationReport> {
  const applied = await readApplied(connection);
  if (applied.length === 0 && options.repair !== true) await refuseHalfInitialised(connection);
  const variant =
    applied[0]?.variant ??
    ((await enableTimescale(connection, options.dryRun === true)) ? 'timescale' : 'plain');
  if (applied.length === 0) await refuseOtherLayout(connection, variant);
  const migrations = await readMigrations(options.folder, variant);
  compareMigrations(applied, migrations, options.appVersion);
  const { upTo = Number.POSITIVE_INFINITY } = options;
  const pending = migrations.filter(
    ({ number }) => number <= upTo && !applied.some((row) => row.number === number),
  );
  if (options.dryRun !== true) {
    if (applied.length === 0) {
      await setTimeZone(connection);
      await makeBook(connection);
    }
    for (const migration of pending) {
      signal?.throwIfAborted();
      await runMigration(connection, migration, variant, options.appVersion);
      options.log.info(`schema: ${migration.name} applied`);
    }
    if (options.upTo === undefined) {
      await applyViews(connection, options.folder);
      await applyRoles(connection, options.folder);
      await keepCompressed(connection);
    }
  }
  return { variant, applied: pending.map((migration) => migration.name), alreadyApplied: applied.length };
}

async function setTimeZone(connection: Queryable): Promise<void> {
  const { rows } = await connection.query<{ name: string }>('select quote_ident(current_database()) as name');
  const name = rows[0]?.name;
  if (name !== undefined) await connection.query(`alter database ${name} set timezone to 'UTC'`);
}

/** Schema `field`, and in it the book of what has run. */
export async function makeBook(connection: Queryable): Promise<void> {
  await connection.query('create schema if not exists field');
  await connection.query(`create table if not exists field.schema_migrations (
    number integer primary key, name text not null, variant text not null, sha256 text not null,
    applied_at timestamptz not null default now(), app_version text not null)`);
}

/**
 * Runs one and writes it into the book.
 *
 * @param inside a transaction that the caller ends
 * @throws AppError `schema.migration-failed`
 */
export async function runMigration(
  connection: Queryable,
  migration: Migration,
  variant: SchemaVariant,
  appVersion: string,
  inside = false,
): Promise<void> {
  const alone = inside || migration.text.startsWith('-- no-transaction');
  try {
    if (!alone) await connection.query('begin');
    await connection.query(migration.text);
    await connection.query(
      'insert into field.schema_migrations (number, name, variant, sha256, app_version) values ($1, $2, $3, $4, $5)',
      [migration.number, migration.name, variant, migration.sha256, appVersion],
    );
    if (!alone) await connection.query('commit');
  } catch (error) {
    if (!alone) await connection.query('rollback').catch(() => undefined);
    const detail = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'schema.migration-failed',
      `The schema change ${migration.name} failed: ${detail}`,
      { migration: migration.name, detail },
      error,
    );
  }
}

/** @throws AppError `schema.newer-than-application`, `schema.edited-migration` */
export function compareMigrations(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
  appVersion: string,
): void {
  const last = migrations.at(-1)?.number ?? 0;
  for (const row of applied) {
    if (row.number > last) {
      throw new AppError(
        'schema.newer-than-application',
        `The database was made by version ${row.app_version}, which is newer than this application (${appVersion}).`,
        { found: row.app_version, application: appVersion, migration: row.name },
      );
    }
    const migration = migrations.find((candidate) => candidate.number === row.number);
    if (migration === undefined || migration.sha256 !== row.sha256) {
      throw new AppError(
        'schema.edited-migration',
        `The schema file ${row.name} was changed or removed after it ran here.`,
        { migration: row.name },
      );
    }
  }
}

/** What has run, in order; nothing where the schema was never made. */
export async function readApplied(connection: Queryable): Promise<readonly AppliedMigration[]> {
  const exists = await connection.query<{ found: string | null }>(
    `select to_regclass('field.schema_migrations')::text as found`,
  );
  if (typeof exists.rows[0]?.found !== 'string') return [];
  const { rows } = await connection.query<AppliedMigration>(
    'select number, name, variant, sha256, applied_at, app_version from field.schema_migrations order by number',
  );
  return rows;
}
