import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../../../shared/domain/app-error.ts';
import type { Log } from '../../../foundation/log.ts';
import type { DatabaseAddress } from '../../../storage/index.ts';
import type { Binaries } from './binaries.ts';
import { clusterData, failureFrom } from './create-cluster.ts';
import { askServer } from './owner-connection.ts';
import { serverArguments } from './server-arguments.ts';
import type { ServerLog } from './server-log.ts';
import { portInUse } from './start-checks.ts';
import { stopServer } from './stop-server.ts';
import type { Account } from './unprivileged-account.ts';

const silenceLimitMs = 60_000;
/** Recovery after a power cut on a slow card: it answers "starting up" all the while. */
const recoveryLimitMs = 600_000;
const readyPollMs = 25;
const fastStopLimitMs = 20_000;
const immediateStopLimitMs = 5_000;

export interface ServerPlace {
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly folder: string;
  readonly address: DatabaseAddress;
  /** Ports of our own that are never proposed as free. */
  readonly otherPorts: readonly number[];
}

/** One run of the `postgres` program. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #place: ServerPlace;
  readonly #output: ServerLog;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;

  constructor(place: ServerPlace, output: ServerLog) {
    const { binaries, account, folder, address } = place;
    this.#place = place;
    this.#output = output;
    const args = serverArguments({ data: clusterData(folder), host: address.host, port: address.port });
    this.#child = spawn(binaries.postgres, args, {
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
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => output.accept(chunk));
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', (error) => {
        output.accept(`${error.message}\n`);
        if (this.#child.pid === undefined) resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return pid === undefined || exitCode !== null || signalCode !== null;
  }

  /** @throws AppError with the cause, where it ends instead or keeps silent */
  async untilReady(signal: AbortSignal): Promise<void> {
    const { address, folder, otherPorts } = this.#place;
    const started = Date.now();
    let heard = started;
    for (;;) {
      signal.throwIfAborted();
      if (this.hasEnded) {
        const { tail } = this.#output;
        // Somebody took the port between our look at it and the server's.
        throw /could not bind|Address already in use/i.test(tail)
          ? await portInUse(address.host, address.port, otherPorts)
          : failureFrom(tail);
      }
      const answer = await askServer(address, folder);
      if (answer === 'ready') return;
      if (answer === 'busy') heard = Date.now();
      if (Date.now() - heard > silenceLimitMs || Date.now() - started > recoveryLimitMs)
        throw new AppError('database.start-failed', 'The database did not answer in time.', {
          detail: this.#output.tail.slice(-500),
        });
      await wait(readyPollMs);
    }
  }

  /** Fast shutdown, then an immediate one, then the end of the process. Resolves when it has ended. */
  async stop(log: Log): Promise<void> {
    const { binaries, account, folder } = this.#place;
    const data = clusterData(folder);
    if (this.hasEnded) return;
    for (const [mode, limitMs] of [
      ['fast', fastStopLimitMs],
      ['immediate', immediateStopLimitMs],
    ] as const) {
      await stopServer({ binaries, account, data, child: this.#child }, mode);
      if (await settled(this.exited, limitMs)) return;
      log.warn(`the database did not stop in time (${mode} shutdown)`);
    }
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}

async function settled(promise: Promise<void>, withinMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = wait(withinMs, false, { signal: timer.signal }).catch(() => false);
  const done = await Promise.race([promise.then(() => true), late]);
  timer.abort();
  return done;
}
