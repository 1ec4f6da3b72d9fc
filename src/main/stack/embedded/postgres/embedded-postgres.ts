import { spawn, type ChildProcess } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { AppError, reportOf, type ErrorReport } from '../../../../shared/domain/app-error.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Closable } from '../../../foundation/disposer.ts';
import { drop } from '../../../foundation/drop.ts';
import { Listeners } from '../../../foundation/listeners.ts';
import type { Log } from '../../../foundation/log.ts';
import { canListen, findFreePort, portHolder } from '../../../foundation/port-holder.ts';
import { SerialQueue } from '../../../foundation/serial-queue.ts';
import type { DatabaseAddress } from '../../../storage/index.ts';
import { prepareBinaries, type Binaries } from './binaries.ts';
import { clusterFolder } from './cluster-folder.ts';
import { clusterData, clusterState, createCluster, failureFrom, ownerName } from './create-cluster.ts';
import { clearLeftOver } from './running-server.ts';
import { serverArguments } from './server-arguments.ts';
import { ServerLog } from './server-log.ts';
import { accountForServer, type Account } from './unprivileged-account.ts';

export interface EmbeddedPostgresOptions {
  /** Folder with `bin`, `lib` and `share`, or `undefined` where this system has none. */
  readonly binaries: string | undefined;
  /** Wanted place of the cluster; as root it may lie elsewhere, see `state().folder`. */
  readonly dataFolder: string;
  readonly databaseName: string;
  /** The superuser's password, made once and kept by the host's secret store. */
  readonly ownerPassword: () => Promise<string>;
  readonly log: Log;
  readonly clock: Clock;
}

export interface EmbeddedPostgresState {
  readonly phase: 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';
  readonly step: 'database-init' | 'database-start' | null;
  readonly port: number | null;
  readonly folder: string | null;
  readonly error: ErrorReport | null;
}

const host = '127.0.0.1';
const startLimitMs = 60_000;
const fastStopLimitMs = 20_000;
const immediateStopLimitMs = 5_000;
const minimumFreeBytes = 300_000_000;
const crashWindowMs = 60_000;
const crashesAllowed = 3;
const restartDelayMs = 500;
const readyPollMs = 25;

/**
 * A real PostgreSQL under our own supervision: made on first use, bound to loopback, restarted after a crash,
 * stopped with everything committed. One object per data folder; calls queue up behind each other.
 */
export class EmbeddedPostgres implements Closable {
  readonly #options: EmbeddedPostgresOptions;
  readonly #queue = new SerialQueue();
  readonly #changes = new Listeners<void>();
  readonly #output: ServerLog;
  #state: EmbeddedPostgresState = { phase: 'stopped', step: null, port: null, folder: null, error: null };
  #server: ChildProcess | undefined;
  #password = '';
  #crashes: number[] = [];

  constructor(options: EmbeddedPostgresOptions) {
    this.#options = options;
    this.#output = new ServerLog(options.log);
  }

  state(): EmbeddedPostgresState {
    return this.#state;
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** The superuser's address; only while it runs. @throws AppError `stack.not-running` */
  address(): DatabaseAddress {
    const { port } = this.#state;
    if (port === null) throw new AppError('stack.not-running', 'The database is not running.');
    return { host, port, database: this.#options.databaseName, user: ownerName, password: this.#password };
  }

  /**
   * Makes the cluster where there is none, ends what a killed application left behind, and starts the server.
   *
   * @throws AppError `database.port-in-use` (data: port, program, pid, freePort), `database.other-major-version`,
   * `database.disk-full`, `database.data-damaged`, `database.binaries-missing`,
   * `database.no-unprivileged-account`, `database.start-failed`
   */
  start(config: { readonly port: number }, signal: AbortSignal): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#state.phase === 'running') return;
      this.#crashes = [];
      try {
        await this.#start(config.port, signal);
      } catch (error) {
        await this.#end();
        this.#set({
          phase: signal.aborted ? 'stopped' : 'failed',
          step: null,
          port: null,
          error: signal.aborted ? null : reportOf(error),
        });
        throw error;
      }
    });
  }

  /** Fast shutdown: open transactions are rolled back, what was committed is on disk. */
  stop(): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#server === undefined) {
        if (this.#state.phase !== 'stopped')
          this.#set({ phase: 'stopped', step: null, port: null, error: null });
        return;
      }
      this.#set({ phase: 'stopping' });
      await this.#end();
      this.#set({ phase: 'stopped', step: null, port: null, error: null });
    });
  }

  close(): Promise<void> {
    return this.stop();
  }

  async #start(port: number, signal: AbortSignal): Promise<void> {
    const options = this.#options;
    this.#set({ phase: 'starting', step: 'database-start', port: null, error: null });
    const account = await accountForServer();
    const folder = await clusterFolder(options.dataFolder, account);
    this.#set({ folder });
    const binaries = await prepareBinaries(options.binaries, account, join(folder, 'programs'));
    this.#password = await options.ownerPassword();
    await refuseFullDisk(folder);
    if ((await clusterState(folder, binaries)) === 'absent') {
      this.#set({ step: 'database-init' });
      await createCluster({ folder, binaries, account }, this.#password, signal);
      this.#set({ step: 'database-start' });
    } else {
      const found = await clearLeftOver(clusterData(folder));
      if (found === 'stopped-orphan')
        options.log.from('database').warn('stopped the server that a killed application had left running');
    }
    await refuseTakenPort(port);
    await this.#launch(binaries, account, folder, port, signal);
    await this.#createDatabase(port);
    this.#set({ phase: 'running', step: null, port, error: null });
  }

  async #launch(
    binaries: Binaries,
    account: Account | undefined,
    folder: string,
    port: number,
    signal: AbortSignal,
  ): Promise<void> {
    const data = clusterData(folder);
    const server = spawn(binaries.postgres, serverArguments({ data, host, port }), {
      ...(account ?? {}),
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        LANG: 'C',
        TZ: 'UTC',
        ...(process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] } : {}),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
      // A group of its own: Ctrl+C in the terminal must reach us first, so that the ingest can finish.
      detached: true,
      windowsHide: true,
    });
    this.#server = server;
    server.stderr?.setEncoding('utf8').on('data', (chunk: string) => this.#output.accept(chunk));
    server.once('error', (error) => this.#output.accept(`${error.message}\n`));
    server.once('exit', () => this.#onExit(server, { binaries, account, folder, port }));
    await this.#untilReady(server, port, signal);
  }

  async #untilReady(server: ChildProcess, port: number, signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + startLimitMs;
    for (;;) {
      signal.throwIfAborted();
      if (server.exitCode !== null || server.signalCode !== null) throw failureFrom(this.#output.tail);
      if (await this.#answers(port)) return;
      if (Date.now() > deadline)
        throw new AppError('database.start-failed', 'The database did not answer in time.', {
          detail: this.#output.tail.slice(-500),
        });
      await wait(readyPollMs);
    }
  }

  async #answers(port: number): Promise<boolean> {
    return this.#asOwner(port, 'postgres', async () => true).catch((error: unknown) => {
      if (error instanceof pg.DatabaseError && error.code === '28P01') {
        throw new AppError(
          'database.access-denied',
          'The kept password does not open the database in this folder.',
          { folder: this.#state.folder },
          error,
        );
      }
      return false;
    });
  }

  async #createDatabase(port: number): Promise<void> {
    const name = this.#options.databaseName;
    await this.#asOwner(port, 'postgres', async (client) => {
      const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
      if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
    });
  }

  async #asOwner<T>(port: number, database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({
      host,
      port,
      database,
      user: ownerName,
      password: this.#password,
      connectionTimeoutMillis: 2_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** An exit that nobody asked for: start again, unless it happens over and over. */
  #onExit(
    server: ChildProcess,
    again: { binaries: Binaries; account: Account | undefined; folder: string; port: number },
  ): void {
    if (this.#server !== server) return;
    this.#server = undefined;
    if (this.#state.phase !== 'running') return;
    const { log, clock } = this.#options;
    const now = clock.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < crashWindowMs), now];
    log.from('database').error('the database ended unexpectedly', { crashes: this.#crashes.length });
    if (this.#crashes.length > crashesAllowed) {
      const error = new AppError(
        'database.crash-loop',
        'The database ends again and again; it is not started any more.',
        { crashes: this.#crashes.length, detail: this.#output.tail.slice(-500) },
      );
      this.#set({ phase: 'failed', port: null, error: reportOf(error) });
      return;
    }
    this.#set({ phase: 'starting', step: 'database-start' });
    drop(
      this.#queue.run(async () => {
        if (this.#state.phase !== 'starting') return;
        await wait(restartDelayMs * this.#crashes.length);
        try {
          await clearLeftOver(clusterData(again.folder));
          await this.#launch(
            again.binaries,
            again.account,
            again.folder,
            again.port,
            new AbortController().signal,
          );
          this.#set({ phase: 'running', step: null, error: null });
        } catch (error) {
          await this.#end();
          this.#set({ phase: 'failed', step: null, port: null, error: reportOf(error) });
        }
      }),
      log,
      'restarting the database',
    );
  }

  async #end(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    // Signals of PostgreSQL's documentation, "Shutting Down the Server": SIGINT fast, SIGQUIT immediate.
    server.kill('SIGINT');
    if (await settled(gone, fastStopLimitMs)) return;
    this.#options.log.from('database').warn('the database did not stop in time; ending it at once');
    server.kill('SIGQUIT');
    if (!(await settled(gone, immediateStopLimitMs))) server.kill('SIGKILL');
  }

  #set(change: Partial<EmbeddedPostgresState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changes.tell();
  }
}

async function settled(promise: Promise<void>, withinMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = wait(withinMs, false, { signal: timer.signal }).catch(() => false);
  const done = await Promise.race([promise.then(() => true), late]);
  timer.abort();
  return done;
}

async function refuseFullDisk(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= minimumFreeBytes) return;
  throw new AppError('database.disk-full', 'There is too little disk space left to run the database.', {
    folder,
    freeBytes: free,
    neededBytes: minimumFreeBytes,
  });
}

async function refuseTakenPort(port: number): Promise<void> {
  if (await canListen(host, port)) return;
  const holder = await portHolder(port);
  const freePort = await findFreePort(host, port + 1);
  throw new AppError(
    'database.port-in-use',
    `Port ${port} is taken${holder === null ? '' : ` by ${holder.program}`}.`,
    {
      port,
      program: holder?.program ?? null,
      pid: holder?.pid ?? null,
      freePort: freePort ?? null,
      listener: 'postgres',
    },
  );
}
