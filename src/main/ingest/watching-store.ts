import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import type { Queryable } from '../storage/index.ts';
import { missingRows } from '../storage/queries/missing-rows.ts';
import type { BatchRows, IngestStore } from './ingest-store.ts';

const pollMs = 50;
/** An ingestor that works has stored a message long before; then this one stores it too, which does no harm. */
const patienceMs = 3_000;

/**
 * For an application that looks on while an ingestor of its own right stores: a write resolves when the rows are in
 * the database, whoever put them there. Only what nobody stored in time is written, so that a reading is never shown
 * as kept that is not, and none is lost when the other ingestor fails.
 */
export class WatchingStore implements IngestStore {
  readonly #inner: IngestStore;
  readonly #reader: Queryable;
  readonly #keepsQuarantine: boolean;
  readonly #clock: Clock;
  readonly #log: Log;
  #toldAbsence = false;

  constructor(parts: {
    readonly inner: IngestStore;
    readonly reader: Queryable;
    /** The other ingestor has no quarantine: what it cannot store is kept by this one. */
    readonly keepsQuarantine: boolean;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#inner = parts.inner;
    this.#reader = parts.reader;
    this.#keepsQuarantine = parts.keepsQuarantine;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  async write(rows: BatchRows): Promise<{ readonly inserted: number; readonly replaced: number }> {
    const total = rows.readings.length + rows.heartbeats.length;
    const deadline = this.#clock.now() + patienceMs;
    let { readings, heartbeats } = rows;
    for (;;) {
      readings = await missingRows(this.#reader, 'sensor_data', readings);
      heartbeats = await missingRows(this.#reader, 'device_heartbeats', heartbeats);
      if (readings.length + heartbeats.length === 0) {
        if (total > 0) this.#toldAbsence = false;
        // What is not for a table goes to quarantine: by the other one, under the same rules, where it has one.
        if (this.#keepsQuarantine) await this.#keep(rows);
        return { inserted: total, replaced: 0 };
      }
      if (this.#clock.now() >= deadline) break;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    if (!this.#toldAbsence) this.#log.warn('the ingestor of the stack stores nothing; the application does');
    this.#toldAbsence = true;
    const left = await this.#inner.write({ ...rows, readings, heartbeats });
    return { inserted: total - readings.length - heartbeats.length + left.inserted, replaced: left.replaced };
  }

  async #keep({ quarantine, candidates }: BatchRows): Promise<void> {
    if (quarantine.length + candidates.length > 0)
      await this.#inner.write({ readings: [], heartbeats: [], quarantine, candidates });
  }

  writeFacts: IngestStore['writeFacts'] = (rows) => this.#inner.writeFacts(rows);

  /** Bounds of the quarantine are for whoever keeps it. */
  trimQuarantine: IngestStore['trimQuarantine'] = (bounds) =>
    this.#keepsQuarantine ? this.#inner.trimQuarantine(bounds) : Promise.resolve();

  addEvictions: IngestStore['addEvictions'] = (evicted) =>
    this.#keepsQuarantine ? this.#inner.addEvictions(evicted) : Promise.resolve();

  knownDevices: IngestStore['knownDevices'] = () => this.#inner.knownDevices();

  existingDays: IngestStore['existingDays'] = () => this.#inner.existingDays();
}
