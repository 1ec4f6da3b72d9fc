import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { isAppError } from '../../../shared/domain/app-error.ts';
import { sensorTopicFilter } from '../../../shared/domain/topics.ts';
import { silentLog } from '../../foundation/log.ts';
import { runStandingIngest } from '../../wiring/standing-ingest.ts';
import { createPartitionsAhead, Database, migrate, setRolePasswords } from '../../storage/index.ts';
import { tellHealth } from './health-file.ts';
import { readIngestorConfig, type IngestorConfig } from './ingestor-config.ts';
import { tellTime } from './time-teller.ts';

/**
 * The always-on ingestor of the Docker stack: one bundled file in a container, so that readings are stored while no
 * laptop is there. It brings the schema up to date itself, for the same stack also starts by `docker compose up`.
 */
declare const DATAYOTI_VERSION: string;

const healthFile = process.env['HEALTH_FILE'] ?? '/tmp/ingestor-healthy';
const retryMs = 2_000;
const reportEveryMs = 60_000;
/** Several ingestors, the application's own among them, share the messages. */
const sharedFilter = `$share/datayoti-ingest/${sensorTopicFilter}`;

process.exit(await run().catch(failed));

/** In one line: the engine starts the container again, and its log is for people. */
function failed(error: unknown): number {
  print(error instanceof Error ? error.message : String(error));
  return 1;
}

async function run(): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  // A container that is started again still has the file of before.
  await tellHealth(healthFile, false);
  const config = await readIngestorConfig(process.env);
  const folder = join(dirname(fileURLToPath(import.meta.url)), 'sql');
  const stopTime = tellTime(config.broker);
  let told = '';
  try {
    while (!stop.signal.aborted) {
      try {
        await ingest(config, folder, stop.signal);
      } catch (error) {
        // A database that is away, or has yet to get its password, comes: to end would only look like a fault.
        if (!isAppError(error, 'database.unreachable') && !isAppError(error, 'database.access-denied'))
          throw error;
        if (error.message !== told) print(`waiting for the database: ${error.message}`);
        told = error.message;
        await wait(retryMs, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
    return 0;
  } finally {
    await stopTime();
  }
}

async function ingest(config: IngestorConfig, folder: string, signal: AbortSignal): Promise<void> {
  const owner = open(config.owner, 'schema', 2);
  const ingestor = open(config.ingestor, 'ingestor', 4);
  try {
    await prepare(owner, folder, config, signal);
    await runStandingIngest(
      {
        broker: { ...config.broker, clientId: 'datayoti-ingestor' },
        topic: [sharedFilter],
        json: false,
        print,
        settings: config.settings,
        dropExpired: true,
        maintained: owner,
        sqlFolder: folder,
        appVersion: DATAYOTI_VERSION,
        reportEveryMs,
        observe: ({ connected, stalled }) =>
          void tellHealth(healthFile, connected && !stalled).catch(() => undefined),
      },
      ingestor,
      signal,
    );
  } finally {
    await ingestor.close();
    await owner.close();
  }
}

/** Schema, service roles and days ahead. */
async function prepare(
  owner: Database,
  folder: string,
  config: IngestorConfig,
  signal: AbortSignal,
): Promise<void> {
  await migrate(owner, { folder, appVersion: DATAYOTI_VERSION, log: silentLog }, signal);
  await setRolePasswords(owner, { ingestor: config.ingestor.password, grafana: config.grafanaPassword });
  await createPartitionsAhead(owner, Date.now());
}

function open(address: IngestorConfig['owner'], role: string, poolSize: number): Database {
  return new Database({ address, applicationName: `DataYoti ingestor ${role}`, poolSize, log: silentLog });
}

function print(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
