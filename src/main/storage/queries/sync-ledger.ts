import type { SyncRun } from '../../../shared/contract/sync.ts';
import type { Queryable } from '../database.ts';

export type RunKind = SyncRun['kind'];

export async function beginRun(
  connection: Queryable,
  run: {
    readonly target: number | null;
    readonly name: string;
    readonly kind: RunKind;
    readonly bundle: string | null;
  },
): Promise<number> {
  const { rows } = await connection.query<{ id: number }>(
    'insert into field.sync_runs (target_id, target_name, kind, bundle) values ($1, $2, $3, $4) returning id',
    [run.target, run.name, run.kind, run.bundle],
  );
  return rows[0]?.id ?? 0;
}

/** What a run did of a relation since it was noted last. */
export interface RunStep {
  readonly relation: string;
  readonly inserted: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly held: number;
  /** `null` for relations that are not by time. */
  readonly from: string | null;
  readonly to: string | null;
}

/** Written after the target has committed: what stands here is there. */
export async function noteStep(connection: Queryable, run: number, step: RunStep): Promise<void> {
  await connection.query(
    `insert into field.sync_run_relations as r
       (run_id, relation, inserted, replaced, unchanged, conflicts, held, from_time, to_time, confirmed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
     on conflict (run_id, relation) do update set inserted = r.inserted + excluded.inserted,
       replaced = r.replaced + excluded.replaced, unchanged = r.unchanged + excluded.unchanged,
       conflicts = r.conflicts + excluded.conflicts, held = r.held + excluded.held,
       from_time = least(r.from_time, excluded.from_time), to_time = greatest(r.to_time, excluded.to_time),
       confirmed_at = excluded.confirmed_at`,
    [
      run,
      step.relation,
      step.inserted,
      step.replaced,
      step.unchanged,
      step.conflicts,
      step.held,
      step.from,
      step.to,
    ],
  );
}

/** @param outcome `done`, or the code of an error */
export async function endRun(connection: Queryable, run: number, outcome: string): Promise<void> {
  await connection.query('update field.sync_runs set finished_at = now(), outcome = $2 where id = $1', [
    run,
    outcome,
  ]);
}

/** Newest first. A run without an end counts as interrupted, unless it is the one under way. */
export async function listRuns(connection: Queryable, limit: number): Promise<readonly SyncRun[]> {
  const { rows } = await connection.query<SyncRun & Record<string, unknown>>(
    `select r.id, r.target_name as target, r.kind, r.started_at as "startedMs", r.finished_at as "finishedMs",
       coalesce(r.outcome, 'interrupted') as outcome,
       coalesce((select json_agg(json_build_object('relation', p.relation, 'inserted', p.inserted, 'replaced', p.replaced,
           'unchanged', p.unchanged, 'conflicts', p.conflicts, 'held', p.held,
           'fromMs', floor(extract(epoch from p.from_time) * 1000), 'toMs', floor(extract(epoch from p.to_time) * 1000),
           'confirmedMs', floor(extract(epoch from p.confirmed_at) * 1000)) order by p.relation)
         from field.sync_run_relations p where p.run_id = r.id), '[]') as relations
     from field.sync_runs r order by r.id desc limit $1`,
    [limit],
  );
  return rows;
}

/** When rows of a target were last confirmed by a run that ended well. */
export async function lastDone(connection: Queryable, target: number): Promise<number | null> {
  const { rows } = await connection.query<{ at: number | null }>(
    `select max(finished_at) as at from field.sync_runs
     where target_id = $1 and outcome = 'done' and kind in ('sync', 'receipt')`,
    [target],
  );
  return rows[0]?.at ?? null;
}

/** A file that was written, kept until its receipt comes. */
export async function noteBundleFile(
  connection: Queryable,
  bundle: {
    readonly id: string;
    readonly target: number;
    readonly sha256: string;
    readonly rows: readonly (readonly [relation: string, key: string, hash: string])[];
  },
): Promise<void> {
  await connection.query(
    'insert into field.sync_bundles (id, target_id, sha256, rows) values ($1, $2, $3, $4)',
    [bundle.id, bundle.target, bundle.sha256, JSON.stringify(bundle.rows)],
  );
}

/** The target of a file that was written here; `undefined` where there is none like it. */
export async function findBundle(
  connection: Queryable,
  id: string,
  sha256: string,
): Promise<{ readonly target: number; readonly name: string } | undefined> {
  const { rows } = await connection.query<{ target: number; name: string }>(
    `select t.id as target, t.name from field.sync_bundles b join field.sync_targets t on t.id = b.target_id
     where b.id = $1 and b.sha256 = $2`,
    [id, sha256],
  );
  return rows[0];
}

export async function confirmBundleRows(connection: Queryable, id: string): Promise<void> {
  await connection.query(
    `insert into field.sync_confirmed (target_id, relation, key, hash)
     select b.target_id, r ->> 0, r ->> 1, r ->> 2 from field.sync_bundles b, jsonb_array_elements(b.rows) r
     where b.id = $1
     on conflict (target_id, relation, key) do update set hash = excluded.hash, confirmed_at = now()`,
    [id],
  );
  await connection.query('update field.sync_bundles set confirmed_at = now() where id = $1', [id]);
}
