import { describe, expect, test } from 'vitest';
import pg from 'pg';
import { isAppError } from '../../src/shared/domain/app-error.ts';
import { refreshRollups, rollupProgress, type Database } from '../../src/main/storage/index.ts';
import { databaseServers } from '../support/database-servers.ts';
import { RandomHistory } from '../support/random-history.ts';
import { rollupDifferences } from '../support/rollup-differences.ts';
import { storageBench } from '../support/storage-bench.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const writers = 3;
const steps = 60;
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
    for (let round = 0; round < rounds; round++) {
      const stop = new AbortController();
      const histories = Array.from(
        { length: writers },
        (_, i) => new RandomHistory(seed + round * 100 + i, now),
      );
      const refreshers = [0, 1].map(() => refreshing(open(owner.address), stop.signal));
      const watcher = watching(open(owner.address), stop.signal, `seed ${seed}, round ${round}`);
      const writing = histories.map((history) => writeOn(history, open(owner.address)));
      if (round === 1) await server().crash?.();
      await Promise.all(writing).finally(async () => {
        stop.abort();
        await Promise.allSettled([...refreshers, watcher]);
      });
      await Promise.all(refreshers);
      expect(await watcher, 'moments compared').toBeGreaterThan(2);
      expect(await rollupDifferences(owner), `seed ${seed}, round ${round}, at its end`).toEqual([]);
      await until(async () => (await refreshRollups(owner, never)) === 'current');
      expect(await rollupProgress(owner)).toMatchObject({ daysLeft: 0, staleDays: 0 });
      expect(await rollupDifferences(owner), `seed ${seed}, round ${round}, refreshed`).toEqual([]);
    }
  }, 180_000);
});

/** A connection that the crash ended, and writers that meet: the same again, as the ingest does. */
function mayGoOn(error: unknown): boolean {
  if (isAppError(error, 'database.unreachable')) return true;
  return error instanceof pg.DatabaseError && /^(40|57|0A|23)/.test(error.code ?? '');
}

async function writeOn(history: RandomHistory, database: Database): Promise<void> {
  for (let step = 0; step < steps; step++) {
    await history.step(database).catch((error: unknown) => {
      if (!mayGoOn(error)) throw error;
    });
  }
}

async function refreshing(database: Database, signal: AbortSignal): Promise<void> {
  for (let turn = 1; !signal.aborted; turn++) {
    try {
      await refreshRollups(database, signal);
      // Announced and written anew while others write.
      if (turn % 5 === 0) await database.query('select field.reset_rollups()');
    } catch (error) {
      if (!mayGoOn(error)) throw error;
    }
  }
}

async function watching(database: Database, signal: AbortSignal, what: string): Promise<number> {
  let moments = 0;
  while (!signal.aborted) {
    try {
      expect(await rollupDifferences(database), what).toEqual([]);
      moments++;
    } catch (error) {
      if (!mayGoOn(error)) throw error;
    }
  }
  return moments;
}
