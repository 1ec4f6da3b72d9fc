import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../foundation/clock.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { FileSecrets, keptPassword } from '../../foundation/file-secrets.ts';
import { silentLog } from '../../foundation/log.ts';
import { Database, type DatabaseAddress } from '../../storage/index.ts';
import { EmbeddedPostgres } from '../../stack/embedded/postgres/index.ts';
import { SettingsStore } from '../../settings/index.ts';
import { pathsFor } from '../platform-paths.ts';

/** A password from a file, else from a variable; never from an argument, where every process list shows it. */
export async function passwordFrom(file: string | undefined, variable: string): Promise<string | undefined> {
  if (file !== undefined) return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  return process.env[variable];
}

/** Reads `postgres://user@host:port/database`. @throws AppError `request.invalid`, without repeating the text */
export function databaseAddress(text: string, password: string | undefined): DatabaseAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = url?.protocol === 'postgres:' || url?.protocol === 'postgresql:';
  if (url === undefined || !known || url.hostname === '' || url.username === '') {
    throw new AppError(
      'request.invalid',
      'The database address must look like postgres://user@host:5432/database.',
      { field: 'db' },
    );
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 5432 : Number(url.port),
    database: decodeURIComponent(url.pathname.slice(1)) || 'datayoti_db',
    user: decodeURIComponent(url.username),
    password: password ?? decodeURIComponent(url.password),
  };
}

/**
 * Works on the database of an address, or on the embedded one of a data folder: the running application's,
 * else one started for the time of the work.
 */
export async function withDatabase<T>(
  target: {
    readonly db: string | undefined;
    readonly passwordFile: string | undefined;
    readonly data: string;
    readonly root: string;
  },
  work: (owner: Database) => Promise<T>,
): Promise<T> {
  if (target.db !== undefined) {
    return using(
      databaseAddress(target.db, await passwordFrom(target.passwordFile, 'DATAYOTI_DB_PASSWORD')),
      work,
    );
  }
  const secrets = new FileSecrets(join(target.data, 'secrets'));
  const password = await keptPassword(secrets, 'postgres.owner');
  const { postgresPort } = (await SettingsStore.open(join(target.data, 'settings.json'), silentLog)).current;
  const running: DatabaseAddress = {
    host: '127.0.0.1',
    port: postgresPort,
    database: 'datayoti_db',
    user: 'datayoti_owner',
    password,
  };
  if (await answers(running)) return using(running, work);
  const server = new EmbeddedPostgres({
    binaries: pathsFor(target.data, target.root).postgres,
    dataFolder: join(target.data, 'postgres'),
    databaseName: running.database,
    ownerPassword: () => Promise.resolve(password),
    log: silentLog,
    clock: systemClock,
  });
  await server.start({ port: postgresPort }, new AbortController().signal);
  try {
    return await using(running, work);
  } finally {
    await server.close();
  }
}

async function answers(address: DatabaseAddress): Promise<boolean> {
  return using(address, (owner) => owner.query('select 1')).then(
    () => true,
    () => false,
  );
}

async function using<T>(address: DatabaseAddress, work: (owner: Database) => Promise<T>): Promise<T> {
  const owner = new Database({
    address,
    applicationName: 'datayoti',
    poolSize: 2,
    log: silentLog,
    statementTimeoutMs: 0,
  });
  try {
    return await work(owner);
  } finally {
    await owner.close();
  }
}
