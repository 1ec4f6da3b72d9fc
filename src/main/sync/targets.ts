import pg from 'pg';
import type { SyncAddress } from '../../shared/contract/sync.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { markUnmarked, settleTracking, startTracking, type Database } from '../storage/index.ts';
import { writeAudit } from '../storage/queries/device-changes.ts';
import {
  deleteTarget,
  forgetConfirmed,
  insertTarget,
  listTargets,
  loadTarget,
  updateTarget,
  type NewTarget,
  type StoredTarget,
} from '../storage/queries/sync-targets.ts';

const uniqueViolation = '23505';

/**
 * From here on what is written is noted for it; what was there before counts as not synced.
 *
 * @throws AppError `sync.target-exists`
 */
export async function addTarget(database: Database, target: NewTarget): Promise<number> {
  const id = await named(target.name, () =>
    startTracking(database, (connection) => insertTarget(connection, target)),
  );
  await audit(database, 'sync.add', target);
  await markUnmarked(database);
  return id;
}

/** Another database under the same name has nothing of what the first one confirmed. @throws AppError `sync.target-exists` */
export async function changeTarget(
  database: Database,
  before: StoredTarget,
  target: NewTarget,
): Promise<void> {
  await named(target.name, () =>
    database.transaction(async (connection) => {
      await updateTarget(connection, before.id, target);
      if (!samePlace(before.address, target.address)) await forgetConfirmed(connection, before.id);
    }),
  );
  await audit(database, 'sync.change', target);
  await markUnmarked(database);
}

export async function removeTarget(database: Database, target: StoredTarget): Promise<void> {
  await database.transaction((connection) => deleteTarget(connection, target.id));
  await audit(database, 'sync.remove', target);
  await settleTracking(database);
}

export async function markAllAgain(database: Database, target: StoredTarget): Promise<void> {
  await database.transaction((connection) => forgetConfirmed(connection, target.id));
  await audit(database, 'sync.mark-all', target);
  await markUnmarked(database);
}

/** @throws AppError `sync.target-unknown` */
export async function targetOf(database: Database, id: number): Promise<StoredTarget> {
  const target = await loadTarget(database, id);
  if (target === undefined)
    throw new AppError('sync.target-unknown', 'There is no such central database in the settings.', {
      target: String(id),
    });
  return target;
}

/** @throws AppError `sync.target-unknown` */
export async function targetNamed(database: Database, name: string): Promise<StoredTarget> {
  const target = (await listTargets(database)).find((one) => one.name === name);
  if (target === undefined)
    throw new AppError('sync.target-unknown', `There is no central database ${name} in the settings.`, {
      target: name,
    });
  return target;
}

/** The same database as the same user, however it is secured. */
export function samePlace(one: SyncAddress | null, other: SyncAddress | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.host.toLowerCase() === other.host.toLowerCase() &&
    one.port === other.port &&
    one.database === other.database &&
    one.user === other.user
  );
}

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== uniqueViolation) throw error;
    throw new AppError('sync.target-exists', `There is a central database of the name ${name} already.`, {
      target: name,
    });
  }
}

async function audit(
  database: Database,
  action: string,
  { name, address, ownTables }: NewTarget,
): Promise<void> {
  await database.transaction((connection) =>
    writeAudit(connection, action, name, {
      ...(address === null ? {} : { host: address.host, port: address.port, database: address.database }),
      ownTables,
    }),
  );
}
