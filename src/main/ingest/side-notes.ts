import type { QuarantineReason } from '../../shared/contract/devices.ts';
import { seenAtMs, type InboundMessage } from '../../shared/domain/inbound-message.ts';
import type { Decoded } from '../../shared/domain/telemetry.ts';
import { DeviceFacts } from './device-facts.ts';
import { FloodLimit } from './flood-limit.ts';
import type { IngestStore } from './ingest-store.ts';
import * as limits from './limits.ts';

/** Nothing is wrong with these but their sender or their time. */
const goodReadings: ReadonlySet<QuarantineReason> = new Set([
  'unknown-device',
  'too-many-days',
  'unknown-age',
]);

/**
 * What is kept beside the rows: what devices say of themselves, and how much of a flood was held back. Written
 * now and then, not with each message; after a failed write nothing of it is forgotten.
 */
export class SideNotes {
  readonly #store: Pick<IngestStore, 'writeFacts' | 'addEvictions'>;
  readonly #facts = new DeviceFacts();
  readonly #garbageLimit = new FloodLimit(limits.garbagePerSender, limits.garbageInAll);
  readonly #strangerLimit = new FloodLimit(limits.strangerPerSender, limits.strangerInAll);

  constructor(store: Pick<IngestStore, 'writeFacts' | 'addEvictions'>) {
    this.#store = store;
  }

  note(decoded: Decoded, message: Pick<InboundMessage, 'receivedMs' | 'keptCopy'>): void {
    this.#facts.note(decoded, seenAtMs(decoded, message));
  }

  /** True when a flood keeps this message out of the quarantine; it is counted then. */
  holdsBack(reason: QuarantineReason, sender: string, receivedMs: number): boolean {
    const goodReading = goodReadings.has(reason);
    const limit = goodReading ? this.#strangerLimit : this.#garbageLimit;
    return !limit.admits(sender, receivedMs);
  }

  async writeFacts(): Promise<void> {
    const rows = this.#facts.take();
    try {
      await this.#store.writeFacts(rows);
    } catch (error) {
      this.#facts.putBack(rows);
      throw error;
    }
  }

  async writeEvictions(): Promise<void> {
    for (const limit of [this.#garbageLimit, this.#strangerLimit]) {
      const evicted = limit.takeEvicted();
      try {
        await this.#store.addEvictions(evicted);
      } catch (error) {
        limit.putBack(evicted);
        throw error;
      }
    }
  }
}
