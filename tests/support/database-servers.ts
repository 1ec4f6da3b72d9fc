import type { DatabaseAddress } from '../../src/main/storage/index.ts';
import { startPlainPostgres } from './plain-postgres.ts';

export interface DatabaseServer {
  readonly address: DatabaseAddress;
  createDatabase(): Promise<DatabaseAddress>;
  stop(): Promise<void>;
}

/** Every kind of server that the schema must fit; the same tests run on each. */
export const databaseServers: readonly { readonly name: string; start(): Promise<DatabaseServer> }[] = [
  { name: 'PostgreSQL (embedded binaries)', start: () => startPlainPostgres() },
];
