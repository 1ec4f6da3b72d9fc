import { describe, expect, test } from 'vitest';
import pg from 'pg';
import { isAppError } from '../../src/shared/domain/app-error.ts';
import { pause } from '../../src/main/foundation/watch-state.ts';
import { refreshRollups, rollupKind, rollupProgress, type Database } from '../../src/main/storage/index.ts';
import { databaseServers } from '../support/database-servers.ts';
import { RandomHistory } from '../support/random-history.ts';
import { rollupDifferences } from '../support/rollup-differences.ts';
import { storageBench } from '../support/storage-bench.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const writers = 3;
const steps = 40;
const rounds = 3;

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
});

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
