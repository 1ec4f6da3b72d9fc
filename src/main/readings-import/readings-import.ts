import type { Handlers } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Closable } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import { toldWork } from '../foundation/told-work.ts';
import type { Database } from '../storage/index.ts';
import { listImports, loadDeviceNames } from '../storage/queries/imports.ts';
import { ImportFiles } from './import-files.ts';
import { checkImport, runImport, undoImport, type ImportSite } from './import-work.ts';
import { lookAtFile } from './look-at-file.ts';

export interface ReadingsImportOptions {
  /** The owner's connections of the stack that runs; `undefined` while none does. */
  readonly database: () => Database | undefined;
  /** For files that the page sends; of this alone. */
  readonly folder: string;
  /** Readings came or went: whatever holds them in memory reads them anew. */
  readonly changed: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** Keeps the machine awake until the returned function is called. */
  readonly keepAwake?: (() => () => void) | undefined;
}

/** Readings from CSV files into the database, and back out of it. */
export class ReadingsImport implements Closable {
  readonly #options: ReadingsImportOptions;
  readonly #files: ImportFiles;
  readonly #closing = new AbortController();
  readonly #working = new Set<Promise<unknown>>();

  constructor(options: ReadingsImportOptions) {
    this.#options = options;
    this.#files = new ImportFiles(options.folder, options.clock);
  }

  readonly handlers: Handlers['readingsImport'] = {
    open: async ({ name, bytes }) => ({ file: await this.#files.open(name, bytes) }),
    append: async ({ file, offset, chunk }) => ({
      received: await this.#files.append(file, offset, new Uint8Array(await chunk.arrayBuffer())),
    }),
    openPath: async ({ path }) => ({ file: await this.#files.openPath(path) }),
    close: async ({ file }) => {
      await this.#files.release(file);
      return {};
    },
    look: async ({ file, mapping, assign }) => {
      const { database, nowMs } = this.#site();
      return lookAtFile(
        this.#files.whole(file),
        mapping,
        await loadDeviceNames(database),
        assign ?? {},
        nowMs,
      );
    },
    check: ({ file, ...order }, signal) =>
      toldWork(
        (tell, joined) =>
          this.#work(joined, (site, within) =>
            checkImport(site, { ...this.#files.whole(file), ...order }, tell, within),
          ),
        signal,
      ),
    run: ({ file, ...order }, signal) =>
      toldWork(
        (tell, joined) =>
          this.#changing(joined, (site, within) =>
            runImport(site, { ...this.#files.whole(file), ...order }, tell, within),
          ),
        signal,
      ),
    list: async () => ({ items: [...(await listImports(this.#site().database, null))] }),
    undo: ({ id }, signal) =>
      toldWork(
        (tell, joined) => this.#changing(joined, (site, within) => undoImport(site, id, tell, within)),
        signal,
      ),
  };

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#working);
    await this.#files.close();
  }

  #site(): ImportSite {
    const { database, log, clock } = this.#options;
    const owner = database();
    if (owner === undefined) throw new AppError('stack.not-running', 'The database is not running.');
    return { database: owner, log: log.from('database'), nowMs: clock.now() };
  }

  async #changing<T>(
    signal: AbortSignal,
    work: (site: ImportSite, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const letSleep = this.#options.keepAwake?.();
    try {
      return await this.#work(signal, work);
    } finally {
      letSleep?.();
      await this.#options
        .changed()
        .catch((error: unknown) =>
          this.#options.log.warn('reading the devices anew after an import failed', { error }),
        );
    }
  }

  async #work<T>(
    signal: AbortSignal,
    work: (site: ImportSite, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const running = work(this.#site(), AbortSignal.any([signal, this.#closing.signal]));
    const ended = running.catch(() => undefined);
    this.#working.add(ended);
    try {
      return await running;
    } finally {
      this.#working.delete(ended);
    }
  }
}
