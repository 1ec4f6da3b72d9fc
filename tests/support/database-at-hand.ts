import pg from 'pg';
import type { DatabaseAddress } from '../../src/main/storage/index.ts';

/** The address as the command line takes it: no password belongs inside. */
export const urlOf = ({ user, host, port, database }: DatabaseAddress): string =>
  `postgres://${user}@${host}:${port}/${database}`;

/** Where the command line takes the password from. */
export const passwordOf = ({ password }: DatabaseAddress) => ({ DATAYOTI_DB_PASSWORD: password });

/** Asks a database what is in it, by a client of its own. */
export async function query(
  address: DatabaseAddress,
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
