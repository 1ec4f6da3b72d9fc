import type { Queryable } from './database.ts';

export type DatabaseKind = 'postgresql' | 'timescaledb-apache' | 'timescaledb-community';

/** Which of the three kinds of server this is; the licence decides what TimescaleDB can do. */
export async function databaseKind(connection: Queryable): Promise<DatabaseKind> {
  const { rows } = await connection.query<{ licence: string | null }>(
    `select case when exists (select from pg_extension where extname = 'timescaledb')
       then coalesce(current_setting('timescaledb.license', true), 'apache') end as licence`,
  );
  const licence = rows[0]?.licence ?? null;
  if (licence === null) return 'postgresql';
  return licence === 'timescale' ? 'timescaledb-community' : 'timescaledb-apache';
}

/** Creates the extension where the server offers it; `false` where it does not (or this role may not). */
export async function enableTimescale(connection: Queryable, onlyLook: boolean): Promise<boolean> {
  if ((await databaseKind(connection)) !== 'postgresql') return true;
  const { rows } = await connection.query<{ offered: boolean }>(
    // Without its library loaded at the server's start, creating the extension ends the whole connection.
    `select exists (select from pg_available_extensions where name = 'timescaledb')
       and exists (select from pg_settings where name like 'timescaledb%') as offered`,
  );
  if (rows[0]?.offered !== true) return false;
  if (onlyLook) return true;
  try {
    await connection.query('create extension if not exists timescaledb');
    return true;
  } catch {
    // Not ours to create: plain partitions do the same work.
    return false;
  }
}

/** `18.4`, as the server says. */
export async function serverVersion(connection: Queryable): Promise<string> {
  const { rows } = await connection.query<{ version: string }>(
    `select split_part(current_setting('server_version'), ' ', 1) as version`,
  );
  return rows[0]?.version ?? '';
}

export async function databaseSizeBytes(connection: Queryable): Promise<number> {
  const { rows } = await connection.query<{ bytes: number }>(
    'select pg_database_size(current_database()) as bytes',
  );
  return rows[0]?.bytes ?? 0;
}
