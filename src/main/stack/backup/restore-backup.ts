import pg from 'pg';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { Log } from '../../foundation/log.ts';
import {
  dropRollupTriggers,
  holdRollups,
  migrate,
  rollupBookkeeping,
  rollupTriggerNames,
  type Connection,
  type Database,
  type Queryable,
} from '../../storage/index.ts';
import { auditChainIsIntact } from '../../storage/queries/commissioning-records.ts';
import { ArchiveReader } from './archive-reader.ts';
import { qualified, totalRows, type BackupManifest, type BackupRelation } from './backup-manifest.ts';
import { quoted, settleForms, storedRelations, type StoredRelation } from './backup-relations.ts';
import { schemaOf } from './backup-schema.ts';
import { cancelled, onOwnConnection, ProgressCount, throwIfCancelled, type Tell } from './backup-work.ts';
import { makeDays, mustBeEmpty, takeSchema } from './restore-target.ts';

export interface RestoreOrder {
  readonly database: Database;
  readonly file: string;
  readonly sqlFolder: string;
  readonly appVersion: string;
  readonly log: Log;
}

export interface Restored {
  readonly manifest: BackupManifest;
  /** Migrations that ran after the rows were in. */
  readonly migrated: readonly string[];
  readonly skipped: readonly string[];
  readonly auditChainIntact: boolean;
}

/** SQLSTATE `out_of_memory` of the table of locks. */
const outOfSharedMemory = '53200';

/**
 * Restores a backup into a database without rows of ours, all or nothing: every row goes in within one
 * transaction, which commits only when the file proved to be what its manifest says. Then the schema is brought up
 * to date. Where it fails or is cancelled, the database is as empty as before.
 *
 * @throws AppError `backup.*` with the reason, `schema.migration-failed`, or a `database.*` code
 */
export async function restoreBackup(order: RestoreOrder, tell: Tell, signal: AbortSignal): Promise<Restored> {
  const { database, log, sqlFolder, appVersion } = order;
  const archive = await ArchiveReader.open(order.file);
  try {
    const schema = await schemaOf(archive.manifest, sqlFolder, appVersion);
    return await onOwnConnection(database, log, signal, async (connection, own) => {
      tell({ phase: 'preparing', relation: '', rows: 0, totalRows: totalRows(archive.manifest), bytes: 0 });
      await mustBeEmpty(connection, archive.manifest);
      throwIfCancelled(signal);
      const putBack = await takeSchema({ database: own, sqlFolder, appVersion, log }, schema, signal);
      try {
        const stored = await storeRows(connection, own, archive, tell, signal);
        const { applied } = await migrate(own, { folder: sqlFolder, appVersion, log });
        await connection.query('analyze').catch((error: unknown) => log.warn('no statistics', { error }));
        return { manifest: archive.manifest, migrated: applied, ...stored };
      } catch (error) {
        await putBack();
        throw error;
      }
    });
  } catch (error) {
    throw signal.aborted ? cancelled(error) : restoreFailure(error);
  } finally {
    archive.close();
  }
}

async function storeRows(
  connection: Connection,
  database: Database,
  archive: ArchiveReader,
  tell: Tell,
  signal: AbortSignal,
): Promise<{ readonly skipped: readonly string[]; readonly auditChainIntact: boolean }> {
  const { manifest } = archive;
  const relations = await storedRelations(connection);
  const plan = planOf(manifest, relations);
  const takeAway = await makeDays(connection, database, relations, manifest);
  try {
    throwIfCancelled(signal);
    await connection.query('begin');
    try {
      await settleForms(connection);
      await holdRollups(connection);
      await connection.query(
        `lock table ${plan.pairs.map(([table]) => table.sql).join(', ')} in share row exclusive mode`,
      );
      // Again, for nobody can write from here on.
      await mustBeEmpty(connection, manifest);
      const progress = new ProgressCount(tell, 'copying', totalRows(manifest));
      await dropRollupTriggers(connection);
      for (const [{ name, sql }] of plan.pairs)
        if (rollupBookkeeping.includes(name)) await connection.query(`delete from ${sql}`);
      await setTriggers(connection, plan.pairs, 'disable');
      for (const [table, relation] of plan.pairs) {
        progress.relation(qualified(relation));
        await copyIn(connection, archive, table, relation, progress, signal);
      }
      progress.end();
      await setTriggers(connection, plan.pairs, 'enable');
      const auditChainIntact = await auditChainIsIntact(connection);
      if (manifest.auditChainIntact && !auditChainIntact) {
        throw new AppError('backup.altered', 'The log of the backup was changed: its hashes do not fit.', {
          file: '',
          part: 'field.audit_log',
        });
      }
      throwIfCancelled(signal);
      tell({
        phase: 'finishing',
        relation: '',
        rows: totalRows(manifest),
        totalRows: totalRows(manifest),
        bytes: 0,
      });
      await connection.query('commit');
      return { skipped: plan.skipped, auditChainIntact };
    } catch (error) {
      await connection.query('rollback').catch(() => undefined);
      throw error;
    }
  } catch (error) {
    await takeAway();
    throw error;
  }
}

/**
 * Tables of both sides; in the order of this side, whose references count. What is no table here is passed over:
 * the schema is the same, so it is none of ours.
 */
function planOf(
  { relations }: BackupManifest,
  tables: readonly StoredRelation[],
): {
  readonly pairs: readonly (readonly [StoredRelation, BackupRelation])[];
  readonly skipped: readonly string[];
} {
  const byName = new Map(relations.map((relation) => [qualified(relation), relation]));
  const pairs = tables.flatMap((table) => {
    const relation = byName.get(qualified(table));
    return relation === undefined ? [] : [[table, relation] as const];
  });
  const there = new Set(pairs.map(([table]) => qualified(table)));
  return { pairs, skipped: [...byName.keys()].filter((name) => !there.has(name)) };
}

/**
 * The trigger of the log would number and chain anew what must stay as it was. The tables of readings have none left:
 * those that mark what comes late are dropped before, made again with the schema's views, and then all buckets are
 * computed anew; the ones of days whose readings are gone came with the backup.
 */
async function setTriggers(
  connection: Queryable,
  pairs: readonly (readonly [StoredRelation, BackupRelation])[],
  verb: 'disable' | 'enable',
): Promise<void> {
  for (const [{ sql, triggers }] of pairs)
    for (const trigger of triggers.filter((name) => !rollupTriggerNames.includes(name)))
      await connection.query(`alter table ${sql} ${verb} trigger ${quoted(trigger)}`);
}

async function copyIn(
  connection: Connection,
  archive: ArchiveReader,
  table: StoredRelation,
  relation: BackupRelation,
  progress: ProgressCount,
  signal: AbortSignal,
): Promise<void> {
  const columns = relation.columns.map(quoted).join(', ');
  for (const part of relation.parts) {
    async function* source(): AsyncGenerator<Buffer, void, undefined> {
      for await (const chunk of archive.part(part)) {
        throwIfCancelled(signal);
        progress.part(0, chunk.length);
        yield chunk;
      }
    }
    await connection.copyInFrom(`copy ${table.sql} (${columns}) from stdin (format csv, header)`, source());
    progress.endPart(part.rows);
  }
  for (const { column, next } of relation.sequences) {
    const sequence = table.sequences.find((one) => one.column === column)?.sequence;
    // Unlike `setval` this is undone with the transaction. The digits were checked with the manifest.
    if (sequence !== undefined) await connection.query(`alter sequence ${sequence} restart with ${next}`);
  }
}

function restoreFailure(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const state = error.code ?? '';
  if (state === outOfSharedMemory) {
    return new AppError(
      'backup.too-many-days',
      'The server cannot hold as many daily partitions open at once as the backup has days.',
      { setting: 'max_locks_per_transaction' },
      error,
    );
  }
  // Class 22 and 23: the bytes are those that were written, and yet no rows of this schema.
  if (/^2[23]/.test(state))
    return new AppError(
      'backup.altered',
      `The backup does not fit its own schema: ${error.message}.`,
      {
        file: '',
        part: error.table ?? '',
      },
      error,
    );
  return error;
}
