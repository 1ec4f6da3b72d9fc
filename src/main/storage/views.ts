import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Database, Queryable } from './database.ts';
import { otherLayout } from './existing-tables.ts';
import { columnsOf, dropRollups, rollupNames } from './rollup-relations.ts';
import { applyRollups, resetRollups, rollupKind } from './rollups.ts';

/** The views that the application makes; in the order in which they may be dropped. */
const names = ['latest_sensor_readings', 'device_health'] as const;
const columns = {
  latest_sensor_readings: 'device_mac_addr, time, temperature, humidity, reception_time',
  device_health:
    'device_mac_addr, last_heartbeat, rssi, free_heap, uptime, min_heap, ntp_sync, health_status',
} as const satisfies Readonly<Record<(typeof names)[number], string>>;
const allNames: readonly string[] = [...names, ...rollupNames];
/** "cannot change name of view column" and the like. */
const invalidTableDefinition = '42P16';
const mostTries = 5;

export async function createViews(owner: Database, sqlFolder: string): Promise<readonly string[]> {
  await owner.connection(async (connection) => {
    await applyViews(connection, sqlFolder);
    await applyRoles(connection, sqlFolder);
  });
  return allNames;
}

/** All of them, whoever made them. */
export async function viewsExist(connection: Queryable): Promise<boolean> {
  const { rows } = await connection.query<{ missing: boolean }>(
    `select exists (select from unnest($1::text[]) name where to_regclass('public.' || name) is null) as missing`,
    [allNames],
  );
  return rows[0]?.missing === false;
}

export async function dropViews(owner: Queryable): Promise<readonly string[]> {
  for (const name of names) await owner.query(`drop view if exists public.${name}`);
  await dropRollups(owner);
  return allNames;
}

/**
 * Dropped and made again in one transaction, so that a reader never finds them missing; continuous aggregates, which
 * cannot be, one after the other. The buckets are to be computed anew by the next refresh; until then the views
 * compute them.
 */
export async function recreateViews(owner: Database, sqlFolder: string): Promise<readonly string[]> {
  return owner.connection(async (connection) => {
    await makeAnew(connection, sqlFolder);
    if ((await rollupKind(connection)) === 'continuous') await dropRollups(connection);
    else await resetRollups(connection);
    await applyRollups(connection, sqlFolder);
    await applyRoles(connection, sqlFolder);
    return allNames;
  });
}

/** At every start; a view of other columns, as the published script made them, is replaced as a whole. */
export async function applyViews(connection: Queryable, sqlFolder: string): Promise<void> {
  try {
    await applyFolder(connection, join(sqlFolder, 'views'));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== invalidTableDefinition) throw error;
    await makeAnew(connection, sqlFolder);
  }
  await applyRollups(connection, sqlFolder);
}

/**
 * Only those that are missing; what is there stays as it is.
 *
 * @throws AppError `schema.other-layout` for one of other columns
 */
export async function addViews(connection: Queryable, sqlFolder: string): Promise<void> {
  for (const name of names) {
    const found = await columnsOf(connection, name);
    if (found === null)
      await connection.query(await readFile(join(sqlFolder, 'views', `${name}.sql`), 'utf8'));
    else if (found !== columns[name]) throw otherLayout(name, `columns ${found}`);
  }
}

/** Roles and what they may do; needs the rights of the owner, and to create roles only where they are missing. */
export async function applyRoles(connection: Queryable, sqlFolder: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await applyFolder(connection, join(sqlFolder, 'roles'));
      return;
    } catch (error) {
      // A job of the database's own that makes a chunk at this moment, and gives it its rights.
      const met = error instanceof pg.DatabaseError && error.message.startsWith('tuple concurrently');
      if (!met || tries === mostTries) throw error;
    }
  }
}

/** The rights of readers come with the views, by default. */
async function makeAnew(connection: Queryable, sqlFolder: string): Promise<void> {
  await connection.query('begin');
  try {
    for (const name of names) await connection.query(`drop view if exists public.${name}`);
    await applyFolder(connection, join(sqlFolder, 'views'));
    await connection.query('commit');
  } catch (error) {
    await connection.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Files that may run any number of times, each all or nothing. */
async function applyFolder(connection: Queryable, folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  for (const file of files) await connection.query(await readFile(join(folder, file), 'utf8'));
}
