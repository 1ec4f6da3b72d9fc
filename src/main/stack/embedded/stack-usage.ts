import type { StackUse } from '../../../shared/contract/stack.ts';
import { folderSize } from '../../foundation/folder-size.ts';
import { usageIntervalMs, usageOf } from '../../foundation/process-usage.ts';
import { pause } from '../../foundation/watch-state.ts';
import type { Queryable } from '../../storage/index.ts';
import { serverProcessIds } from '../../storage/queries/server-processes.ts';
import { ProcessMeter } from './process-meter.ts';

/** Folders are measured seldom: it walks through all their files. */
const folderEveryMs = 60_000;

export interface StackUsageParts {
  /** The first process of the database server, while it runs. */
  readonly serverPid: () => number | undefined;
  readonly owner: () => Queryable | undefined;
  /** Where the database has its files. */
  readonly folder: () => string | null;
}

const unknown: StackUse = { application: null, database: null, folderBytes: null };

/** What the application, which the broker is a part of, and the database server take of this machine. */
export class StackUsage {
  readonly #parts: StackUsageParts;
  readonly #application = new ProcessMeter();
  readonly #database = new ProcessMeter();
  #use: StackUse = unknown;
  #folderMs = Number.NEGATIVE_INFINITY;

  constructor(parts: StackUsageParts) {
    this.#parts = parts;
  }

  state(): StackUse {
    return this.#use;
  }

  /** Looks again and again until what it returns is called. */
  start(tell: () => void): () => Promise<void> {
    const end = new AbortController();
    const watching = this.#run(tell, end.signal);
    return () => {
      end.abort();
      return watching;
    };
  }

  async #run(tell: () => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#measureFolder(signal);
      const [application, database] = await Promise.all([
        this.#look([process.pid], this.#application),
        this.#server(),
      ]);
      if (signal.aborted) break;
      this.#use = { ...this.#use, application, database };
      tell();
      await pause(usageIntervalMs, signal);
    }
    this.#use = unknown;
    this.#folderMs = Number.NEGATIVE_INFINITY;
  }

  async #server(): Promise<StackUse['database']> {
    const first = this.#parts.serverPid();
    const owner = this.#parts.owner();
    if (first === undefined || owner === undefined) return null;
    // While it is started again after a crash it answers nothing.
    const others = await serverProcessIds(owner).catch(() => undefined);
    return others === undefined ? null : this.#look([first, ...others], this.#database);
  }

  async #look(pids: readonly number[], meter: ProcessMeter): Promise<StackUse['application']> {
    try {
      return meter.measure(await usageOf(pids), performance.now());
    } catch {
      return null;
    }
  }

  /** Beside the rest: on a slow card it takes longer than one look. */
  #measureFolder(signal: AbortSignal): void {
    const folder = this.#parts.folder();
    if (folder === null || performance.now() - this.#folderMs < folderEveryMs) return;
    this.#folderMs = performance.now();
    folderSize(folder, signal).then(
      (folderBytes) => {
        if (!signal.aborted) this.#use = { ...this.#use, folderBytes };
      },
      () => undefined,
    );
  }
}
