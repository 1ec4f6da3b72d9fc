import type { Settings } from '../../../shared/contract/settings.ts';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import type { Log } from '../../foundation/log.ts';
import { Database, migrate } from '../../storage/index.ts';
import type { DockerEngine, ReachedPort } from './engine/docker-engine.ts';
import { settleOwner } from './settle-owner.ts';
import type { StackSecretValues } from './project/index.ts';
import { databaseName, ownerName } from './stack-variables.ts';

/** What is done with the database after it is healthy and before anything else uses it. */
export interface DatabaseWork {
  /**
   * Complete what the published script left half-initialised, keeping every row; and begin anew where the very first
   * start was cut off and nothing was ever stored.
   */
  readonly repair?: boolean;
  /** With the schema as it should be: nothing writes yet. */
  readonly afterMigrating?: (owner: Database, signal: AbortSignal) => Promise<void>;
}

export interface DatabaseParts {
  readonly engine: DockerEngine;
  readonly settings: Settings;
  readonly secrets: StackSecretValues;
  readonly sqlFolder: string;
  readonly appVersion: string;
  readonly log: Log;
}

/**
 * The owner's password and the schema, before the ingestor starts: it would bring the schema up to date as well, but
 * what is wrong with a database would then show only in the log of a container that ends again and again.
 *
 * @throws AppError `schema.*`, `database.*`, `engine.*`, and what the work throws
 */
export async function prepareDatabase(
  parts: DatabaseParts,
  container: string,
  { repair = false, afterMigrating }: DatabaseWork,
  signal: AbortSignal,
): Promise<void> {
  const { engine, secrets, sqlFolder, appVersion } = parts;
  const log = parts.log.from('database');
  const password = secrets.pg_password;
  await settleOwner(engine, container, { user: ownerName, database: databaseName, password }, signal);
  const owner = new Database({
    address: { ...(await databasePlace(parts)), user: ownerName, password },
    applicationName: 'DataYoti Field schema',
    poolSize: 2,
    log,
  });
  try {
    await migrate(owner, { folder: sqlFolder, appVersion, log, repair }, signal);
    await afterMigrating?.(owner, signal);
  } catch (error) {
    throw inContainers(error);
  } finally {
    await owner.close();
  }
}

/** Where the database is reached from here. @throws AppError `engine.port-out-of-reach` */
export async function databasePlace({
  engine,
  settings: { postgresAddress: address, postgresPort: port },
}: Pick<DatabaseParts, 'engine' | 'settings'>): Promise<ReachedPort & { readonly database: string }> {
  return { ...(await engine.reach({ address, port })), database: databaseName };
}

/** The remedy is another one here than for a database of one's own. */
function inContainers(error: unknown): unknown {
  if (!isAppError(error, 'schema.half-initialised')) return error;
  return new AppError(error.code, error.message, { ...error.data, context: 'docker' }, error);
}
