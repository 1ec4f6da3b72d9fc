import type { Clock } from '../foundation/clock.ts';
import type { IngestStore } from './ingest-store.ts';
import { unknownDeviceRefreshMs } from './limits.ts';

/** What another look at the adopted devices brought. */
export interface KnownDevicesChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Which devices are adopted, as the database last said. */
export class KnownDevices {
  readonly #store: Pick<IngestStore, 'knownDevices'>;
  readonly #clock: Clock;
  #macs: ReadonlySet<string> = new Set();
  #askedMs = -Infinity;
  #asked = 0;
  #answered = 0;

  constructor(store: Pick<IngestStore, 'knownDevices'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  has(mac: string): boolean {
    return this.#macs.has(mac);
  }

  /** True when the last look is so long ago that an unknown device may have been adopted by another process. */
  get isDue(): boolean {
    return this.#clock.now() - this.#askedMs >= unknownDeviceRefreshMs;
  }

  /** Answers what changed since the look before. @throws the database's errors */
  async refresh(): Promise<KnownDevicesChange> {
    this.#askedMs = this.#clock.now();
    const turn = ++this.#asked;
    const macs = await this.#store.knownDevices();
    // Two questions may be answered in the other order; an older answer would forget a device just adopted.
    if (turn < this.#answered) return { added: [], removed: [] };
    this.#answered = turn;
    const before = this.#macs;
    this.#macs = new Set(macs);
    return {
      added: macs.filter((mac) => !before.has(mac)),
      removed: [...before].filter((mac) => !this.#macs.has(mac)),
    };
  }
}
