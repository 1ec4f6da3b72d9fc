import pg from 'pg';
import type { Database, Queryable } from './database.ts';

/** Tables by time whose rows are noted as they are written. */
export const trackedRelations = ['sensor_data', 'device_heartbeats'] as const;
export type TrackedRelation = (typeof trackedRelations)[number];

const featureNotSupported = '0A000';
/** Inserted or changed; what is deleted here is never deleted elsewhere. */
const triggers = [
  { name: 'note_unsynced_inserts', event: 'insert' },
  { name: 'note_unsynced_updates', event: 'update' },
] as const;

/**
 * From here on whatever is written is noted for the target, whoever writes it. The lock waits until no writer is at
 * work that has not seen it; what was there before is marked afterwards, by `markUnmarked`.
 *
 * @returns the number of the target
 */
export async function startTracking(
  owner: Database,
  insert: (on: Queryable) => Promise<number>,
): Promise<number> {
  return owner.transaction(async (connection) => {
    await lockTables(connection);
    await makeTriggers(connection);
    return insert(connection);
  });
}

/**
 * A restored database has its targets without the triggers: they are made again, and since rows may have come in
 * unseen, everything counts as not synced. Without a target there are none.
 */
export async function settleTracking(owner: Database): Promise<void> {
  const { rows } = await owner.query<{ targets: number; triggers: number }>(
    `select (select count(*) from field.sync_targets) as targets, (${countTriggers}) as triggers`,
    [trackedRelations, triggers.map(({ name }) => name)],
  );
  const { targets = 0, triggers: there = 0 } = rows[0] ?? {};
  const wanted = targets === 0 ? 0 : trackedRelations.length * triggers.length;
  if (there === wanted) return;
  await owner.transaction(async (connection) => {
    await lockTables(connection);
    if (wanted === 0) {
      await dropTriggers(connection);
      return;
    }
    await makeTriggers(connection);
    await connection.query('update field.sync_targets set marked_at = null');
  });
}

const countTriggers = `select count(*) from pg_trigger t
  where t.tgrelid in (select ('public.' || name)::regclass from unnest($1::text[]) as name)
    and t.tgname = any($2) and t.tgenabled <> 'D'`;

/**
 * Notes everything that is there for targets for which it was not done yet. Rows that are written meanwhile are noted
 * twice, which costs nothing but that they are counted twice until they are sent.
 */
export async function markUnmarked(owner: Database): Promise<void> {
  const { rows } = await owner.query<{ id: number }>(
    'select id from field.sync_targets where marked_at is null order by id',
  );
  for (const { id } of rows) await markAll(owner, id);
}

/** Everything that is there counts as not synced for the target, by hours. */
async function markAll(owner: Database, target: number): Promise<void> {
  await owner.connection(
    async (connection) => {
      await connection.query('begin');
      try {
        await connection.query('set local statement_timeout = 0');
        const { rows } = await connection.query(
          'select from field.sync_targets where id = $1 and marked_at is null for update',
          [target],
        );
        if (rows.length > 0) {
          await connection.query('delete from field.sync_pieces where target_id = $1', [target]);
          for (const relation of trackedRelations)
            await connection.query(
              `insert into field.sync_pieces (target_id, relation, from_time, to_time, rows)
               select $1, '${relation}', min(time), max(time), count(*) from public.${relation}
               group by date_bin('1 hour', time, '1970-01-01 00:00:00+00')`,
              [target],
            );
          await connection.query('update field.sync_targets set marked_at = now() where id = $1', [target]);
        }
        await connection.query('commit');
      } catch (error) {
        await connection.query('rollback').catch(() => undefined);
        throw error;
      }
    },
    { unlimited: true },
  );
}

async function lockTables(connection: Queryable): Promise<void> {
  await connection.query(
    `lock table ${trackedRelations.map((relation) => `public.${relation}`).join(', ')} in share row exclusive mode`,
  );
}

async function makeTriggers(connection: Queryable): Promise<void> {
  await dropTriggers(connection);
  await connection.query('savepoint by_statement');
  try {
    await addTriggers(
      connection,
      'referencing new table as touched for each statement execute function field.note_unsynced_rows',
    );
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== featureNotSupported) throw error;
    await connection.query('rollback to savepoint by_statement');
    await addTriggers(connection, 'for each row execute function field.note_unsynced_row');
  }
}

async function addTriggers(connection: Queryable, how: string): Promise<void> {
  for (const relation of trackedRelations)
    for (const { name, event } of triggers)
      await connection.query(
        `create trigger ${name} after ${event} on public.${relation} ${how}('${relation}')`,
      );
}

async function dropTriggers(connection: Queryable): Promise<void> {
  for (const relation of trackedRelations)
    for (const { name } of triggers)
      await connection.query(`drop trigger if exists ${name} on public.${relation}`);
}
