import { drop } from '../foundation/drop.ts';
import type { Log } from '../foundation/log.ts';
import type { QuarantineBounds } from '../storage/queries/quarantine-writes.ts';

/** Keeps the quarantine within its bounds: not after each message, but whenever enough have come. */
export class QuarantineTrim {
  readonly #bounds: () => QuarantineBounds;
  readonly #work: (bounds: QuarantineBounds) => Promise<void>;
  readonly #log: Log;
  #added = 0;
  #trimming: Promise<void> | undefined;

  constructor(bounds: () => QuarantineBounds, work: (bounds: QuarantineBounds) => Promise<void>, log: Log) {
    this.#bounds = bounds;
    this.#work = work;
    this.#log = log;
  }

  countAdded(): void {
    this.#added++;
  }

  startWhenDue(): void {
    if (this.#trimming !== undefined) return;
    const bounds = this.#bounds();
    if (this.#added < Math.max(50, Math.min(bounds.perDevice, bounds.total) / 20)) return;
    this.#added = 0;
    this.#trimming = this.#work(bounds).finally(() => {
      this.#trimming = undefined;
      // What came while it was at work it has not seen.
      this.startWhenDue();
    });
    drop(this.#trimming, this.#log, 'trimming the quarantine');
  }

  /** Resolves when none is at work. */
  async settled(): Promise<void> {
    while (this.#trimming !== undefined) await this.#trimming.catch(() => undefined);
  }
}
