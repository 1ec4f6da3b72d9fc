import pg from 'pg';
import type {
  ImportCheck,
  ImportRecord,
  ImportResult,
  UndoResult,
} from '../../shared/contract/readings-import.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Log } from '../foundation/log.ts';
import { Database, dayOf, ensurePartitions, existingDays, utcDay, type Queryable } from '../storage/index.ts';
import { writeAudit } from '../storage/queries/device-changes.ts';
import {
  countBatch,
  makeImportTable,
  undoDay,
  writeBatch,
  type ImportRow,
} from '../storage/queries/import-batches.ts';
import * as imports from '../storage/queries/imports.ts';
import { fileReadings, newFacts, throwIfCancelled, type FileToRead, type Tell } from './file-readings.ts';
import { SourceDevices } from './source-devices.ts';

export interface ImportSite {
  readonly database: Database;
  readonly log: Log;
  readonly nowMs: number;
}

/** A file, and how it is to be understood. */
export interface FileOrder {
  readonly path: string;
  readonly name: string;
  readonly mapping: FileToRead['mapping'];
  readonly assign: Readonly<Record<string, string>>;
}

const dayMs = 86_400_000;
const triesAtMost = 5;

/** Reads the whole file and says what importing it would do. @throws as `fileReadings`, and the database's errors */
export function checkImport(
  { database, log, nowMs }: ImportSite,
  { path, mapping, assign }: FileOrder,
  tell: Tell,
  signal: AbortSignal,
): Promise<ImportCheck> {
  return onOwnConnections(database, log, async (own) => {
    const devices = new SourceDevices(await imports.loadDeviceNames(own), assign);
    const facts = newFacts();
    const counts = { added: 0, replaced: 0, unchanged: 0 };
    await own.connection(async (connection) => {
      await makeImportTable(connection);
      for await (const rows of fileReadings(
        { path, mapping, devices, nowMs },
        facts,
        'checking',
        tell,
        signal,
      ))
        add(counts, await inTransaction(connection, () => countBatch(connection, rows)));
    });
    return {
      lines: facts.lines,
      ...counts,
      unassigned: facts.unassigned,
      faults: facts.faults.facts(),
      devices: devices.list(),
      moreDevices: devices.more,
      fromMs: facts.fromMs,
      toMs: facts.toMs,
      exact: devices.ordered,
    };
  });
}

/**
 * Writes a file's readings. Each batch is committed, so that the ingest beside it never waits; whatever ends it early
 * has the whole taken back, and where not even that succeeds the import is left as interrupted, to be undone later.
 *
 * @throws AppError `import.busy`, and as `fileReadings`
 */
export function runImport(
  { database, log, nowMs }: ImportSite,
  { path, name, mapping, assign }: FileOrder,
  tell: Tell,
  signal: AbortSignal,
): Promise<ImportResult> {
  return alone(database, log, async (own, connection) => {
    const devices = new SourceDevices(await imports.loadDeviceNames(own), assign);
    const id = await imports.insertImport(connection, name.slice(-255), { mapping, assign });
    await imports.lockImport(connection, id);
    const facts = newFacts();
    const counts = { added: 0, replaced: 0, unchanged: 0 };
    try {
      await makeImportTable(connection);
      const days = new Days(own);
      for await (const rows of fileReadings(
        { path, mapping, devices, nowMs },
        facts,
        'importing',
        tell,
        signal,
      )) {
        await days.make(rows);
        add(counts, await patiently(() => inTransaction(connection, () => writeBatch(connection, id, rows))));
      }
      await inTransaction(connection, async () => {
        const { faults, unassigned, fromMs, toMs } = facts;
        await imports.finishImport(connection, id, {
          ...counts,
          unassigned,
          refused: faults.total,
          fromMs,
          toMs,
        });
        await writeAudit(connection, 'readings.import', name, {
          import: id,
          ...counts,
          refused: faults.total,
        });
      });
    } catch (error) {
      const back = (): Promise<unknown> => takeBack(own, id, tell, new AbortController().signal);
      // What ended the import may end the other connection a moment later; the second try has a new one.
      await back()
        .catch(back)
        .catch((failure: unknown) =>
          log.error('an import that failed could not be taken back', { id, error: failure }),
        );
      throw error;
    }
    return { record: await recordOf(own, id), faults: facts.faults.facts() };
  });
}

/**
 * Takes an import back, day by day; one that was interrupted on the way goes on where it was.
 *
 * @throws AppError `import.busy`, `import.unknown`, `import.already-undone`, `import.cancelled`
 */
export function undoImport(
  { database, log }: ImportSite,
  id: number,
  tell: Tell,
  signal: AbortSignal,
): Promise<UndoResult> {
  return alone(database, log, async (own, connection) => {
    const record = await recordOf(own, id);
    if (record.state === 'undone')
      throw new AppError('import.already-undone', 'This import was undone already.', { id });
    await imports.lockImport(connection, id);
    const counts = await takeBack(own, id, tell, signal);
    await own.transaction((of) =>
      writeAudit(of, 'readings.undo', record.fileName, { import: id, ...counts }),
    );
    return { id, ...counts };
  });
}

async function takeBack(
  own: Database,
  id: number,
  tell: Tell,
  signal: AbortSignal,
): Promise<{ removed: number; restored: number }> {
  await imports.markUndoing(own, id);
  const days = await imports.daysOfImport(own, id);
  const counts = { removed: 0, restored: 0 };
  for (const [done, day] of days.entries()) {
    throwIfCancelled(signal);
    tell({ phase: 'undoing', done, total: days.length, lines: 0 });
    const { removed, restored } = await patiently(() =>
      own.transaction((connection) => undoDay(connection, id, day)),
    );
    counts.removed += removed;
    counts.restored += restored;
  }
  await imports.markUndone(own, id);
  return counts;
}

/** @throws AppError `import.unknown` */
async function recordOf(connection: Queryable, id: number): Promise<ImportRecord> {
  const [record] = await imports.listImports(connection, id);
  if (record === undefined) throw new AppError('import.unknown', 'There is no such import.', { id });
  return record;
}

/** One import or undo at a time in a database, whichever process does it: each relies on what the other leaves. */
async function alone<T>(
  database: Database,
  log: Log,
  work: (own: Database, connection: Queryable) => Promise<T>,
): Promise<T> {
  return onOwnConnections(database, log, (own) =>
    own.connection(async (connection) => {
      if (!(await imports.lockImports(connection)))
        throw new AppError('import.busy', 'Another import is under way.');
      try {
        return await work(own, connection);
      } finally {
        await imports.unlockImports(connection).catch(() => undefined);
      }
    }),
  );
}

/** Apart from the pool that the application lives on: an import takes as long as it takes. */
async function onOwnConnections<T>(
  database: Database,
  log: Log,
  work: (own: Database) => Promise<T>,
): Promise<T> {
  const own = new Database({
    address: database.address,
    applicationName: 'DataYoti Field import',
    // One for the batches, one for the days and for taking back.
    poolSize: 2,
    log,
  });
  try {
    return await work(own);
  } finally {
    await own.close();
  }
}

async function inTransaction<T>(connection: Queryable, work: () => Promise<T>): Promise<T> {
  await connection.query('begin');
  try {
    const result = await work();
    await connection.query('commit');
    return result;
  } catch (error) {
    await connection.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Class 40 (deadlock with the ingest): the same again is right. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const again = error instanceof pg.DatabaseError && error.code?.startsWith('40') === true;
      if (!again || tries >= triesAtMost) throw error;
    }
  }
}

/** Partitions of the days that have none yet. */
class Days {
  readonly #database: Database;
  #there: Set<number> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  async make(rows: readonly ImportRow[]): Promise<void> {
    this.#there ??= new Set(await existingDays(this.#database));
    const missing = new Set<number>();
    for (const { timeMs } of rows) if (!this.#there.has(dayOf(timeMs))) missing.add(dayOf(timeMs));
    await ensurePartitions(
      this.#database,
      [...missing].map((day) => utcDay(day * dayMs)),
    );
    for (const day of missing) this.#there.add(day);
  }
}

function add(
  total: { added: number; replaced: number; unchanged: number },
  batch: { readonly added: number; readonly replaced: number; readonly unchanged: number },
): void {
  total.added += batch.added;
  total.replaced += batch.replaced;
  total.unchanged += batch.unchanged;
}
