import fc from 'fast-check';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { PostgresIngestStore, type BatchRows } from '../../src/main/ingest/ingest-store.ts';
import { copyFromRows } from '../../src/main/ingest/limits.ts';
import { Database, ensurePartitions, migrate, utcDay } from '../../src/main/storage/index.ts';
import { copyHeartbeats, type HeartbeatRow } from '../../src/main/storage/queries/upsert-heartbeats.ts';
import { copyReadings, type ReadingRow } from '../../src/main/storage/queries/upsert-readings.ts';
import { databaseServers, type DatabaseServer } from '../support/database-servers.ts';

const folder = fileURLToPath(new URL('../../sql/', import.meta.url));
const mac = '1C:69:20:E9:18:24';
const noon = Date.UTC(2025, 10, 3, 12);
const none: BatchRows = { readings: [], heartbeats: [], quarantine: [], candidates: [] };

const reading = (timeMs: number, change: Partial<ReadingRow> = {}): ReadingRow => ({
  mac,
  timeMs,
  temperature: 21.5,
  humidity: 60,
  receptionMs: timeMs + 40,
  ...change,
});
const readings = (count: number, from = noon): ReadingRow[] =>
  Array.from({ length: count }, (_, index) => reading(from + index));

/** Counts how often a batch was copied and how often inserted. */
class Watched extends Database {
  copied = 0;
  override connection<T>(...args: Parameters<typeof Database.prototype.connection<T>>): Promise<T> {
    const [work, options] = args;
    return super.connection((connection) => {
      const copyIn: typeof connection.copyIn = (text, data) => {
        this.copied++;
        return connection.copyIn(text, data);
      };
      return work({ ...connection, copyIn });
    }, options);
  }
}

describe.each(databaseServers)('batches on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  let server: DatabaseServer;
  const opened: Watched[] = [];
  const migrated = async (): Promise<Watched> => {
    const address = await server.createDatabase();
    const database = new Watched({ address, applicationName: 'test', poolSize: 2, log: silentLog });
    opened.push(database);
    await migrate(database, { folder, appVersion: '0.1.0', log: silentLog });
    return database;
  };
  const count = async (database: Database, table: string): Promise<number> =>
    (await database.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]?.n ?? -1;

  beforeAll(async () => {
    server = await kind.start();
  }, 600_000);
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server.stop();
  });

  test('a large batch is copied, and each row is there once with its values', async () => {
    const database = await migrated();
    const store = new PostgresIngestStore(database);
    const rows = readings(copyFromRows);
    expect(await store.write({ ...none, readings: rows })).toEqual({ inserted: copyFromRows, replaced: 0 });
    expect(database.copied).toBe(1);
    const stored = await database.query(
      `select time, device_mac_addr, temperature, humidity, reception_time from sensor_data order by time`,
    );
    expect(stored.rows).toEqual(
      rows.map((row) => ({
        time: row.timeMs,
        device_mac_addr: mac,
        temperature: 21.5,
        humidity: 60,
        reception_time: row.receptionMs,
      })),
    );
  });

  test('a small batch is inserted: a copy would cost more round trips', async () => {
    const database = await migrated();
    const store = new PostgresIngestStore(database);
    await store.write({ ...none, readings: readings(copyFromRows - 1) });
    expect(database.copied).toBe(0);
    expect(await count(database, 'sensor_data')).toBe(copyFromRows - 1);
  });

  test('one row that is already there: the whole batch is stored once, the newer value wins', async () => {
    const database = await migrated();
    const store = new PostgresIngestStore(database);
    const first = readings(copyFromRows);
    await store.write({ ...none, readings: first });
    const last = first.at(-1);
    const again = reading(last?.timeMs ?? 0, { temperature: 4, receptionMs: noon + 9_000_000 });
    const next = [again, ...readings(copyFromRows, noon + 1_000_000)];
    expect(await store.write({ ...none, readings: next })).toEqual({ inserted: copyFromRows, replaced: 1 });
    expect(await count(database, 'sensor_data')).toBe(2 * copyFromRows);
    const { rows } = await database.query(`select temperature from sensor_data where time = $1`, [
      new Date(again.timeMs),
    ]);
    expect(rows).toEqual([{ temperature: 4 }]);

    // Rows sent again come in runs: the next large batch is not copied only to fail.
    const before = database.copied;
    await store.write({ ...none, readings: readings(copyFromRows, noon + 2_000_000) });
    expect(database.copied).toBe(before);
  });

  test('both tables and the quarantine are written together or not at all', async () => {
    const database = await migrated();
    const store = new PostgresIngestStore(database);
    const heartbeats = readings(copyFromRows).map(({ timeMs, receptionMs }): HeartbeatRow => ({
      mac,
      timeMs,
      rssi: -60,
      freeHeap: null,
      uptime: 5,
      minHeap: null,
      ntpSync: true,
      receptionMs,
    }));
    const batch = { ...none, readings: readings(copyFromRows), heartbeats };
    const broken = { ...batch, heartbeats: heartbeats.map((row) => ({ ...row, mac: `${mac}:too-long` })) };
    await expect(store.write(broken)).rejects.toMatchObject({ code: '22001' });
    expect(await count(database, 'sensor_data')).toBe(0);
    expect(await store.write(batch)).toEqual({ inserted: 2 * copyFromRows, replaced: 0 });
    expect(await count(database, 'sensor_data')).toBe(copyFromRows);
    expect(await count(database, 'device_heartbeats')).toBe(copyFromRows);
  });

  test('a day that was dropped meanwhile gets its partition again', async () => {
    const database = await migrated();
    const store = new PostgresIngestStore(database);
    await store.write({ ...none, readings: readings(copyFromRows) });
    if (
      (await database.query(`select from pg_inherits where inhparent = 'sensor_data'::regclass`)).rowCount > 0
    ) {
      await database.query(`drop table if exists sensor_data_20251103`);
    }
    const before = await count(database, 'sensor_data');
    await store.write({ ...none, readings: readings(copyFromRows, noon + 1_000_000) });
    expect(await count(database, 'sensor_data')).toBe(before + copyFromRows);
  });

  test('values of every kind arrive as they were', async () => {
    const database = await migrated();
    await ensurePartitions(database, [utcDay(noon)]);
    const int = fc.option(fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }));
    const row = fc.record({
      offsetMs: fc.integer({ min: -43_200_000, max: 43_199_999 }),
      mac: fc.string({ unit: 'grapheme', maxLength: 5 }).filter(fitsColumn),
      value: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      rssi: int,
      heap: int,
      flag: fc.boolean(),
    });
    const distinct = fc.uniqueArray(row, { selector: ({ offsetMs, mac: name }) => `${name}|${offsetMs}` });
    await fc.assert(
      fc.asyncProperty(distinct, async (values) => {
        await database.query('truncate sensor_data, device_heartbeats');
        const base = values.map((v) => ({ mac: v.mac, timeMs: noon + v.offsetMs, receptionMs: noon }));
        await copyReadings(
          database,
          values.map((v, i) => ({ ...at(base, i), temperature: v.value, humidity: -v.value })),
        );
        await copyHeartbeats(
          database,
          values.map((v, i) => ({
            ...at(base, i),
            rssi: v.rssi,
            freeHeap: v.heap,
            uptime: null,
            minHeap: v.rssi,
            ntpSync: v.flag,
          })),
        );
        const { rows } = await database.query<{
          m: string;
          t: number;
          v: number;
          r: number;
          h: number;
          f: boolean;
        }>(
          `select s.device_mac_addr as m, time as t, temperature as v, rssi as r, free_heap as h, ntp_sync as f
           from sensor_data s join device_heartbeats using (device_mac_addr, time)`,
        );
        const told = (list: readonly unknown[]): string[] => list.map((item) => JSON.stringify(item)).sort();
        expect(told(rows.map((r) => [r.m, r.t, Math.fround(r.v), r.r, r.h, r.f]))).toEqual(
          told(values.map((v) => [v.mac, noon + v.offsetMs, Math.fround(v.value), v.rssi, v.heap, v.flag])),
        );
      }),
      { numRuns: 40 },
    );
  });
});

/** A database in the C locale counts the 17 of `varchar(17)` in bytes. */
function fitsColumn(text: string): boolean {
  return !text.includes('\0') && Buffer.byteLength(text) <= 17;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item;
}
