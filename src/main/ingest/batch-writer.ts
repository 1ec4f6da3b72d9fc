import type { Log } from '../foundation/log.ts';
import { pause } from '../foundation/watch-state.ts';
import { classifyDatabaseError } from '../storage/index.ts';
import { rowsOf, type Entry } from './batch.ts';
import type { IngestStatistics } from './ingest-statistics.ts';
import type { IngestStore } from './ingest-store.ts';
import * as limits from './limits.ts';
import type { SideNotes } from './side-notes.ts';

export interface BatchWriterParts {
  readonly store: Pick<IngestStore, 'write'>;
  readonly notes: SideNotes;
  readonly statistics: IngestStatistics;
  readonly log: Log;
  readonly onCommitted: (batch: readonly Entry[], inserted: number, replaced: number) => void;
  /** Not stored, not even in quarantine; without an error because the writing was given up. */
  readonly onFailed: (batch: readonly Entry[], error: unknown) => void;
}

/** Writes a batch until it is durable: waits for a database that is away, and sets aside what it will never take. */
export class BatchWriter {
  readonly #parts: BatchWriterParts;
  readonly #stop = new AbortController();

  constructor(parts: BatchWriterParts) {
    this.#parts = parts;
  }

  /** A database that is away is waited for no more. */
  giveUp(): void {
    this.#stop.abort();
  }

  /** Each entry has been committed or has failed when it resolves. Never throws. */
  async write(batch: readonly Entry[]): Promise<void> {
    const { statistics, log, onFailed } = this.#parts;
    let delay = limits.firstRetryMs;
    for (;;) {
      try {
        await this.#write(batch);
        statistics.stalled = false;
        return;
      } catch (error) {
        if (classifyDatabaseError(error) === 'refused-data') {
          await this.#isolate(batch, error);
          return;
        }
        if (!statistics.stalled) log.warn('the database takes no rows; messages wait', { error });
        statistics.stalled = true;
        if (this.#stop.signal.aborted) break;
        await pause(delay / 2 + (Math.random() * delay) / 2, this.#stop.signal);
        delay = Math.min(delay * 2, limits.longestRetryMs);
      }
    }
    onFailed(batch, undefined);
  }

  async #write(batch: readonly Entry[]): Promise<void> {
    const { store, notes, onCommitted } = this.#parts;
    // A status has no row but its device's; that one must be there before the acknowledgement, as any other.
    const statuses = batch.filter((entry) => entry.decoded.kind === 'status');
    if (statuses.length > 0) {
      for (const { decoded, message } of statuses) notes.note(decoded, message);
      await notes.writeFacts();
    }
    const rows = rowsOf(batch);
    const hasRows =
      rows.readings.length + rows.heartbeats.length + rows.quarantine.length + rows.candidates.length > 0;
    const counts = hasRows ? await store.write(rows) : { inserted: 0, replaced: 0 };
    onCommitted(batch, counts.inserted, counts.replaced + rows.duplicates);
  }

  /** Halves the batch until the message that the database will never take stands alone, and keeps it aside. */
  async #isolate(batch: readonly Entry[], error: unknown): Promise<void> {
    const [only] = batch;
    if (only === undefined) return;
    if (batch.length > 1) {
      const middle = batch.length >> 1;
      await this.write(batch.slice(0, middle));
      await this.write(batch.slice(middle));
      return;
    }
    if (only.reason === null) {
      only.reason = 'storage-refused';
      only.detail = error instanceof Error ? error.message.slice(0, 300) : '';
      await this.write(batch);
      return;
    }
    this.#parts.log.error('a message could not even be kept in quarantine', { error });
    this.#parts.onFailed(batch, error instanceof Error ? error : new Error('not stored'));
  }
}
