import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { DatabaseServer } from './database-servers.ts';

const url = process.env['DATAYOTI_TEST_COMMUNITY_URL'];

/**
 * TimescaleDB's community edition is in no archive that tests install from. A server of it is tested where its
 * superuser's address is given: `DATAYOTI_TEST_COMMUNITY_URL=postgres://user:password@host:port/postgres`.
 */
export const canUseCommunity = url !== undefined;

/** The server that was given; databases made on it are dropped at the end. */
export function startCommunity(): Promise<DatabaseServer> {
  const { hostname, port, username, password, pathname } = new URL(url ?? '');
  const address = {
    host: hostname,
    port: Number(port),
    user: username,
    password,
    database: pathname.slice(1),
  };
  const made: string[] = [];
  const asAdmin = async (statement: string): Promise<void> => {
    const client = new pg.Client(address);
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  return Promise.resolve({
    address,
    createDatabase: async () => {
      const database = `datayoti_db_${randomBytes(6).toString('hex')}`;
      await asAdmin(`create database ${database} template template0`);
      made.push(database);
      return { ...address, database };
    },
    stop: async () => {
      for (const database of made) await asAdmin(`drop database ${database} with (force)`);
    },
  });
}
