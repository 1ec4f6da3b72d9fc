import type { Queryable } from './database.ts';

/** A day or more of a table by time. */
export interface TimePart {
  readonly table: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const settingsKey = 'retention-unsynced';

/**
 * Whether a central database is set up that does not have all rows of this part: some are noted, some are asked about,
 * or nothing was noted yet. Where none is set up, nothing waits.
 */
export async function isUnsynced(connection: Queryable, { table, fromMs, toMs }: TimePart): Promise<boolean> {
  const { rows } = await connection.query<{ waits: boolean }>(
    `select exists (select from field.sync_targets where marked_at is null)
       or exists (select from field.sync_pieces where relation = $1 and from_time < $3 and to_time >= $2)
       or exists (select from field.sync_conflicts where relation = $1 and time >= $2 and time < $3) as waits`,
    [table, new Date(fromMs).toISOString(), new Date(toMs).toISOString()],
  );
  return rows[0]?.waits === true;
}

/** Days that end here or earlier may go though they are not synced: somebody was told and agreed. 0 means none. */
export async function unsyncedAgreedMs(connection: Queryable): Promise<number> {
  const { rows } = await connection.query<{ value: { readonly beforeMs?: number } }>(
    'select value from field.settings where key = $1',
    [settingsKey],
  );
  return rows[0]?.value.beforeMs ?? 0;
}

/** The days that were shown, and no later ones: for those somebody is asked again. */
export async function agreeUnsynced(connection: Queryable, beforeMs: number): Promise<void> {
  const value = JSON.stringify({ beforeMs });
  await connection.query(
    `insert into field.settings (key, value) values ($1, $2)
     on conflict (key) do update set value = excluded.value, updated_at = now()`,
    [settingsKey, value],
  );
  await connection.query(
    `insert into field.audit_log (actor, action, subject, details)
     values ('application', 'retention.allow-unsynced', '', $1)`,
    [value],
  );
}

/** What was noted of a part whose rows are gone. */
export async function forgetPart(connection: Queryable, { table, fromMs, toMs }: TimePart): Promise<void> {
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  await connection.query(
    'delete from field.sync_pieces where relation = $1 and from_time >= $2 and to_time < $3',
    [table, from, to],
  );
  await connection.query(
    'delete from field.sync_conflicts where relation = $1 and time >= $2 and time < $3',
    [table, from, to],
  );
}
