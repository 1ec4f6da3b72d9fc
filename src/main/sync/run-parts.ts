import type { SyncProgress } from '../../shared/contract/sync.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Connection, Database } from '../storage/index.ts';
import { countOpenConflicts, noteConflicts, type NewConflict } from '../storage/queries/sync-conflicts.ts';
import type { StoredTarget } from '../storage/queries/sync-targets.ts';
import type { Central } from './central.ts';
import type { Tally } from './tally.ts';

export type Tell = (progress: SyncProgress) => void;

/** What the steps of one run share. */
export interface RunParts {
  readonly local: Database;
  readonly target: StoredTarget;
  readonly central: Central;
  /** In the ledger; `null` in a dry run, which writes nothing anywhere. */
  readonly run: number | null;
  /** Rows of a file are another database's: that they are there confirms nothing of this one. */
  readonly confirms: boolean;
  readonly tally: Tally;
  readonly conflictsAtMost: number;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/** @throws AppError `sync.cancelled` */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted)
    throw new AppError('sync.cancelled', 'The sync was cancelled; what was sent stays sent.');
}

/** One moment of the local database: notes and the rows that they speak of fit each other. */
export function inSnapshot<T>(local: Database, work: (connection: Connection) => Promise<T>): Promise<T> {
  return local.connection(async (connection) => {
    await connection.query('begin isolation level repeatable read read only');
    try {
      return await work(connection);
    } finally {
      await connection.query('rollback').catch(() => undefined);
    }
  });
}

/** @throws AppError `sync.too-many-conflicts` */
export async function keepConflicts(
  { local, target, conflictsAtMost }: RunParts,
  found: readonly NewConflict[],
): Promise<void> {
  if (found.length === 0) return;
  await noteConflicts(local, target.id, found);
  const open = await countOpenConflicts(local, target.id);
  if (open > conflictsAtMost)
    throw new AppError(
      'sync.too-many-conflicts',
      `More than ${conflictsAtMost} rows differ from newer ones in the central database.`,
      { most: conflictsAtMost },
    );
}
