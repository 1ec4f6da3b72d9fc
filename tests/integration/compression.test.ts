import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { lookAtFile, runImport, undoImport } from '../../src/main/readings-import/index.ts';
import {
  dropExpired,
  expiredBeyond,
  keepCompressed,
  migrate,
  refreshRollups,
  type Database,
} from '../../src/main/storage/index.ts';
import {
  copyReadings,
  upsertReadings,
  type ReadingRow,
} from '../../src/main/storage/queries/upsert-readings.ts';
import { databaseServers } from '../support/database-servers.ts';
import { exportCsv } from '../support/readings-csv.ts';
import { rollupDifferences } from '../support/rollup-differences.ts';
import { migrationOptions, storageBench } from '../support/storage-bench.ts';
import { until } from '../support/until.ts';

const mac = '1C:69:20:E9:18:24';
const dayMs = 86_400_000;
const minuteMs = 60_000;
const never = new AbortController().signal;
const quiet = (): void => undefined;
const today = Math.floor(Date.now() / dayMs) * dayMs;
/** Past the thirty days after which a chunk is compressed. */
const old = today - 40 * dayMs;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-compression-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(databaseServers.filter(({ name }) => name.includes('community')))(
  'compression on $name',
  (kind) => {
    if (!kind.available) {
      test.skip(`no ${kind.name} here`, () => undefined);
      return;
    }
    const { migrated, open } = storageBench(kind);

    /** Two days of readings by the minute, compressed by the job that the migration made; opened after it. */
    async function compressed(): Promise<Database> {
      const maker = await migrated();
      await maker.query(`insert into sites (site_ref) values ('SITE_001')`);
      await maker.query(`insert into devices (device_mac_addr, site_ref) values ($1, 'SITE_001')`, [mac]);
      const readings = Array.from({ length: 2 * 1440 }, (_, i) => reading(old + i * minuteMs, 10 + (i % 20)));
      await copyReadings(maker, [...readings, reading(today, 15)]);
      await refreshed(maker);
      await runJob(maker);
      expect(await chunks(maker)).toEqual([
        { compressed: true, rows: 1440 },
        { compressed: true, rows: 1440 },
        { compressed: false, rows: 1 },
      ]);
      return open(maker.address);
    }

    test('the migration switches it on for both tables, once', async () => {
      const owner = await migrated();
      const { rows } = await owner.query(
        `select hypertable_name as table, config->>'compress_after' as after from timescaledb_information.jobs
       where proc_name = 'policy_compression' order by 1`,
      );
      expect(rows).toEqual([
        { table: 'device_heartbeats', after: '30 days' },
        { table: 'sensor_data', after: '30 days' },
      ]);
      expect((await migrate(owner, migrationOptions)).applied).toEqual([]);
      expect(await keepCompressed(owner)).toEqual([]);
      expect(
        (await owner.query(`select from timescaledb_information.jobs where proc_name = 'policy_compression'`))
          .rowCount,
      ).toBe(2);
    });

    test('late and replaced readings reach compressed chunks and their buckets', async () => {
      const owner = await compressed();
      const counts = await upsertReadings(owner, [
        reading(old + 30_000, 55),
        { ...reading(old + minuteMs, 44), receptionMs: Date.now() },
        { ...reading(old + 2 * minuteMs, 33), receptionMs: 0 },
      ]);
      // The third met one that was received later, and left it.
      expect(counts).toEqual({ inserted: 1, replaced: 2 });
      const { rows } = await owner.query(
        `select temperature from sensor_data where time >= $1 and time <= $2 order by time`,
        [new Date(old), new Date(old + 2 * minuteMs)],
      );
      expect(rows).toEqual([10, 55, 44, 12].map((temperature) => ({ temperature })));
      await refreshed(owner);
      expect(await rollupDifferences(owner)).toEqual([]);
      await runJob(owner);
      expect((await chunks(owner))[0]).toEqual({ compressed: true, rows: 1441 });
    });

    test('an import into compressed chunks, and its undo, leave each row as it was', async () => {
      const owner = await compressed();
      const whole = async (): Promise<readonly unknown[]> =>
        (await owner.query('select *, reception_time::text as exact from sensor_data order by time')).rows;
      const before = await whole();
      const path = join(folder, 'import.csv');
      const rows = Array.from({ length: 2 * 2880 }, (_, i) => ({
        mac,
        timeMs: old + i * (minuteMs / 2),
        temperature: i % 2 === 0 ? 25.5 : 26,
        humidity: 50,
      }));
      writeFileSync(path, exportCsv(rows));
      const file = { path, name: 'import.csv' };
      const { mapping } = await lookAtFile(file, undefined, [{ mac, name: '' }], {}, Date.now());
      const site = { database: owner, log: silentLog, nowMs: Date.now() };
      const { record } = await runImport(site, { ...file, mapping, assign: {} }, quiet, never);
      expect(record).toMatchObject({ state: 'done', added: 2880, replaced: 2880 });
      await refreshed(owner);
      expect(await rollupDifferences(owner)).toEqual([]);
      await runJob(owner);
      expect((await chunks(owner))[0]).toEqual({ compressed: true, rows: 2880 });
      expect(await undoImport(site, record.id, quiet, never)).toMatchObject({
        removed: 2880,
        restored: 2880,
      });
      expect(await whole()).toEqual(before);
      await refreshed(owner);
      expect(await rollupDifferences(owner)).toEqual([]);
    });

    test('more than the server decompresses in one transaction by default can be changed', async () => {
      const owner = await compressed();
      const rows = Array.from({ length: 120_000 }, (_, i) => reading(old + 5 * dayMs + i * 700, 20));
      await copyReadings(owner, rows);
      await runJob(owner);
      const { rowCount } = await owner.query(
        `update sensor_data set temperature = 21 where time >= $1 and time < $2`,
        [new Date(old + 5 * dayMs), new Date(old + 6 * dayMs)],
      );
      expect(rowCount).toBe(120_000);
    });

    test('what retention would drop is told in full; dropped days keep their buckets', async () => {
      const owner = await compressed();
      const retention = { sensorDataDays: 35, heartbeatDays: 35 };
      const shown = async (): Promise<readonly unknown[]> =>
        (await owner.query('select * from sensor_data_hourly order by bucket_start')).rows;
      const before = await shown();
      expect(before.length).toBeGreaterThanOrEqual(48);
      await owner.query('update sensor_data set reception_time = time where time < $1', [new Date(today)]);
      await runJob(owner);
      const [table] = await expiredBeyond(owner, Date.now(), retention);
      expect(table).toMatchObject({ table: 'sensor_data', days: 2, rows: 2880 });
      const { rows } = await owner.query<{ bytes: number }>(
        `select sum(total_bytes)::bigint as bytes from chunks_detailed_size('public.sensor_data') d
       join timescaledb_information.chunks c using (chunk_schema, chunk_name) where c.is_compressed`,
      );
      expect(table?.bytes).toBe(rows[0]?.bytes);
      expect(await dropExpired(owner, Date.now(), retention)).toHaveLength(2);
      await refreshed(owner);
      expect(await shown()).toEqual(before);
    });
  },
);

const reading = (timeMs: number, temperature: number): ReadingRow => ({
  mac,
  timeMs,
  temperature,
  humidity: 50,
  receptionMs: timeMs + 500,
});

/** A policy of the server's own may be at it: then again, as the refresher does. */
async function refreshed(owner: Database): Promise<void> {
  await until(async () => (await refreshRollups(owner, never)) === 'current', {
    what: 'the buckets are current',
  });
}

/** What the server does by itself after a while. */
async function runJob(owner: Database): Promise<void> {
  const { rows } = await owner.query<{ id: number }>(
    `select job_id as id from timescaledb_information.jobs
     where proc_name = 'policy_compression' and hypertable_name = 'sensor_data'`,
  );
  await owner.query(`call run_job(${rows[0]?.id ?? -1})`);
}

async function chunks(
  owner: Database,
): Promise<readonly { readonly compressed: boolean; readonly rows: number }[]> {
  const { rows } = await owner.query<{ chunk: string; compressed: boolean }>(
    `select format('%I.%I', chunk_schema, chunk_name) as chunk, is_compressed as compressed
     from timescaledb_information.chunks where hypertable_name = 'sensor_data' order by range_start`,
  );
  return Promise.all(
    rows.map(async ({ chunk, compressed }) => {
      const { rows: counted } = await owner.query<{ rows: number }>(`select count(*) as rows from ${chunk}`);
      return { compressed, rows: counted[0]?.rows ?? -1 };
    }),
  );
}
