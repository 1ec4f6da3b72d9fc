import { AppError } from '../../../shared/domain/app-error.ts';
import type { Log } from '../../foundation/log.ts';
import {
  daysPerTransaction,
  dropSchema,
  ensurePartitionsUnread,
  existingDays,
  migrate,
  readApplied,
  rollupBookkeeping,
  utcDay,
  type Database,
  type Queryable,
} from '../../storage/index.ts';
import { qualified, type BackupManifest } from './backup-manifest.ts';
import { storedRelations, type StoredRelation } from './backup-relations.ts';
import type { SchemaOfBackup } from './backup-schema.ts';

/** Beyond that it does not matter how many there are. */
const mostCounted = 100_000;
const dayMs = 86_400_000;

export interface FoundRows {
  readonly name: string;
  /** Exact below `mostCounted`. */
  readonly rows: number;
}

/** Rows of ours, or of tables that the backup would fill; none where there is no schema yet. */
export async function rowsFound(
  connection: Queryable,
  manifest: Pick<BackupManifest, 'relations'> | undefined,
): Promise<readonly FoundRows[]> {
  const names = new Set(manifest?.relations.map(qualified));
  const found: FoundRows[] = [];
  for (const relation of await storedRelations(connection)) {
    const name = qualified(relation);
    // Kept by the database itself, also while it is empty.
    if (relation.schema === 'field' && rollupBookkeeping.includes(relation.name)) continue;
    if (relation.schema !== 'field' && manifest !== undefined && !names.has(name)) continue;
    const { rows } = await connection.query<{ rows: number }>(
      `select count(*) as rows from (select from ${relation.sql} limit ${mostCounted}) as found`,
    );
    const count = rows[0]?.rows ?? 0;
    if (count > 0) found.push({ name, rows: count });
  }
  return found;
}

/** @throws AppError `backup.not-empty` */
export async function mustBeEmpty(connection: Queryable, manifest?: BackupManifest): Promise<void> {
  const found = await rowsFound(connection, manifest);
  if (found.length === 0) return;
  const text = found.map(({ name, rows }) => `${name} ${rows}`).join(', ');
  throw new AppError(
    'backup.not-empty',
    `The database is not empty (${text}): a backup is restored only into an empty one.`,
    { found: text },
  );
}

interface TargetParts {
  readonly database: Database;
  readonly sqlFolder: string;
  readonly appVersion: string;
  readonly log: Log;
}

/**
 * Gives the empty database the schema that the backup was made from. Where it has a newer one, which an empty
 * database can lose without a loss, it is taken away first. Returns what makes it as it was before.
 */
export async function takeSchema(
  { database, sqlFolder, appVersion, log }: TargetParts,
  schema: SchemaOfBackup,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const options = { folder: sqlFolder, appVersion, log };
  const applied = await readApplied(database);
  const newest = applied.at(-1)?.number;
  if (newest === schema.number) return () => Promise.resolve();
  const putBack = async (): Promise<void> => {
    await database.transaction(dropSchema);
    if (newest !== undefined) await migrate(database, options);
  };
  try {
    if (newest !== undefined && newest > schema.number) await database.transaction(dropSchema);
    await migrate(database, { ...options, upTo: schema.number }, signal);
  } catch (error) {
    await putBack();
    throw error;
  }
  return putBack;
}

/**
 * Makes partitions or chunks for these days ahead of the rows: all those of a year made in the one transaction
 * that stores the rows would need more locks than many a server has. Returns what takes them away again.
 *
 * @param database for the taking away: on the connection of the work a late cancel could hit it
 */
export async function makeDays(
  connection: Queryable,
  database: Database,
  relations: readonly StoredRelation[],
  manifest: BackupManifest,
): Promise<() => Promise<void>> {
  const before = new Set(await existingDays(connection));
  const isNew = (day: string): boolean => !before.has(Date.parse(day) / dayMs);
  const split = relations
    .filter(({ timeColumn }) => timeColumn !== null)
    .map((relation) => ({ relation, days: daysOf(manifest, relation).filter(isNew) }));
  // The function makes both tables' partitions of a day.
  const all = [...new Set(split.flatMap(({ days }) => days))].sort();
  const takeAway = async (): Promise<void> => {
    for (const { relation, days } of split)
      await dropDays(database, relation, relation.partitioned ? all : days);
  };
  try {
    if (split.some(({ relation }) => relation.partitioned)) await ensurePartitionsUnread(connection, all);
    for (const { relation, days } of split)
      if (!relation.partitioned) await makeChunks(connection, relation, days);
  } catch (error) {
    await takeAway();
    throw error;
  }
  return takeAway;
}

function daysOf({ relations }: BackupManifest, { schema, name }: StoredRelation): readonly string[] {
  const parts = relations.find((one) => one.schema === schema && one.name === name)?.parts ?? [];
  return parts.map(({ day }) => day).filter((day) => day !== null);
}

/** A chunk comes with its first row, and stays when that is gone. */
async function makeChunks(
  connection: Queryable,
  { sql, timeColumn }: StoredRelation,
  days: readonly string[],
): Promise<void> {
  const device = 'chunk';
  for (let from = 0; from < days.length; from += daysPerTransaction) {
    await connection.query('begin');
    try {
      await connection.query(
        `insert into ${sql} (${timeColumn ?? ''}, device_mac_addr)
         select (day || ' 00:00:00+00')::timestamptz, '${device}' from unnest($1::text[]) as day`,
        [days.slice(from, from + daysPerTransaction)],
      );
      await connection.query(`delete from ${sql} where device_mac_addr = '${device}'`);
      await connection.query('commit');
    } catch (error) {
      await connection.query('rollback').catch(() => undefined);
      throw error;
    }
  }
}

async function dropDays(
  connection: Queryable,
  { schema, name, sql, partitioned }: StoredRelation,
  days: readonly string[],
): Promise<void> {
  for (const day of days) {
    if (partitioned) {
      await connection.query(`drop table if exists ${schema}.${name}_${day.replaceAll('-', '')}`);
      continue;
    }
    await connection.query(
      `select drop_chunks($1::regclass, older_than => $3::timestamptz, newer_than => $2::timestamptz)`,
      [sql, `${day} 00:00:00+00`, `${utcDay(Date.parse(day) + dayMs)} 00:00:00+00`],
    );
  }
}
