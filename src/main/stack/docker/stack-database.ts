import type { Settings } from '../../../shared/contract/settings.ts';
import type { AsyncDisposer } from '../../foundation/disposer.ts';
import { drop } from '../../foundation/drop.ts';
import type { Log } from '../../foundation/log.ts';
import {
  createPartitionsAhead,
  Database,
  databaseKind,
  databaseSizeBytes,
  migrate,
  serverVersion,
  setRolePasswords,
  type DatabaseKind,
} from '../../storage/index.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { databasePlace } from './prepare-database.ts';
import type { StackSecretValues } from './project/index.ts';
import { ownerName } from './stack-variables.ts';

const ownerPoolSize = 8;
const ingestorPoolSize = 4;
const measureIntervalMs = 15_000;

/** The database in the container, as its owner and as the ingestor. */
export interface StackDatabase {
  readonly owner: Database;
  readonly ingestor: Database;
  readonly kind: DatabaseKind;
  readonly version: string;
  sizeBytes: number;
}

/**
 * Connects, brings the schema up to date and sets the passwords of the service roles.
 *
 * @throws the errors of the database and of the schema
 */
export async function openStackDatabase(
  parts: {
    readonly engine: DockerEngine;
    readonly settings: Settings;
    readonly secrets: StackSecretValues;
    readonly sqlFolder: string;
    readonly appVersion: string;
    readonly log: Log;
    readonly now: () => number;
  },
  running: AsyncDisposer,
  signal: AbortSignal,
): Promise<StackDatabase> {
  const { engine, settings, secrets, sqlFolder, appVersion, now } = parts;
  const log = parts.log.from('database');
  const place = await databasePlace({ engine, settings });
  const open = (role: string, user: string, password: string, poolSize: number): Database =>
    running.use(
      `${role} connections`,
      new Database({
        address: { ...place, user, password },
        applicationName: `DataYoti Field ${role}`,
        poolSize,
        log,
      }),
    );
  const owner = open('owner', ownerName, secrets.pg_password, ownerPoolSize);
  await migrate(owner, { folder: sqlFolder, appVersion, log }, signal);
  await setRolePasswords(owner, {
    ingestor: secrets.mqtt_ingestor_password,
    grafana: secrets.grafana_reader_password,
  });
  await createPartitionsAhead(owner, now());
  const database: StackDatabase = {
    owner,
    ingestor: open('ingestor', 'mqtt_ingestor', secrets.mqtt_ingestor_password, ingestorPoolSize),
    kind: await databaseKind(owner),
    version: await serverVersion(owner),
    sizeBytes: await databaseSizeBytes(owner),
  };
  const measure = async (): Promise<void> => {
    database.sizeBytes = await databaseSizeBytes(owner);
  };
  const timer = setInterval(() => drop(measure(), log, 'measuring the database'), measureIntervalMs);
  running.defer('measuring the database', () => clearInterval(timer));
  return database;
}
