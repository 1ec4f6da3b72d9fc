import pg from 'pg';
import {
  dayOf,
  ensurePartitions,
  existingDays,
  utcDay,
  type Database,
  type Queryable,
} from '../storage/index.ts';
import { loadKnownDevices } from '../storage/queries/known-devices.ts';
import {
  addEvictions,
  insertQuarantine,
  trimQuarantine,
  type QuarantineBounds,
  type QuarantineRow,
} from '../storage/queries/quarantine-writes.ts';
import { upsertCandidates, type CandidateRow } from '../storage/queries/upsert-candidates.ts';
import { upsertDeviceFacts, type DeviceFactsRow } from '../storage/queries/upsert-device-facts.ts';
import { copyHeartbeats, upsertHeartbeats, type HeartbeatRow } from '../storage/queries/upsert-heartbeats.ts';
import { copyReadings, upsertReadings, type ReadingRow } from '../storage/queries/upsert-readings.ts';
import { batchesWithoutCopy, candidatesAtMost, copyFromRows } from './limits.ts';

/** Everything of one batch; rows of the same MAC and time are already reduced to the last. */
export interface BatchRows {
  readonly readings: readonly ReadingRow[];
  readonly heartbeats: readonly HeartbeatRow[];
  readonly quarantine: readonly QuarantineRow[];
  readonly candidates: readonly CandidateRow[];
}

/** Where the ingest puts things. Errors are those of the database and are classified by the caller. */
export interface IngestStore {
  /** All or nothing, durable when it resolves. */
  write(rows: BatchRows): Promise<{ readonly inserted: number; readonly replaced: number }>;
  writeFacts(rows: readonly DeviceFactsRow[]): Promise<void>;
  trimQuarantine(bounds: QuarantineBounds): Promise<void>;
  /** Counts, by sender, what a flood limit kept out. */
  addEvictions(evicted: ReadonlyMap<string, number>): Promise<void>;
  knownDevices(): Promise<readonly string[]>;
  /** Days since 1970-01-01 that have a partition. */
  existingDays(): Promise<readonly number[]>;
}

const noPartition = '23514';
const alreadyThere = '23505';
const dayMs = 86_400_000;

export class PostgresIngestStore implements IngestStore {
  readonly #database: Database;
  readonly #days = new Set<number>();
  #withoutCopy = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  async write(rows: BatchRows): Promise<{ inserted: number; replaced: number }> {
    await this.#ensureDays(rows);
    try {
      return await this.#write(rows);
    } catch (error) {
      // Retention or a restored backup may have taken a day away that we remember as made.
      if (!isServerError(error, noPartition)) throw error;
      this.#days.clear();
      await this.#ensureDays(rows);
      return this.#write(rows);
    }
  }

  writeFacts(rows: readonly DeviceFactsRow[]): Promise<void> {
    return upsertDeviceFacts(this.#database, rows, candidatesAtMost);
  }

  async trimQuarantine(bounds: QuarantineBounds): Promise<void> {
    await trimQuarantine(this.#database, bounds);
  }

  addEvictions(evicted: ReadonlyMap<string, number>): Promise<void> {
    return addEvictions(this.#database, evicted);
  }

  knownDevices(): Promise<readonly string[]> {
    return loadKnownDevices(this.#database);
  }

  existingDays(): Promise<readonly number[]> {
    return existingDays(this.#database);
  }

  /**
   * Many rows at once are copied, which is cheaper for the server but fails as a whole over one row that is
   * already there. Rows sent again come in runs (a broker or a board catches up), so that after one such failure
   * the next batches are not tried.
   */
  async #write(rows: BatchRows): Promise<{ inserted: number; replaced: number }> {
    const total = rows.readings.length + rows.heartbeats.length;
    if (total >= copyFromRows && this.#withoutCopy === 0) {
      try {
        await this.#inOneTransaction(rows, copyAll);
        return { inserted: total, replaced: 0 };
      } catch (error) {
        if (!isServerError(error, alreadyThere)) throw error;
      }
    }
    const counts = await this.#inOneTransaction(rows, upsertAll);
    this.#withoutCopy = counts.replaced > 0 ? batchesWithoutCopy : Math.max(0, this.#withoutCopy - 1);
    return counts;
  }

  #inOneTransaction<T>(
    rows: BatchRows,
    writing: (connection: Queryable, rows: BatchRows) => Promise<T>,
  ): Promise<T> {
    // A statement alone is its own transaction: three round trips less for the most common batch.
    const notes = rows.quarantine.length > 0 || rows.candidates.length > 0;
    if (!notes && (rows.heartbeats.length === 0 || rows.readings.length === 0))
      return writing(this.#database, rows);
    return this.#database.transaction(async (connection) => {
      const result = await writing(connection, rows);
      await insertQuarantine(connection, rows.quarantine);
      await upsertCandidates(connection, rows.candidates, candidatesAtMost);
      return result;
    });
  }

  async #ensureDays(rows: BatchRows): Promise<void> {
    const missing = new Set<number>();
    for (const table of [rows.readings, rows.heartbeats]) {
      for (const { timeMs } of table) {
        const day = dayOf(timeMs);
        if (!this.#days.has(day)) missing.add(day);
      }
    }
    if (missing.size === 0) return;
    await ensurePartitions(
      this.#database,
      [...missing].map((day) => utcDay(day * dayMs)),
    );
    for (const day of missing) this.#days.add(day);
  }
}

async function copyAll(connection: Queryable, rows: BatchRows): Promise<void> {
  await copyReadings(connection, rows.readings);
  await copyHeartbeats(connection, rows.heartbeats);
}

async function upsertAll(
  connection: Queryable,
  rows: BatchRows,
): Promise<{ inserted: number; replaced: number }> {
  const readings = await upsertReadings(connection, rows.readings);
  const heartbeats = await upsertHeartbeats(connection, rows.heartbeats);
  return {
    inserted: readings.inserted + heartbeats.inserted,
    replaced: readings.replaced + heartbeats.replaced,
  };
}

function isServerError(error: unknown, code: string): boolean {
  return error instanceof pg.DatabaseError && error.code === code;
}
