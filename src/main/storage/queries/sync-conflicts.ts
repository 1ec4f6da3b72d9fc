import type { SyncConflict, SyncDecision } from '../../../shared/contract/sync.ts';
import type { Queryable } from '../database.ts';

export interface NewConflict {
  readonly relation: string;
  readonly key: string;
  /** Of a row by time, as the server writes it. */
  readonly time: string | null;
  readonly ours: Readonly<Record<string, unknown>>;
  readonly theirs: Readonly<Record<string, unknown>>;
}

/** A row that is asked about already keeps its decision only as long as neither side changed. */
export async function noteConflicts(
  connection: Queryable,
  target: number,
  conflicts: readonly NewConflict[],
): Promise<void> {
  if (conflicts.length === 0) return;
  await connection.query(
    `insert into field.sync_conflicts as c (target_id, relation, key, time, ours, theirs)
     select $1, * from unnest($2::text[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::jsonb[])
     on conflict (target_id, relation, key) do update set ours = excluded.ours, theirs = excluded.theirs, decision = null,
       found_at = now()
     where c.ours <> excluded.ours or c.theirs <> excluded.theirs`,
    [
      target,
      conflicts.map(({ relation }) => relation),
      conflicts.map(({ key }) => key),
      conflicts.map(({ time }) => time),
      conflicts.map(({ ours }) => JSON.stringify(ours)),
      conflicts.map(({ theirs }) => JSON.stringify(theirs)),
    ],
  );
}

export async function countOpenConflicts(connection: Queryable, target: number): Promise<number> {
  const { rows } = await connection.query<{ open: number }>(
    'select count(*) as open from field.sync_conflicts where target_id = $1 and decision is null',
    [target],
  );
  return rows[0]?.open ?? 0;
}

export async function listConflicts(
  connection: Queryable,
  target: number,
  of: { readonly decision: SyncDecision | null; readonly relation?: string; readonly limit: number },
): Promise<readonly SyncConflict[]> {
  const { rows } = await connection.query<SyncConflict & Record<string, unknown>>(
    `select id, target_id as target, relation, key, ours, theirs, found_at as "foundMs", decision
     from field.sync_conflicts
     where target_id = $1 and decision is not distinct from $2 and ($3::text is null or relation = $3)
     order by id limit $4`,
    [target, of.decision, of.relation ?? null, of.limit],
  );
  return rows;
}

/** @param conflict `null` decides all that are open */
export async function decideConflicts(
  connection: Queryable,
  target: number,
  conflict: number | null,
  decision: SyncDecision,
): Promise<number> {
  const { rowCount } = await connection.query(
    `update field.sync_conflicts set decision = $3
     where target_id = $1 and (id = $2 or ($2::bigint is null and decision is null))`,
    [target, conflict, decision],
  );
  return rowCount;
}

export async function removeConflicts(connection: Queryable, ids: readonly number[]): Promise<void> {
  await connection.query('delete from field.sync_conflicts where id = any($1)', [ids]);
}

/** A row that has become the same on both sides needs no question any more. */
export async function forgetSettled(
  connection: Queryable,
  target: number,
  relation: string,
  keys: readonly string[],
): Promise<void> {
  await connection.query(
    'delete from field.sync_conflicts where target_id = $1 and relation = $2 and key = any($3)',
    [target, relation, keys],
  );
}
