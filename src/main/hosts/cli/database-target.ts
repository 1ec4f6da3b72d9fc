import { join } from 'node:path';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { systemClock } from '../../foundation/clock.ts';
import { AsyncDisposer } from '../../foundation/disposer.ts';
import { FileSecrets, keptPassword } from '../../foundation/file-secrets.ts';
import { silentLog } from '../../foundation/log.ts';
import { SettingsStore } from '../../settings/index.ts';
import { EmbeddedPostgres } from '../../stack/embedded/postgres/index.ts';
import { Database, type DatabaseAddress, type DatabaseTls } from '../../storage/index.ts';
import { InstanceLock } from '../instance-lock.ts';
import { pathsFor } from '../platform-paths.ts';
import { passwordFrom, textOf, urlPart } from './answer.ts';

export interface DatabaseTarget {
  /** Address of an external database; without it the embedded one of the data folder. */
  readonly db: string | undefined;
  readonly passwordFile: string | undefined;
  readonly data: string;
  readonly root: string;
  /** Only who is to build a schema may make an embedded database where there is none. */
  readonly mayCreate: boolean;
  /** The longest that a statement may take, milliseconds; absent means no limit, for work on the schema. */
  readonly statementTimeoutMs?: number;
}

const ownerSecret = 'postgres.owner';

/**
 * Where the embedded database of a data folder answers while its application runs, for other programs. Starts
 * nothing and changes nothing.
 *
 * @throws AppError `stack.not-running` where there is no embedded database yet
 */
export async function embeddedAddress(data: string): Promise<DatabaseAddress> {
  const password = await new FileSecrets(join(data, 'secrets')).get(ownerSecret);
  if (password === undefined) throw noDatabaseYet(data);
  return ownerAddress(data, password);
}

async function ownerAddress(data: string, password: string): Promise<DatabaseAddress> {
  const { postgresPort } = (await SettingsStore.open(join(data, 'settings.json'), silentLog)).current;
  return {
    host: '127.0.0.1',
    port: postgresPort,
    database: 'datayoti_db',
    user: 'datayoti_owner',
    password,
  };
}

function noDatabaseYet(data: string): AppError {
  return new AppError(
    'stack.not-running',
    `There is no embedded database for ${data} yet: run db migrate or npm start, or name one with --db.`,
    { folder: data },
  );
}

/**
 * Reads `postgres://user@host:port/database?sslmode=...&sslrootcert=...`.
 *
 * @throws AppError `request.invalid`, without repeating the text; also where it holds a password, since every
 * process list shows the arguments
 */
export async function databaseAddress(text: string, password: string | undefined): Promise<DatabaseAddress> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url?.protocol === 'postgres:' || url?.protocol === 'postgresql:';
  if (url === undefined || !known || url.hostname === '' || url.username === '') {
    throw new AppError(
      'request.invalid',
      'The database address must look like postgres://user@host:5432/database.',
      { field: 'db' },
    );
  }
  if (url.password !== '') {
    throw new AppError(
      'request.invalid',
      'No password belongs in the database address: give it in DATAYOTI_DB_PASSWORD or with --db-password-file.',
      { field: 'db' },
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 5432 : Number(url.port),
    database: urlPart(url.pathname.slice(1), 'db') || 'datayoti_db',
    user: urlPart(url.username, 'db'),
    password: password ?? '',
    ...(await tlsFrom(url.searchParams)),
  };
}

/** libpq's parameters, of which no other may be there: one that is not understood must not be passed over. */
async function tlsFrom(parameters: URLSearchParams): Promise<{ readonly tls?: DatabaseTls }> {
  const mode = parameters.get('sslmode') ?? (parameters.has('sslrootcert') ? 'verify-full' : 'disable');
  const unknown = [...parameters.keys()].find((name) => name !== 'sslmode' && name !== 'sslrootcert');
  if (unknown !== undefined) {
    throw new AppError(
      'request.invalid',
      `The database address has a parameter that is not known: ${unknown}.`,
      {
        field: 'db',
      },
    );
  }
  if (mode === 'disable') return {};
  if (mode !== 'require' && mode !== 'verify-ca' && mode !== 'verify-full') {
    throw new AppError('request.invalid', 'sslmode is one of disable, require, verify-ca, verify-full.', {
      field: 'db',
    });
  }
  const file = parameters.get('sslrootcert');
  return { tls: { mode, ...(file === null ? {} : { ca: await textOf(file) }) } };
}

/**
 * Works on the database of an address, or on the embedded one of a data folder: the running application's,
 * else one started for the time of the work. A signal aborts the work, and the server that was started for it
 * ends before the process does.
 *
 * @throws AppError `stack.not-running` where there is no embedded database, or its application keeps it stopped
 */
export async function withDatabase<T>(
  target: DatabaseTarget,
  work: (owner: Database, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const end = (): void => ended.abort(new Error('ended by a signal'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  const disposer = new AsyncDisposer();
  try {
    const owner = open(await addressOf(target, disposer, ended.signal), target.statementTimeoutMs);
    disposer.defer('connections', () => owner.close());
    return await work(owner, ended.signal);
  } finally {
    await disposer.close();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, end);
  }
}

async function addressOf(
  target: DatabaseTarget,
  disposer: AsyncDisposer,
  signal: AbortSignal,
): Promise<DatabaseAddress> {
  const { db, passwordFile, data } = target;
  if (db !== undefined) return databaseAddress(db, await passwordFrom(passwordFile, 'DATAYOTI_DB_PASSWORD'));
  const secrets = new FileSecrets(join(data, 'secrets'));
  if (!target.mayCreate && (await secrets.get(ownerSecret)) === undefined) throw noDatabaseYet(data);
  const lock = await InstanceLock.take(data);
  const running = await ownerAddress(data, await keptPassword(secrets, ownerSecret));
  if (!(lock instanceof InstanceLock)) {
    await mustAnswer(running);
    return running;
  }
  disposer.defer('instance lock', () => lock.release());
  const server = disposer.use(
    'database',
    new EmbeddedPostgres({
      binaries: pathsFor(data, target.root).postgres,
      dataFolder: join(data, 'postgres'),
      databaseName: running.database,
      ownerPassword: () => Promise.resolve(running.password),
      log: silentLog,
      clock: systemClock,
    }),
    30_000,
  );
  await server.start({ port: running.port }, signal);
  return running;
}

/** The application that runs has its database stopped: starting a second server on its files would harm it. */
async function mustAnswer(address: DatabaseAddress): Promise<void> {
  const owner = open(address);
  try {
    await owner.query('select 1');
  } catch (error) {
    if (!isAppError(error, 'database.unreachable')) throw error;
    throw new AppError(
      'stack.not-running',
      'The application runs with this data folder, but its database does not: start the stack there first.',
      { port: address.port },
      error,
    );
  } finally {
    await owner.close();
  }
}

function open(address: DatabaseAddress, statementTimeoutMs = 0): Database {
  return new Database({
    address,
    applicationName: 'datayoti',
    poolSize: 2,
    log: silentLog,
    statementTimeoutMs,
  });
}
