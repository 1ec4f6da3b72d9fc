import pg from 'pg';
import { AppError } from '../../../../shared/domain/app-error.ts';
import type { DatabaseAddress } from '../../../storage/index.ts';

const connectLimitMs = 2_000;
/** SQLSTATE (PostgreSQL, appendix A): wrong password; the server is starting, recovering or stopping. */
const invalidPassword = '28P01';
const cannotConnectNow = '57P03';

export type Answer = 'ready' | 'busy' | 'silent';

/** Does the server answer its superuser? `busy` while it recovers. @throws AppError `database.access-denied` */
export async function askServer(address: DatabaseAddress, folder: string): Promise<Answer> {
  try {
    await asOwner({ ...address, database: 'postgres' }, () => Promise.resolve());
    return 'ready';
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) return 'silent';
    if (error.code === invalidPassword) {
      throw new AppError(
        'database.access-denied',
        'The kept password does not open the database in this folder.',
        { folder },
        error,
      );
    }
    return error.code === cannotConnectNow ? 'busy' : 'silent';
  }
}

/** Makes the application's database where it is missing. */
export async function createDatabase(address: DatabaseAddress): Promise<void> {
  await asOwner({ ...address, database: 'postgres' }, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [address.database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(address.database)}`);
  });
}

async function asOwner(address: DatabaseAddress, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ ...address, connectionTimeoutMillis: connectLimitMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
