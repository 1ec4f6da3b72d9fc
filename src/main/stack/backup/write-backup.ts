import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { syncFolder } from '../../foundation/atomic-file.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Log } from '../../foundation/log.ts';
import {
  databaseKind,
  databaseSizeBytes,
  publishedTables,
  readApplied,
  serverVersion,
  type AppliedMigration,
  type Connection,
  type Database,
  type Migration,
  type Queryable,
} from '../../storage/index.ts';
import { auditChainIsIntact } from '../../storage/queries/commissioning-records.ts';
import { ArchiveWriter } from './archive-writer.ts';
import { partSuffix, removeIfAbandoned, writeFailure } from './backup-files.ts';
import {
  formatName,
  formatVersion,
  manifestName,
  qualified,
  totalRows,
  type BackupManifest,
  type BackupPart,
  type BackupRelation,
} from './backup-manifest.ts';
import { quoted, settleForms, storedRelations, type StoredRelation } from './backup-relations.ts';
import { cancelled, onOwnConnection, ProgressCount, throwIfCancelled, type Tell } from './backup-work.ts';
import { CsvMeter } from './csv-meter.ts';
import { readmeName, readmeText } from './readme-text.ts';
import { readBack } from './read-back.ts';

export interface BackupOrder {
  readonly database: Database;
  /** Where the backup goes; must not be there yet. */
  readonly file: string;
  readonly appVersion: string;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * For a database that the published project made, which this application never migrated and does not change: the
   * migrations by which its tables have the columns that they have here. Only those tables are written.
   */
  readonly publishedAs?: readonly Migration[];
}

export interface WrittenBackup {
  readonly file: string;
  readonly bytes: number;
  readonly manifest: BackupManifest;
}

/** As text a row may take a few times what it takes in the table; beyond this the part may pass 4 GB. */
const surelySmallBytes = 500_000_000;
const mostSitesNamed = 500;

/**
 * Writes all rows of one moment to `file.part`, reads that back, compares hashes and counts, and only then gives
 * it its name. Where it fails or is cancelled nothing is left of it.
 *
 * @throws AppError `backup.disk-full`, `backup.file-exists`, `backup.cancelled`, `backup.altered` where the disk
 * gives back something else, `file.unwritable`, `schema.not-migrated`, or a `database.*` code
 */
export async function writeBackup(
  order: BackupOrder,
  tell: Tell,
  signal: AbortSignal,
): Promise<WrittenBackup> {
  const file = resolve(order.file);
  const part = `${file}${partSuffix}`;
  try {
    await makeRoom(file, order.clock.now());
    throwIfCancelled(signal);
    const manifest = await onOwnConnection(order.database, order.log, signal, (connection) =>
      inSnapshot(connection, () => writeParts(connection, part, order, tell, signal)),
    );
    await readBack(part, tell, signal);
    throwIfCancelled(signal);
    await rename(part, file).catch((error: unknown) => {
      throw writeFailure(error, file);
    });
    await syncFolder(dirname(file));
    return { file, bytes: (await stat(file)).size, manifest };
  } catch (error) {
    // A file of that name that somebody else is writing is not ours to remove.
    if (!isAppError(error, 'backup.file-exists')) await rm(part, { force: true }).catch(() => undefined);
    throw signal.aborted ? cancelled(error) : error;
  }
}

async function makeRoom(file: string, nowMs: number): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw writeFailure(error, file);
  }
  const there = await stat(file).catch(() => undefined);
  if (there !== undefined) throw new AppError('backup.file-exists', `${file} is there already.`, { file });
  await removeIfAbandoned(`${file}${partSuffix}`, nowMs);
}

/** Everything is read as of one moment, while others go on writing. */
async function inSnapshot<T>(connection: Queryable, work: () => Promise<T>): Promise<T> {
  await connection.query('begin isolation level repeatable read read only');
  try {
    await settleForms(connection);
    return await work();
  } finally {
    await connection.query('rollback').catch(() => undefined);
  }
}

async function writeParts(
  connection: Connection,
  path: string,
  order: BackupOrder,
  tell: Tell,
  signal: AbortSignal,
): Promise<BackupManifest> {
  const applied = await readApplied(connection);
  const foreign = applied.length === 0;
  const schema = foreign ? schemaOfPublished(order) : schemaOfOurs(applied);
  tell({ phase: 'counting', relation: '', rows: 0, totalRows: 0, bytes: 0 });
  const all = (await storedRelations(connection)).filter(
    (relation) => !foreign || (relation.schema === 'public' && publishedTables.includes(relation.name)),
  );
  const plans: (readonly [StoredRelation, BackupRelation])[] = [];
  for (const relation of all) {
    throwIfCancelled(signal);
    if (relation.readable) plans.push([relation, await planOf(connection, relation)]);
  }
  const manifest: BackupManifest = {
    format: formatName,
    formatVersion,
    application: { version: order.appVersion },
    created: new Date(order.clock.now()).toISOString(),
    database: {
      kind: await databaseKind(connection),
      serverVersion: await serverVersion(connection),
      name: order.database.address.database,
      sizeBytes: await databaseSizeBytes(connection),
    },
    schema,
    relations: plans.map(([, plan]) => plan),
    leftOut: all.filter(({ readable }) => !readable).map(qualified),
    // The published project keeps no log.
    auditChainIntact: !foreign && (await auditChainIsIntact(connection)),
    sites: await sitesOf(connection),
  };
  const archive = new ArchiveWriter(path, Date.parse(manifest.created));
  try {
    const progress = new ProgressCount(tell, 'copying', totalRows(manifest));
    await archive.add(readmeName, chunks(readmeText(manifest)), false);
    const relations: BackupRelation[] = [];
    for (const [relation, plan] of plans) {
      progress.relation(qualified(plan));
      const parts: BackupPart[] = [];
      for (const part of plan.parts)
        parts.push(await writePart(connection, archive, relation, part, progress, signal));
      relations.push({ ...plan, parts });
    }
    progress.end();
    const complete = { ...manifest, relations };
    await archive.finish(manifestName, Buffer.from(`${JSON.stringify(complete, undefined, 1)}\n`));
    return complete;
  } catch (error) {
    await archive.abandon();
    throw error;
  }
}

function schemaOfOurs(applied: readonly AppliedMigration[]): BackupManifest['schema'] {
  return {
    variant: applied[0]?.variant ?? 'plain',
    migrations: applied.map(({ number, name, sha256, applied_at, app_version }) => ({
      number,
      name,
      sha256,
      applied: new Date(applied_at).toISOString(),
      appVersion: app_version,
    })),
  };
}

/** @throws AppError `schema.not-migrated` */
function schemaOfPublished({ publishedAs = [], appVersion, clock }: BackupOrder): BackupManifest['schema'] {
  if (publishedAs.length === 0) {
    throw new AppError('schema.not-migrated', 'The database has no schema of this application to back up.', {
      pending: '',
    });
  }
  const applied = new Date(clock.now()).toISOString();
  return {
    variant: 'timescale',
    migrations: publishedAs.map(({ number, name, sha256 }) => ({
      number,
      name,
      sha256,
      applied,
      appVersion,
    })),
  };
}

/** How many rows there are and of which days; their bytes and hash are known once they were written. */
async function planOf(connection: Queryable, relation: StoredRelation): Promise<BackupRelation> {
  const { schema, name, columns, timeColumn, sql } = relation;
  const path = `data/${qualified(relation)}`;
  const empty = { bytes: 0, sha256: '' };
  const plan = { schema, name, columns: [...columns], sequences: await sequencesOf(connection, relation) };
  if (timeColumn === null) {
    const { rows } = await connection.query<{ rows: number }>(`select count(*) as rows from ${sql}`);
    const count = rows[0]?.rows ?? 0;
    return {
      ...plan,
      rows: count,
      from: null,
      to: null,
      parts: [{ path: `${path}.csv`, day: null, rows: count, ...empty }],
    };
  }
  const time = quoted(timeColumn);
  const { rows: days } = await connection.query<{ day: string; rows: number; from: number; to: number }>(
    `select (${time} at time zone 'UTC')::date::text as day, count(*) as rows, min(${time}) as from, max(${time}) as to
     from ${sql} group by 1 order by min(${time})`,
  );
  return {
    ...plan,
    rows: days.reduce((sum, { rows }) => sum + rows, 0),
    from: isoOrNull(days[0]?.from),
    to: isoOrNull(days.at(-1)?.to),
    parts: days.map(({ day, rows }) => ({ path: `${path}/${day}.csv`, day, rows, ...empty })),
  };
}

const isoOrNull = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString();

async function sequencesOf(
  connection: Queryable,
  { sequences }: StoredRelation,
): Promise<BackupRelation['sequences']> {
  const found: BackupRelation['sequences'] = [];
  for (const { column, sequence } of sequences) {
    const { rows } = await connection.query<{ next: string }>(
      `select (case when is_called then last_value + seqincrement else last_value end)::text as next
       from ${sequence}, pg_sequence where seqrelid = '${sequence.replaceAll("'", "''")}'::regclass`,
    );
    found.push({ column, next: rows[0]?.next ?? '1' });
  }
  return found;
}

async function sitesOf(connection: Queryable): Promise<BackupManifest['sites']> {
  const { rows } = await connection.query<{ ref: string; name: string }>(
    `select site_ref as ref, coalesce(site_name, '') as name from public.sites order by 1 limit ${mostSitesNamed}`,
  );
  return [...rows];
}

async function writePart(
  connection: Connection,
  archive: ArchiveWriter,
  relation: StoredRelation,
  part: BackupPart,
  progress: ProgressCount,
  signal: AbortSignal,
): Promise<BackupPart> {
  const meter = new CsvMeter();
  await connection.copyOut(copyStatement(relation, part.day), async (source) => {
    await archive.add(part.path, metered(source, meter, progress, signal), relation.bytes > surelySmallBytes);
  });
  progress.endPart(meter.rows);
  if (meter.rows !== part.rows)
    throw new Error(`${part.path}: ${part.rows} rows were counted and ${meter.rows} written`);
  return { ...part, bytes: meter.bytes, sha256: meter.sha256() };
}

/** In the order of their numbers where they have any: a person reads them so, and so they lie together again. */
function copyStatement({ sql, columns, timeColumn, sequences }: StoredRelation, day: string | null): string {
  const names = columns.map(quoted).join(', ');
  const [numbered] = sequences;
  const rows =
    timeColumn !== null && day !== null
      ? `where ${quoted(timeColumn)} >= '${day} 00:00:00+00' and ${quoted(timeColumn)} < timestamptz '${day} 00:00:00+00' + interval '1 day'`
      : numbered === undefined
        ? ''
        : `order by ${quoted(numbered.column)}`;
  return `copy (select ${names} from ${sql} ${rows}) to stdout (format csv, header)`;
}

async function* metered(
  source: AsyncIterable<Buffer>,
  meter: CsvMeter,
  progress: ProgressCount,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source) {
    throwIfCancelled(signal);
    meter.add(chunk);
    progress.part(meter.rows, chunk.length);
    yield chunk;
  }
}

// oxlint-disable-next-line require-await
async function* chunks(text: string): AsyncGenerator<Buffer, void, undefined> {
  yield Buffer.from(text);
}
