import {
  ensurePartitions,
  utcDay,
  type Connection,
  type Database,
  type Queryable,
} from '../../src/main/storage/index.ts';
import {
  copyReadings,
  upsertReadings,
  type ReadingRow,
} from '../../src/main/storage/queries/upsert-readings.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const historyDays = 4;
const macs = ['1C:69:20:E9:18:24', '1C:69:20:E9:18:25', '1C:69:20:E9:18:26'];

/** Mulberry32: the same numbers for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A writer that does to the readings whatever can be done to them, over the days before and the hour after now. */
export class RandomHistory {
  readonly #random: () => number;
  readonly #nowMs: number;
  #sent: readonly ReadingRow[] = [];

  constructor(seed: number, nowMs: number) {
    this.#random = randomNumbers(seed);
    this.#nowMs = nowMs;
  }

  static async prepare(owner: Database, nowMs: number): Promise<void> {
    const days = Array.from({ length: historyDays + 3 }, (_, i) => utcDay(nowMs + (i - historyDays) * dayMs));
    await ensurePartitions(owner, days);
  }

  /** One thing more. */
  async step(database: Database): Promise<void> {
    const dice = this.#random();
    if (dice < 0.35) {
      this.#sent = this.#rows(1 + Math.floor(this.#random() * 60));
      await this.#often(database, (connection) => upsertReadings(connection, this.#sent));
    } else if (dice < 0.45) await upsertReadings(database, this.#replayed());
    else if (dice < 0.55) await this.#copy(database);
    else if (dice < 0.65) await this.#change(database, 'delete from sensor_data');
    else if (dice < 0.75)
      await this.#change(
        database,
        `update sensor_data set temperature = case when humidity > 60 then real 'NaN' end, humidity = humidity + 1`,
      );
    else if (dice < 0.82) await this.#move(database);
    else if (dice < 0.92)
      await this.#often(database, async (connection) => {
        await upsertReadings(connection, this.#rows(5));
        await upsertReadings(connection, this.#rows(5));
      });
    else await this.#withOldSnapshot(database, (connection) => upsertReadings(connection, this.#rows(10)));
  }

  #rows(count: number): readonly ReadingRow[] {
    const rows = new Map<string, ReadingRow>();
    // Half of it in one place, as a device that catches up sends it; the rest anywhere.
    const place = this.#time();
    for (let i = 0; i < count; i++) {
      const timeMs = this.#random() < 0.5 ? place + i * 60_000 : this.#time();
      const mac = macs[Math.floor(this.#random() * macs.length)] ?? '';
      rows.set(`${mac} ${timeMs}`, {
        mac,
        timeMs,
        temperature: this.#random() < 0.05 ? Number.NaN : Math.fround(this.#random() * 40 - 10),
        humidity: this.#random() < 0.05 ? Number.NaN : Math.fround(this.#random() * 100),
        receptionMs: this.#nowMs,
      });
    }
    return [...rows.values()];
  }

  /** Whole minutes, so that readings meet. */
  #time(): number {
    const recent = this.#random() < 0.3;
    const span = recent ? 2 * hourMs : historyDays * dayMs - hourMs;
    return Math.floor((this.#nowMs + hourMs - this.#random() * span) / 60_000) * 60_000;
  }

  #replayed(): readonly ReadingRow[] {
    return this.#sent.map((row) => ({ ...row, receptionMs: row.receptionMs + 1_000 }));
  }

  /** Of minutes that nobody else uses: a row that is there already would end the whole copy. */
  async #copy(database: Database): Promise<void> {
    const rows = this.#rows(30).map((row) => ({
      ...row,
      timeMs: row.timeMs + 1 + Math.floor(this.#random() * 59_000),
    }));
    await copyReadings(database, rows).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error;
    });
  }

  async #change(database: Database, statement: string): Promise<void> {
    const from = this.#time();
    await this.#often(database, (connection) =>
      connection.query(`${statement} where device_mac_addr = $1 and time >= $2 and time < $3`, [
        macs[Math.floor(this.#random() * macs.length)],
        new Date(from).toISOString(),
        new Date(from + this.#random() * 12 * hourMs).toISOString(),
      ]),
    );
  }

  /** To another day. TimescaleDB refuses to move a row to another chunk. */
  async #move(database: Database): Promise<void> {
    const from = this.#time();
    await this.#often(database, (connection) =>
      connection.query(
        `update sensor_data s set time = s.time - interval '1 minute' where device_mac_addr = $1 and time = $2
           and not exists (select from sensor_data o where o.device_mac_addr = s.device_mac_addr
             and o.time = s.time - interval '1 minute')`,
        [macs[0], new Date(from).toISOString()],
      ),
    );
  }

  /** Alone, or held open for a while, or taken back. */
  async #often(database: Database, work: (connection: Queryable) => Promise<unknown>): Promise<void> {
    const dice = this.#random();
    if (dice < 0.5) {
      await work(database);
      return;
    }
    await database.connection((connection) =>
      this.#transaction(connection, 'begin', async () => {
        await work(connection);
        await connection.query(`select pg_sleep(${dice / 20})`);
        return dice < 0.9;
      }),
    );
  }

  /** Sees the readings, and what was announced, as they were before others went on. */
  async #withOldSnapshot(
    database: Database,
    work: (connection: Queryable) => Promise<unknown>,
  ): Promise<void> {
    await database.connection((connection) =>
      this.#transaction(connection, 'begin isolation level repeatable read', async () => {
        await connection.query('select watermark from field.rollup_state');
        await connection.query('select pg_sleep(0.05)');
        await work(connection);
        return true;
      }),
    );
  }

  async #transaction(connection: Connection, begin: string, work: () => Promise<boolean>): Promise<void> {
    await connection.query(begin);
    try {
      await connection.query((await work()) ? 'commit' : 'rollback');
    } catch (error) {
      await connection.query('rollback').catch(() => undefined);
      throw error;
    }
  }
}
