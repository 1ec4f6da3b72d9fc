import type { Queryable } from '../database.ts';

/** Process ids of everything that the server runs beside its first process, which it does not list. */
export async function serverProcessIds(connection: Queryable): Promise<readonly number[]> {
  const { rows } = await connection.query<{ pid: number }>('select pid from pg_stat_activity');
  return rows.map(({ pid }) => pid);
}
