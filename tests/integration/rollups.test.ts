import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { isAppError } from '../../src/shared/domain/app-error.ts';
import { pause } from '../../src/main/foundation/watch-state.ts';
import {
  createViews,
  dropExpired,
  dropRollupTriggers,
  dropViews,
  ensurePartitions,
  migrate,
  recreateViews,
  refreshRollups,
  rollupKind,
  rollupNames,
  rollupProgress,
  RollupRefresher,
  utcDay,
  type Database,
  type RollupState,
} from '../../src/main/storage/index.ts';
import { upsertReadings, type ReadingRow } from '../../src/main/storage/queries/upsert-readings.ts';
import { databaseServers } from '../support/database-servers.ts';
import { RandomHistory } from '../support/random-history.ts';
import { rollupDifferences } from '../support/rollup-differences.ts';
import { migrationOptions, storageBench } from '../support/storage-bench.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const writers = 3;
const steps = 40;
const rounds = 3;
const dayMs = 86_400_000;

describe.each(databaseServers)('rollups on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const { open, migrated, server } = storageBench(kind);

  test('random histories by several writers, refreshed meanwhile and interrupted: always what the readings say', async () => {
    const seed = Number(process.env['DATAYOTI_TEST_SEED'] ?? Date.now() % 1_000_000);
    const owner = await migrated();
    const now = Date.now();
    await RandomHistory.prepare(owner, now);
    // A continuous aggregate shows what was late when it is refreshed, and not before.
    const always = (await rollupKind(owner)) === 'maintained';
    for (let round = 0; round < rounds; round++) {
      const stop = new AbortController();
      const histories = Array.from(
        { length: writers },
        (_, i) => new RandomHistory(seed + round * 100 + i, now),
      );
      const refreshers = [0, 1].map(() => refreshing(open(owner.address), always, stop.signal));
      const watcher = watching(open(owner.address), always, stop.signal, `seed ${seed}, round ${round}`);
      const beside = Promise.allSettled([...refreshers, watcher]);
      const writing = Promise.allSettled(histories.map((history) => writeOn(history, open(owner.address))));
      if (round === 1) await server().crash?.();
      const wrote = await writing;
      stop.abort();
      expect([...wrote, ...(await beside)].filter(({ status }) => status === 'rejected')).toEqual([]);
      if (!always) await until(async () => (await refreshRollups(owner, never)) === 'current');
      else expect(await watcher, 'moments compared').toBeGreaterThan(2);
      expect(await rollupDifferences(owner), `seed ${seed}, round ${round}, at its end`).toEqual([]);
      await until(async () => (await refreshRollups(owner, never)) === 'current');
      if (always) expect(await rollupProgress(owner)).toMatchObject({ daysLeft: 0, staleDays: 0 });
      expect(await rollupDifferences(owner), `seed ${seed}, round ${round}, refreshed`).toEqual([]);
    }
  }, 180_000);

  test('a writer whose snapshot is older than the announcement marks what it wrote', async () => {
    const owner = await filled(await migrated());
    if ((await rollupKind(owner)) === 'continuous') return;
    await owner.connection(async (connection) => {
      await connection.query('begin isolation level repeatable read');
      await connection.query('select from field.rollup_state');
      expect(await refreshRollups(open(owner.address), never)).toBe('current');
      await upsertReadings(connection, [reading(-2 * dayMs, 40)]);
      await connection.query('commit');
    });
    expect(await rollupProgress(owner)).toMatchObject({ staleDays: 1 });
    expect(await rollupDifferences(owner)).toEqual([]);
  });

  test('a clock that was years ahead leaves nothing behind', async () => {
    const owner = await filled(await migrated());
    if ((await rollupKind(owner)) === 'continuous') return;
    await refreshRollups(owner, never);
    const before = await rollupProgress(owner);
    await owner.query(
      `update field.rollup_state set announced = now() + interval '3 days', watermark = now() + interval '2 days'`,
    );
    await owner.query(`select field.advance_rollups()`);
    await upsertReadings(owner, [reading(60_000, 40)]);
    expect(await rollupDifferences(owner)).toEqual([]);
    await refreshRollups(owner, never);
    expect((await rollupProgress(owner)).watermarkMs).toBe(before.watermarkMs);
    expect(await rollupDifferences(owner)).toEqual([]);
  });

  test('what retention dropped keeps its buckets, whatever comes late or is computed anew', async () => {
    const owner = await filled(await migrated(), 20 * dayMs);
    await refreshed(owner);
    const shown = async (): Promise<readonly unknown[]> =>
      (await owner.query('select * from sensor_data_daily order by bucket_start limit 1')).rows;
    const before = await shown();
    const gone = await dropExpired(owner, Date.now(), { sensorDataDays: 22, heartbeatDays: 22 });
    expect(gone.length).toBeGreaterThan(0);
    expect(await shown()).toEqual(before);
    await ensurePartitions(owner, [utcDay(Date.now() - 23 * dayMs)]);
    await upsertReadings(owner, [reading(-23 * dayMs, 40)]);
    await refreshed(owner);
    expect(await shown()).toEqual(before);
    if ((await rollupKind(owner)) === 'continuous') return;
    await recreateViews(owner, migrationOptions.folder);
    await refreshed(owner);
    expect(await shown()).toEqual(before);
  });

  test('truncated readings take their buckets with them; views dropped, made and made anew show them again', async () => {
    const owner = await filled(await migrated());
    await refreshed(owner);
    await owner.query('truncate sensor_data');
    await refreshed(owner);
    expect(await rollupDifferences(owner)).toEqual([]);
    await filled(owner);
    expect(await dropViews(owner)).toEqual(expect.arrayContaining([...rollupNames]));
    await expect(owner.query('select from sensor_data_hourly')).rejects.toMatchObject({ code: '42P01' });
    await createViews(owner, migrationOptions.folder);
    await recreateViews(owner, migrationOptions.folder);
    await refreshed(owner);
    expect(await rollupDifferences(owner)).toEqual([]);
    const { rows } = await owner.query<{ may: boolean }>(
      `select bool_and(has_table_privilege('grafana_reader', name, 'select')) as may from unnest($1::text[]) as name`,
      [rollupNames],
    );
    expect(rows).toEqual([{ may: true }]);
  });

  test('triggers that were missing for a while have everything computed anew', async () => {
    const owner = await filled(await migrated());
    if ((await rollupKind(owner)) === 'continuous') return;
    await refreshRollups(owner, never);
    await dropRollupTriggers(owner);
    await upsertReadings(owner, [reading(-2 * dayMs, 40)]);
    expect(await rollupDifferences(owner), 'unseen').not.toEqual([]);
    await migrate(owner, migrationOptions);
    expect(await rollupDifferences(owner)).toEqual([]);
    await refreshRollups(owner, never);
    expect(await rollupDifferences(owner)).toEqual([]);
  });

  test('where the server takes no transition tables, triggers by row do the same', async () => {
    const owner = await filled(await migrated());
    if ((await rollupKind(owner)) === 'continuous') return;
    await refreshRollups(owner, never);
    await dropRollupTriggers(owner);
    await owner.query(
      await readFile(join(migrationOptions.folder, 'rollups/maintained/triggers-by-row.sql'), 'utf8'),
    );
    await migrate(owner, migrationOptions);
    await upsertReadings(owner, [reading(-2 * dayMs, 40), reading(-2 * dayMs + 1, 41)]);
    await owner.query(`update sensor_data set humidity = 1 where time < now() - interval '30 hours'`);
    await owner.query(`delete from sensor_data where time < now() - interval '70 hours'`);
    expect(await rollupDifferences(owner)).toEqual([]);
    await refreshRollups(owner, never);
    expect(await rollupDifferences(owner)).toEqual([]);
  });

  test('a refresher that is left open catches up, tells how far it is, and takes in late readings', async () => {
    const owner = await filled(await migrated());
    const failures: unknown[] = [];
    const refresher = new RollupRefresher((error) => failures.push(error));
    const seen: RollupState[] = [];
    refresher.onChange(() => seen.push(refresher.state()));
    refresher.open(owner);
    await until(() => seen.some(({ working }) => !working), { what: 'the first refresh ends' });
    expect(seen.some(({ working, daysDone, daysTotal }) => working && daysTotal > 0 && daysDone > 0)).toBe(
      true,
    );
    await upsertReadings(owner, [reading(-2 * dayMs, 40)]);
    refresher.soon();
    await until(async () => (await storedMaximum(owner)) === 40, {
      what: 'the late reading is in its bucket',
    });
    await refresher.close();
    expect(failures).toEqual([]);
  });
});

const reading = (agoMs: number, temperature: number): ReadingRow => ({
  mac: '1C:69:20:E9:18:24',
  timeMs: Math.floor(Date.now() / 60_000) * 60_000 + agoMs,
  temperature,
  humidity: 50,
  receptionMs: Date.now() - 30 * dayMs,
});

/** Four days up to so long ago, a reading in ten minutes. */
async function filled(owner: Database, agoMs = 0): Promise<Database> {
  await RandomHistory.prepare(owner, Date.now() - agoMs);
  await upsertReadings(
    owner,
    Array.from({ length: 4 * 144 }, (_, i) => reading(-agoMs - i * 600_000, 10 + (i % 20))),
  );
  return owner;
}

/** A policy of the server's own may be at it: then again, as the refresher does. */
async function refreshed(owner: Database): Promise<void> {
  await until(async () => (await refreshRollups(owner, never)) === 'current', {
    what: 'the buckets are current',
  });
}

/** Of the stored buckets, not of those computed on the way. */
async function storedMaximum(owner: Database): Promise<number | undefined> {
  const relation =
    (await rollupKind(owner)) === 'maintained' ? 'field.rollup_daily' : 'public.sensor_data_daily';
  const { rows } = await owner.query<{ max: number }>(`select max(max_temperature) as max from ${relation}`);
  return rows[0]?.max;
}

/** A connection that the crash ended, and writers that meet: the same again, as the ingest does. */
function mayGoOn(error: unknown): boolean {
  if (isAppError(error, 'database.unreachable')) return true;
  return error instanceof pg.DatabaseError && /^(40|55|57|0A|23)/.test(error.code ?? '');
}

async function writeOn(history: RandomHistory, database: Database): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await history.step(database).catch(async (error: unknown) => {
      if (!mayGoOn(error)) throw error;
      await until(() => database.query('select').catch(() => undefined), { what: 'the database is back' });
    });
  }
}

async function refreshing(database: Database, resetting: boolean, signal: AbortSignal): Promise<void> {
  for (let turn = 1; !signal.aborted; turn++) {
    try {
      await refreshRollups(database, signal);
      await pause(20, signal);
      // Announced and written anew while others write.
      if (resetting && turn % 20 === 0) await database.query('select field.reset_rollups()');
    } catch (error) {
      if (!mayGoOn(error)) throw error;
    }
  }
}

async function watching(
  database: Database,
  always: boolean,
  signal: AbortSignal,
  what: string,
): Promise<number> {
  let moments = 0;
  while (!signal.aborted) {
    try {
      const differences = await rollupDifferences(database);
      if (always) expect(differences, what).toEqual([]);
      moments++;
    } catch (error) {
      if (!mayGoOn(error)) throw error;
    }
  }
  return moments;
}
