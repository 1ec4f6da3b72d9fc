import { describe, expect, test } from 'vitest';
import {
  agreedRetention,
  agreeRetention,
  agreeToLoseUnsynced,
  dropAgreed,
  ensurePartitions,
  expiredBeyond,
  heldUnsynced,
  keepCompressed,
  utcDay,
  type Database,
} from '../../src/main/storage/index.ts';
import { listTargets } from '../../src/main/storage/queries/sync-targets.ts';
import { upsertReadings } from '../../src/main/storage/queries/upsert-readings.ts';
import { addTarget, removeTarget } from '../../src/main/sync/index.ts';
import { databaseServers } from '../support/database-servers.ts';
import { storageBench } from '../support/storage-bench.ts';

const mac = '1C:69:20:E9:18:24';
const noon = Date.UTC(2025, 10, 3, 12);
const day = 86_400_000;
const year = { sensorDataDays: 365, heartbeatDays: 183 };

describe.each(databaseServers)('retention on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const { migrated } = storageBench(kind);

  /** One reading on each of the days before noon. */
  async function filled(ages: readonly number[]): Promise<Database> {
    const owner = await migrated();
    const times = ages.map((age) => noon - age * day);
    await ensurePartitions(owner, times.map(utcDay));
    await upsertReadings(
      owner,
      times.map((timeMs) => ({ mac, timeMs, temperature: 5, humidity: 60, receptionMs: timeMs })),
    );
    return owner;
  }
  const left = async (owner: Database): Promise<readonly number[]> =>
    (await owner.query<{ time: number }>('select time from sensor_data order by time desc')).rows.map(
      ({ time }) => (noon - time) / day,
    );

  test('nothing goes before somebody was told what, and agreed', async () => {
    const owner = await filled([0, 100, 364, 370, 400]);
    expect(await agreedRetention(owner)).toBeNull();
    const [waiting, ...more] = await expiredBeyond(owner, noon, year);
    expect(more).toEqual([]);
    expect(waiting).toMatchObject({ table: 'sensor_data', days: 2, rows: 2 });
    expect([waiting?.fromMs, waiting?.toMs].map((ms) => utcDay(ms ?? 0))).toEqual([
      utcDay(noon - 400 * day),
      utcDay(noon - 369 * day),
    ]);
    expect(waiting?.bytes).toBeGreaterThan(0);
    expect(await dropAgreed(owner, noon, year)).toEqual([]);
    expect(await left(owner)).toEqual([0, 100, 364, 370, 400]);

    await agreeRetention(owner, year);
    expect(await agreedRetention(owner)).toMatchObject(year);
    expect(await expiredBeyond(owner, noon, year)).toEqual([]);
    expect(await dropAgreed(owner, noon, year)).not.toEqual([]);
    expect(await left(owner)).toEqual([0, 100, 364]);
    // From here on by themselves, as days pass.
    await dropAgreed(owner, noon + 5 * day, year);
    expect(await left(owner)).toEqual([0, 100]);
  });

  test('a shorter retention is asked for again, a longer one holds at once', async () => {
    const owner = await filled([0, 100, 370, 400]);
    await agreeRetention(owner, { sensorDataDays: 390, heartbeatDays: 183 });
    const short = { sensorDataDays: 30, heartbeatDays: 183 };
    expect(await expiredBeyond(owner, noon, short)).toMatchObject([{ days: 3, rows: 3 }]);
    await dropAgreed(owner, noon, short);
    expect(await left(owner)).toEqual([0, 100, 370]);
    await dropAgreed(owner, noon + 300 * day, { sensorDataDays: 3650, heartbeatDays: 3650 });
    expect(await left(owner)).toEqual([0, 100, 370]);
    await agreeRetention(owner, short);
    await dropAgreed(owner, noon, short);
    expect(await left(owner)).toEqual([0]);
  });

  test('days that a central database does not have stay until somebody agreed that they go', async () => {
    const owner = await filled([0, 100, 370, 371, 400]);
    await agreeRetention(owner, year);
    const target = await addTarget(owner, { name: 'office', address: null, ownTables: false });
    await dropAgreed(owner, noon, year);
    expect(await left(owner)).toEqual([0, 100, 370, 371, 400]);
    expect(await heldUnsynced(owner, noon, year)).toMatchObject([{ table: 'sensor_data', days: 3, rows: 3 }]);
    // One of the days is there, and one row of another is asked about.
    const of = (age: number) => new Date(noon - age * day).toISOString();
    await owner.query('delete from field.sync_pieces where from_time in ($1, $2)', [of(370), of(371)]);
    await owner.query(
      `insert into field.sync_conflicts (target_id, relation, key, time, ours, theirs)
       values ($1, 'sensor_data', 'x', $2, '{}', '{}')`,
      [target, of(370)],
    );
    await dropAgreed(owner, noon, year);
    expect(await left(owner)).toEqual([0, 100, 370, 400]);
    expect(await heldUnsynced(owner, noon, year)).toMatchObject([{ days: 2 }]);

    // What was shown may go; what comes later is asked about again.
    await agreeToLoseUnsynced(owner, noon - 399 * day);
    await dropAgreed(owner, noon, year);
    expect(await left(owner)).toEqual([0, 100, 370]);
    expect(
      (await owner.query('select from field.sync_pieces where from_time = $1', [of(400)])).rowCount,
    ).toBe(0);
    await owner.query('delete from field.sync_conflicts');
    await dropAgreed(owner, noon, year);
    expect(await left(owner)).toEqual([0, 100]);
  });

  test('without a central database nothing waits for one', async () => {
    const owner = await filled([0, 400]);
    await agreeRetention(owner, year);
    const target = await addTarget(owner, { name: 'office', address: null, ownTables: false });
    const [stored] = (await listTargets(owner)).filter(({ id }) => id === target);
    if (stored === undefined) throw new Error('not stored');
    await removeTarget(owner, stored);
    expect(await heldUnsynced(owner, noon, year)).toEqual([]);
    await dropAgreed(owner, noon, year);
    expect(await left(owner)).toEqual([0]);
  });

  test('days without a row ask nothing; compression belongs to the community edition alone', async () => {
    const owner = await filled([0]);
    await ensurePartitions(owner, [utcDay(noon - 500 * day)]);
    expect(await expiredBeyond(owner, noon, year)).toEqual([]);
    expect(await keepCompressed(owner)).toEqual([]);
  });
});
