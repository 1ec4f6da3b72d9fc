import type { DatabaseAddress } from '../../src/main/storage/index.ts';
import { startPlainPostgres } from './plain-postgres.ts';
import { hasEngine } from './container-engine.ts';
import { startTimescaleContainer } from './timescale-container.ts';

export interface DatabaseServer {
  readonly address: DatabaseAddress;
  createDatabase(): Promise<DatabaseAddress>;
  stop(): Promise<void>;
}

/** Every kind of server that the schema must fit; the same tests run on each. */
export const databaseServers: readonly {
  readonly name: string;
  readonly available: boolean;
  start(): Promise<DatabaseServer>;
}[] = [
  { name: 'PostgreSQL (embedded binaries)', available: true, start: () => startPlainPostgres() },
  { name: 'TimescaleDB (container, Apache edition)', available: hasEngine, start: startTimescaleContainer },
];
