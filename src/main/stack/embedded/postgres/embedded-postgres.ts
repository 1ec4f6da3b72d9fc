import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError, reportOf, type ErrorReport } from '../../../../shared/domain/app-error.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Closable } from '../../../foundation/disposer.ts';
import { drop } from '../../../foundation/drop.ts';
import { Listeners } from '../../../foundation/listeners.ts';
import type { Log } from '../../../foundation/log.ts';
import { SerialQueue } from '../../../foundation/serial-queue.ts';
import type { DatabaseAddress } from '../../../storage/index.ts';
import { prepareBinaries } from './binaries.ts';
import { clusterFolder } from './cluster-folder.ts';
import { clusterData, clusterState, createCluster, failureFrom, ownerName } from './create-cluster.ts';
import { createDatabase } from './owner-connection.ts';
import { clearLeftOver } from './running-server.ts';
import { ServerLog } from './server-log.ts';
import { ServerProcess, type ServerPlace } from './server-process.ts';
import { refuseFullDisk, refuseTakenPort } from './start-checks.ts';
import { accountForServer } from './unprivileged-account.ts';

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
const crashWindowMs = 60_000;
const crashesAllowed = 3;
const restartDelayMs = 500;

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
  #server: ServerProcess | undefined;
  #password = '';
  #crashes: number[] = [];

  constructor(options: EmbeddedPostgresOptions) {
    this.#options = options;
    this.#output = new ServerLog(options.log);
  }

  state(): EmbeddedPostgresState {
    return this.#state;
  }

  /** Of the server's first process, while there is one. */
  get pid(): number | undefined {
    return this.#server?.pid;
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** The superuser's address; only while it runs. @throws AppError `stack.not-running` */
  address(): DatabaseAddress {
    const { port } = this.#state;
    if (port === null) throw new AppError('stack.not-running', 'The database is not running.');
    return this.#addressAt(port);
  }

  #addressAt(port: number): DatabaseAddress {
    return { host, port, database: this.#options.databaseName, user: ownerName, password: this.#password };
  }

  /**
   * Makes the cluster where there is none, ends what a killed application left behind, and starts the server.
   *
   * @throws AppError `database.port-in-use` (data: port, program, pid, freePort), `database.other-major-version`,
   * `database.disk-full`, `database.data-damaged`, `database.binaries-missing`,
   * `database.no-unprivileged-account`, `database.in-use-by-other-process`, `database.access-denied`,
   * `file.unreadable`, `database.start-failed`
   */
  start(
    config: { readonly port: number; /** Never proposed as free. */ readonly otherPorts?: readonly number[] },
    signal: AbortSignal,
  ): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#state.phase === 'running') return;
      this.#crashes = [];
      try {
        await this.#start(config.port, config.otherPorts ?? [], signal);
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

  async #start(port: number, otherPorts: readonly number[], signal: AbortSignal): Promise<void> {
    const options = this.#options;
    this.#set({ phase: 'starting', step: 'database-start', port: null, error: null });
    const account = await accountForServer(options.dataFolder);
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
      const found = await clearLeftOver({ binaries, account, data: clusterData(folder) });
      if (found === 'stopped-orphan')
        options.log.from('database').warn('stopped the server that a killed application had left running');
    }
    await refuseTakenPort(host, port, otherPorts);
    const address = this.#addressAt(port);
    await this.#launch({ binaries, account, folder, address, otherPorts }, signal);
    await createDatabase(address);
    this.#set({ phase: 'running', step: null, port, error: null });
  }

  async #launch(place: ServerPlace, signal: AbortSignal): Promise<void> {
    const server = new ServerProcess(place, this.#output);
    this.#server = server;
    drop(
      server.exited.then(() => this.#onExit(server, place)),
      this.#options.log,
      'noticing the end of the database',
    );
    await server.untilReady(signal);
  }

  /** An exit that nobody asked for: start again, unless it happens over and over. */
  #onExit(server: ServerProcess, place: ServerPlace): void {
    if (this.#server !== server) return;
    this.#server = undefined;
    if (this.#state.phase !== 'running') return;
    const { log, clock } = this.#options;
    const now = clock.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < crashWindowMs), now];
    log.from('database').error('the database ended unexpectedly', { crashes: this.#crashes.length });
    if (this.#crashes.length > crashesAllowed) {
      this.#set({ phase: 'failed', port: null, error: reportOf(this.#givenUp()) });
      return;
    }
    this.#set({ phase: 'starting', step: 'database-start' });
    drop(
      this.#queue.run(async () => {
        if (this.#state.phase !== 'starting') return;
        await wait(restartDelayMs * this.#crashes.length);
        try {
          await clearLeftOver({ ...place, data: clusterData(place.folder) });
          await this.#launch(place, new AbortController().signal);
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

  /** A disk that ran full ends the server each time; then that is what the person must hear. */
  #givenUp(): AppError {
    const cause = failureFrom(this.#output.tail);
    return cause.code === 'database.disk-full'
      ? cause
      : new AppError(
          'database.crash-loop',
          'The database ends again and again; it is not started any more.',
          { crashes: this.#crashes.length, detail: this.#output.tail.slice(-500) },
        );
  }

  async #end(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.stop(this.#options.log.from('database'));
  }

  #set(change: Partial<EmbeddedPostgresState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changes.tell();
  }
}
