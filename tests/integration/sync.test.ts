import { describe, expect, test } from 'vitest';
import type { Database } from '../../src/main/storage/index.ts';
import { ensurePartitions, utcDay } from '../../src/main/storage/index.ts';
import { upsertReadings } from '../../src/main/storage/queries/upsert-readings.ts';
import { decideConflicts, listConflicts } from '../../src/main/storage/queries/sync-conflicts.ts';
import { listRuns } from '../../src/main/storage/queries/sync-ledger.ts';
import { mergePieces } from '../../src/main/storage/queries/sync-pieces.ts';
import type { SyncCounts, SyncResult } from '../../src/shared/contract/sync.ts';
import { databaseServers } from '../support/database-servers.ts';
import { storageBench } from '../support/storage-bench.ts';
import {
  fillLocal,
  firstDayMs,
  macOf,
  newTarget,
  publishedContent,
  syncOnce,
} from '../support/sync-bench.ts';

const [plain] = databaseServers;
const countsOf = (result: SyncResult, relation: string): SyncCounts | undefined =>
  result.counts.find((one) => one.relation === relation);

describe.each(databaseServers)('sync to a central $name', (kind) => {
  if (!kind.available || plain === undefined) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const laptop = storageBench(plain);
  const office = storageBench(kind);

  async function filled(): Promise<{ local: Database; central: Database }> {
    const [local, central] = [await laptop.migrated(), await office.migrated()];
    await fillLocal(local, { devices: 3, steps: 300, stepSeconds: 600 });
    return { local, central };
  }
  const reading = (index: number, atMs: number, temperature: number, receptionMs: number) => ({
    mac: macOf(index),
    timeMs: atMs,
    temperature,
    humidity: 50,
    receptionMs,
  });

  test('a dry run says what would change and changes nothing; a run does just that, once', async () => {
    const { local, central } = await filled();
    const target = await newTarget(local, central.address);
    const before = await publishedContent(central);
    const dry = await syncOnce(local, target, central.address.password, { dryRun: true });
    expect(countsOf(dry, 'sensor_data')).toMatchObject({ inserted: 900, replaced: 0, held: 0 });
    expect(countsOf(dry, 'sites')).toMatchObject({ inserted: 1 });
    expect(dry.unsynced).toBe(900 + 900 + 3 + 1);
    expect(await publishedContent(central)).toEqual(before);
    expect(await listRuns(local, 10)).toEqual([]);

    const first = await syncOnce(local, target, central.address.password);
    expect(first.counts.map(({ relation, inserted }) => [relation, inserted])).toEqual([
      ['sites', 1],
      ['devices', 3],
      ['sensor_data', 900],
      ['device_heartbeats', 900],
      ['commissioning_records', 0],
    ]);
    expect(first.unsynced).toBe(0);
    expect(await publishedContent(central)).toEqual(await publishedContent(local));

    const again = await syncOnce(local, target, central.address.password);
    expect(again.counts.reduce((sum, one) => sum + one.inserted + one.replaced + one.unchanged, 0)).toBe(0);
    const [second, ledger] = await listRuns(local, 10);
    expect(second).toMatchObject({ kind: 'sync', outcome: 'done', relations: [] });
    expect(ledger?.relations.find(({ relation }) => relation === 'sensor_data')).toMatchObject({
      inserted: 900,
      fromMs: firstDayMs,
      toMs: firstDayMs + 299 * 600_000,
    });
  });

  test('late, replaced and new rows go, and nothing else; many notes are merged into few', async () => {
    const { local, central } = await filled();
    const target = await newTarget(local, central.address);
    await syncOnce(local, target, central.address.password);
    const late = firstDayMs - 5 * 86_400_000;
    await ensurePartitions(local, [utcDay(late)]);
    await upsertReadings(local, [reading(0, late, 4, Date.now())]);
    // A reading that is there already, received later with another value.
    await upsertReadings(local, [reading(1, firstDayMs, -7, Date.now())]);
    for (let at = 0; at < 40; at++)
      await upsertReadings(local, [reading(at % 3, firstDayMs + 1_000 + at * 1_000, at, Date.now())]);
    const merged = await mergePieces(local, target.id);
    expect(merged).toBeGreaterThan(30);
    const result = await syncOnce(local, target, central.address.password);
    expect(countsOf(result, 'sensor_data')).toMatchObject({ inserted: 41, replaced: 1, conflicts: 0 });
    expect(result.unsynced).toBe(0);
    expect(await publishedContent(central)).toEqual(await publishedContent(local));
  });

  test('newer central readings are never overwritten unasked', async () => {
    const { local, central } = await filled();
    const target = await newTarget(local, central.address);
    await syncOnce(local, target, central.address.password);
    const at = firstDayMs + 600_000;
    const [theirsLater, oursSooner] = [Date.now() + 5_000, Date.now()];
    await upsertReadings(central, [reading(0, at, 30, theirsLater), reading(1, at, 31, theirsLater)]);
    await upsertReadings(local, [reading(0, at, 1, oursSooner), reading(1, at, 2, oursSooner)]);
    const dry = await syncOnce(local, target, central.address.password, { dryRun: true });
    expect(countsOf(dry, 'sensor_data')).toMatchObject({ conflicts: 2, replaced: 0 });
    const asked = await syncOnce(local, target, central.address.password);
    expect(asked).toMatchObject({ openConflicts: 2 });
    const temperatures = async (): Promise<readonly unknown[]> =>
      (
        await central.query<{ t: number }>(
          'select temperature as t from sensor_data where time = $1 order by device_mac_addr limit 2',
          [new Date(at).toISOString()],
        )
      ).rows.map(({ t }) => t);
    expect(await temperatures()).toEqual([30, 31]);

    const [one, other] = await listConflicts(local, target.id, { decision: null, limit: 10 });
    expect([one?.ours['temperature'], one?.theirs['temperature']]).toEqual([1, 30]);
    await decideConflicts(local, target.id, one?.id ?? 0, 'ours');
    await decideConflicts(local, target.id, other?.id ?? 0, 'theirs');
    // What changed there after it was asked is asked again.
    const decided = await syncOnce(local, target, central.address.password);
    expect(decided).toMatchObject({ openConflicts: 0 });
    expect(await temperatures()).toEqual([1, 31]);
  });

  test('a decision about a row that changed meanwhile is asked again', async () => {
    const { local, central } = await filled();
    const target = await newTarget(local, central.address);
    await syncOnce(local, target, central.address.password);
    await upsertReadings(central, [reading(0, firstDayMs, 30, Date.now() + 5_000)]);
    await upsertReadings(local, [reading(0, firstDayMs, 1, Date.now())]);
    await syncOnce(local, target, central.address.password);
    await decideConflicts(local, target.id, null, 'ours');
    await upsertReadings(central, [reading(0, firstDayMs, 33, Date.now() + 9_000)]);
    expect(await syncOnce(local, target, central.address.password)).toMatchObject({ openConflicts: 1 });
    const [conflict] = await listConflicts(local, target.id, { decision: null, limit: 10 });
    expect(conflict?.theirs['temperature']).toBe(33);
  });

  test('of a site the side wins that alone changed it; where both did, somebody is asked', async () => {
    const { local, central } = await filled();
    const target = await newTarget(local, central.address);
    await syncOnce(local, target, central.address.password);
    const nameThere = async (): Promise<unknown> =>
      (await central.query('select site_name from sites')).rows[0]?.['site_name'];
    await local.query(`update sites set site_name = 'ours'`);
    await syncOnce(local, target, central.address.password);
    expect(await nameThere()).toBe('ours');
    await central.query(`update sites set site_name = 'theirs'`);
    expect(await syncOnce(local, target, central.address.password)).toMatchObject({
      openConflicts: 0,
      unsynced: 0,
    });
    expect(await nameThere()).toBe('theirs');
    await local.query(`update sites set site_name = 'ours again'`);
    expect(await syncOnce(local, target, central.address.password)).toMatchObject({
      openConflicts: 1,
      unsynced: 1,
    });
    expect(await nameThere()).toBe('theirs');
    await decideConflicts(local, target.id, null, 'ours');
    expect(await syncOnce(local, target, central.address.password)).toMatchObject({
      openConflicts: 0,
      unsynced: 0,
    });
    expect(await nameThere()).toBe('ours again');
  });

  test('two laptops at the same site bring each what the other has not', async () => {
    const { local, central } = await filled();
    const other = await laptop.migrated();
    await fillLocal(other, { devices: 3, steps: 320, stepSeconds: 600 });
    const [one, two] = [await newTarget(local, central.address), await newTarget(other, central.address)];
    const [first, second] = await Promise.all([
      syncOnce(local, one, central.address.password),
      syncOnce(other, two, central.address.password),
    ]);
    expect([first.openConflicts, second.openConflicts]).toEqual([0, 0]);
    // Whoever came second to a site may have to look at it once more.
    await syncOnce(local, one, central.address.password);
    await syncOnce(other, two, central.address.password);
    expect(await publishedContent(central)).toEqual(await publishedContent(other));
  });

  test('commissioning records go into a table of ours only where somebody agreed', async () => {
    const { local, central } = await filled();
    await local.query(
      `insert into field.commissioning_records (device_mac_addr, site_ref, started_at, result, reading)
       values ($1, 'HCS', '2025-11-02 10:00:00.123456+00', 'ready', '{"temperature": 6.4}')`,
      [macOf(0)],
    );
    const target = await newTarget(local, central.address);
    const refused = await syncOnce(local, target, central.address.password);
    expect(countsOf(refused, 'commissioning_records')).toMatchObject({ held: 1, reason: 'not-agreed' });
    const table = async (): Promise<unknown> =>
      (await central.query(`select to_regclass('field_records.commissioning_records')::text as name`))
        .rows[0]?.['name'];
    expect(await table()).toBeNull();
    await local.query('update field.sync_targets set own_tables = true');
    const agreed = { ...target, ownTables: true };
    expect(
      countsOf(
        await syncOnce(local, agreed, central.address.password, { dryRun: true }),
        'commissioning_records',
      ),
    ).toMatchObject({
      inserted: 1,
    });
    expect(await table()).toBeNull();
    expect(await syncOnce(local, agreed, central.address.password)).toMatchObject({ unsynced: 0 });
    const { rows } = await central.query(
      'select device_mac_addr as mac, started_at::text as at, reading from field_records.commissioning_records',
    );
    expect(rows).toEqual([
      { mac: macOf(0), at: '2025-11-02 10:00:00.123456+00', reading: { temperature: 6.4 } },
    ]);
  });
});
