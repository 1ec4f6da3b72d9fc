import type { DatabaseAddress } from '../../src/main/storage/index.ts';
import { startPlainPostgres } from './plain-postgres.ts';
import { hasEngine } from './container-engine.ts';
import { canUseCommunity, startCommunity } from './timescale-community.ts';
import { startTimescaleContainer } from './timescale-container.ts';

export interface DatabaseServer {
  readonly address: DatabaseAddress;
  createDatabase(): Promise<DatabaseAddress>;
  /** Ends the server at once, as a power cut would, and starts it again on the same data; not every kind can. */
  crash?(): Promise<void>;
  stop(): Promise<void>;
}

/** Every kind of server that the schema must fit; the same tests run on each. */
export const databaseServers: readonly {
  readonly name: string;
  readonly available: boolean;
  start(): Promise<DatabaseServer>;
}[] = [
  { name: 'PostgreSQL (embedded binaries)', available: true, start: startCrashablePostgres },
  { name: 'TimescaleDB (container, Apache edition)', available: hasEngine, start: startTimescaleContainer },
  {
    name: 'TimescaleDB (community edition)',
    available: canUseCommunity,
    start: startCommunity,
  },
];

async function startCrashablePostgres(): Promise<DatabaseServer> {
  const server = await startPlainPostgres();
  const crash = async (): Promise<void> => {
    await server.kill();
    await server.restart();
  };
  return { ...server, crash };
}
