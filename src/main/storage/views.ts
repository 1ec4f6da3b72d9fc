import { join } from 'node:path';
import type { Database } from './database.ts';
import { applyFolder } from './migrations.ts';

/** The views that the application makes; in the order in which they may be dropped. */
const names = ['latest_sensor_readings', 'device_health'] as const;

export async function createViews(owner: Database, sqlFolder: string): Promise<readonly string[]> {
  await applyFolder(owner, join(sqlFolder, 'views'));
  return names;
}

export async function dropViews(owner: Database): Promise<readonly string[]> {
  for (const name of names) await owner.query(`drop view if exists public.${name}`);
  return names;
}

/** Dropped and made again in one transaction, so that a reader never finds them missing. */
export async function recreateViews(owner: Database, sqlFolder: string): Promise<readonly string[]> {
  return owner.transaction(async (connection) => {
    for (const name of names) await connection.query(`drop view if exists public.${name}`);
    await applyFolder(connection, join(sqlFolder, 'views'));
    await applyFolder(connection, join(sqlFolder, 'roles'));
    return names;
  });
}
