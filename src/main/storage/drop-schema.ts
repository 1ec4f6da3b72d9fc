import type { Queryable } from './database.ts';
import { publishedTables } from './existing-tables.ts';
import { dropViews } from './views.ts';

/**
 * Takes away everything that `sql/` makes, so that the next migration starts from nothing. Only for a database
 * that was found empty; what other programs keep beside stays.
 */
export async function dropSchema(connection: Queryable): Promise<void> {
  await dropViews(connection);
  await connection.query('drop schema if exists field cascade');
  for (const table of publishedTables.toReversed())
    await connection.query(`drop table if exists public.${table}`);
}
