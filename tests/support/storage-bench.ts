import { afterAll, beforeAll } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database, migrate } from '../../src/main/storage/index.ts';
import { migrationOptions } from './storage-bench-options.ts';
import type { databaseServers, DatabaseServer } from './database-servers.ts';

export { migrationOptions };

export interface StorageBench {
  readonly open: (address: DatabaseServer['address']) => Database;
  /** A database of its own, empty. */
  readonly fresh: () => Promise<Database>;
  /** The same with our tables. */
  readonly migrated: () => Promise<Database>;
  readonly createDatabase: () => Promise<DatabaseServer['address']>;
  readonly server: () => DatabaseServer;
}

/** One server of this kind for the tests around; what was opened is closed with it. */
export function storageBench(kind: (typeof databaseServers)[number]): StorageBench {
  let server: DatabaseServer;
  const opened: Database[] = [];
  const open = (address: DatabaseServer['address']): Database => {
    const database = new Database({ address, applicationName: 'test', poolSize: 4, log: silentLog });
    opened.push(database);
    return database;
  };
  const fresh = async (): Promise<Database> => open(await server.createDatabase());

  beforeAll(async () => {
    server = await kind.start();
  }, 600_000);
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server.stop();
  });
  return {
    open,
    fresh,
    migrated: async () => {
      const owner = await fresh();
      await migrate(owner, migrationOptions);
      return owner;
    },
    createDatabase: () => server.createDatabase(),
    server: () => server,
  };
}
