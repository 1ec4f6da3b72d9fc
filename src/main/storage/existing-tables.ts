import { AppError } from '../../shared/domain/app-error.ts';
import type { Queryable } from './database.ts';

/** The published relations that hold rows, with their columns in order. */
const published = {
  sites: ['id', 'site_ref', 'site_name', 'description', 'created_at', 'updated_at'],
  devices: ['id', 'device_mac_addr', 'site_ref', 'created_at', 'updated_at'],
  sensor_data: ['time', 'device_mac_addr', 'temperature', 'humidity', 'reception_time'],
  device_heartbeats: [
    'time',
    'device_mac_addr',
    'rssi',
    'free_heap',
    'uptime',
    'min_heap',
    'ntp_sync',
    'reception_time',
  ],
} as const;
const byTime: readonly string[] = ['sensor_data', 'device_heartbeats'];

/** Those of schema `public` that hold rows, what is pointed to first. */
export const publishedTables: readonly string[] = Object.keys(published);

/**
 * The published init script fails half-way: its `device_heartbeats` names a column that does not exist, so
 * what comes after is missing, and the container never runs it again.
 */
export async function refuseHalfInitialised(connection: Queryable): Promise<void> {
  const names = Object.keys(published);
  const { rows } = await connection.query<{ name: string; there: boolean }>(
    `select name, to_regclass('public.' || name) is not null as there from unnest($1::text[]) as name`,
    [names],
  );
  const there = rows.filter((row) => row.there).map((row) => row.name);
  const missing = names.filter((name) => !there.includes(name));
  if (there.length === 0 || missing.length === 0) return;
  throw new AppError(
    'schema.half-initialised',
    `The database was left half-initialised: ${there.join(', ')} exist, ${missing.join(', ')} do not.`,
    { there: there.join(', '), missing: missing.join(', ') },
  );
}

/**
 * Tables of these names that are not the published ones (earlier versions of the published script called the
 * columns otherwise), or that are not partitioned where they must be, are not taken over: every statement
 * after that would fail in words that help nobody.
 */
export async function refuseOtherLayout(
  connection: Queryable,
  variant: 'plain' | 'timescale',
): Promise<void> {
  for (const [table, columns] of Object.entries(published)) {
    const { rows } = await connection.query<{ kind: string; columns: string[] }>(
      `select c.relkind as kind, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.oid = to_regclass('public.' || $1) and a.attnum > 0 and not a.attisdropped group by 1`,
      [table],
    );
    const there = rows[0];
    if (there === undefined) continue;
    const found = there.columns.join(', ');
    if (found !== columns.join(', ')) throw otherLayout(table, `columns ${found}`);
    if (variant === 'plain' && byTime.includes(table) && there.kind !== 'p')
      throw otherLayout(table, 'not partitioned');
  }
}

/** For a relation that is not as published. */
export function otherLayout(table: string, found: string): AppError {
  return new AppError(
    'schema.other-layout',
    `The table ${table} is not the published one: ${found}. Move it away or use another database.`,
    { table, found },
  );
}
