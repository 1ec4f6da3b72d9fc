import type { SyncAddress } from '../../../shared/contract/sync.ts';
import type { Queryable } from '../database.ts';

/** A central database, or an office that files are carried to, as the local database knows it. */
export interface StoredTarget {
  readonly id: number;
  readonly name: string;
  readonly address: SyncAddress | null;
  readonly ownTables: boolean;
  /** What was there before it was set up is noted. */
  readonly marked: boolean;
}

export type NewTarget = Omit<StoredTarget, 'id' | 'marked'>;

const columns = 'id, name, address, own_tables as "ownTables", marked_at is not null as marked';

export async function listTargets(connection: Queryable): Promise<readonly StoredTarget[]> {
  const { rows } = await connection.query<StoredTarget>(
    `select ${columns} from field.sync_targets order by id`,
  );
  return rows;
}

export async function loadTarget(connection: Queryable, id: number): Promise<StoredTarget | undefined> {
  const { rows } = await connection.query<StoredTarget>(
    `select ${columns} from field.sync_targets where id = $1`,
    [id],
  );
  return rows[0];
}

/** @throws pg.DatabaseError 23505 where the name is taken */
export async function insertTarget(connection: Queryable, target: NewTarget): Promise<number> {
  const { rows } = await connection.query<{ id: number }>(
    'insert into field.sync_targets (name, address, own_tables) values ($1, $2, $3) returning id',
    [target.name, target.address === null ? null : JSON.stringify(target.address), target.ownTables],
  );
  return rows[0]?.id ?? 0;
}

/** @throws pg.DatabaseError 23505 where the name is taken */
export async function updateTarget(connection: Queryable, id: number, target: NewTarget): Promise<void> {
  await connection.query(
    'update field.sync_targets set name = $2, address = $3, own_tables = $4 where id = $1',
    [id, target.name, target.address === null ? null : JSON.stringify(target.address), target.ownTables],
  );
}

export async function deleteTarget(connection: Queryable, id: number): Promise<void> {
  await connection.query('delete from field.sync_targets where id = $1', [id]);
  await connection.query('delete from field.sync_pieces where target_id = $1', [id]);
}

/** Nothing counts as confirmed any more; what is there is noted anew by `markUnmarked`. */
export async function forgetConfirmed(connection: Queryable, id: number): Promise<void> {
  await connection.query('delete from field.sync_confirmed where target_id = $1', [id]);
  await connection.query('update field.sync_targets set marked_at = null where id = $1', [id]);
}

/** Until the connection ends, nobody else sends from this database; `false` where somebody does. */
export async function lockSync(connection: Queryable): Promise<boolean> {
  const { rows } = await connection.query<{ mine: boolean }>(
    `select pg_try_advisory_lock(hashtext('datayoti.sync')) as mine`,
  );
  return rows[0]?.mine === true;
}

export async function unlockSync(connection: Queryable): Promise<void> {
  await connection.query(`select pg_advisory_unlock(hashtext('datayoti.sync'))`);
}
