import type { ImportRecord } from '../../../shared/contract/readings-import.ts';
import type { Queryable } from '../database.ts';

/** Any numbers; the first for one import or undo at a time, the second, with its id, for the one that is at work. */
const workLock = 7_461_226;
const importLock = 7_461_227;

/** For as long as the connection lasts. @returns `false` where another process imports or undoes */
export async function lockImports(connection: Queryable): Promise<boolean> {
  const { rows } = await connection.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
    workLock,
  ]);
  return rows[0]?.taken === true;
}

export async function lockImport(connection: Queryable, id: number): Promise<void> {
  await connection.query('select pg_advisory_lock($1, $2::int)', [importLock, id]);
}

/** Connections of a pool are used again. */
export async function unlockImports(connection: Queryable): Promise<void> {
  await connection.query('select pg_advisory_unlock_all()');
}

/**
 * Begins an import. Its reception time is later than that of any other, and has microseconds that no message's has:
 * those are in milliseconds.
 */
export async function insertImport(
  connection: Queryable,
  fileName: string,
  reading: object,
): Promise<number> {
  const { rows } = await connection.query<{ id: number }>(
    `insert into field.imports (file_name, reading, reception_time)
     select $1, $2, greatest(date_trunc('milliseconds', clock_timestamp()),
       coalesce((select date_trunc('milliseconds', max(reception_time)) + interval '1 millisecond' from field.imports),
         '-infinity')) + interval '617 microseconds'
     returning id`,
    [fileName, JSON.stringify(reading)],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('no import was begun');
  return id;
}

export interface ImportTotals {
  readonly added: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly unassigned: number;
  readonly refused: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

export async function finishImport(connection: Queryable, id: number, totals: ImportTotals): Promise<void> {
  const { added, replaced, unchanged, unassigned, refused, fromMs, toMs } = totals;
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  await connection.query(
    `update field.imports set state = 'done', finished_at = now(), added = $2, replaced = $3, unchanged = $4,
       unassigned = $5, refused = $6, from_time = $7, to_time = $8 where id = $1`,
    [id, added, replaced, unchanged, unassigned, refused, iso(fromMs), iso(toMs)],
  );
}

export async function markUndoing(connection: Queryable, id: number): Promise<void> {
  await connection.query(`update field.imports set state = 'undoing' where id = $1`, [id]);
}

export async function markUndone(connection: Queryable, id: number): Promise<void> {
  await connection.query(`update field.imports set state = 'undone', undone_at = now() where id = $1`, [id]);
}

/** UTC days that still hold rows of an import, `YYYY-MM-DD`, in order. */
export async function daysOfImport(connection: Queryable, id: number): Promise<readonly string[]> {
  const { rows } = await connection.query<{ day: string }>(
    `select distinct day::text as day from field.import_days where import_id = $1 order by 1`,
    [id],
  );
  return rows.map(({ day }) => day);
}

const shownAtMost = 200;

/** Newest first. One that is under way without anybody at work on it was interrupted. */
export async function listImports(
  connection: Queryable,
  id: number | null,
): Promise<readonly ImportRecord[]> {
  const { rows } = await connection.query<{ [K in keyof ImportRecord]: ImportRecord[K] }>(
    `select i.id, file_name as "fileName",
       case when state in ('done', 'undone') or exists (
           select from pg_locks l where l.locktype = 'advisory' and l.classid = $2 and l.objid = i.id
             and l.database = (select oid from pg_database where datname = current_database()))
         then state when state = 'running' then 'interrupted' else 'undo-interrupted' end as state,
       started_at as "startedMs", finished_at as "finishedMs", undone_at as "undoneMs",
       added, replaced, unchanged, unassigned, refused, from_time as "fromMs", to_time as "toMs",
       (select count(distinct d.device_mac_addr) from field.import_days d where d.import_id = i.id) as devices
     from field.imports i where $1::bigint is null or i.id = $1 order by i.id desc limit ${shownAtMost}`,
    [id, importLock],
  );
  return rows;
}

/** All adopted devices with the names that people gave them. */
export async function loadDeviceNames(
  connection: Queryable,
): Promise<readonly { readonly mac: string; readonly name: string }[]> {
  const { rows } = await connection.query<{ mac: string; name: string }>(
    `select d.device_mac_addr as mac, coalesce(p.name, '') as name
     from devices d left join field.device_profiles p using (device_mac_addr)`,
  );
  return rows;
}
