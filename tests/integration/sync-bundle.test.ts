import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/main/storage/index.ts';
import { loadTarget, type StoredTarget } from '../../src/main/storage/queries/sync-targets.ts';
import { addTarget, importBundle, takeReceipt, writeBundle } from '../../src/main/sync/index.ts';
import { upsertReadings } from '../../src/main/storage/queries/upsert-readings.ts';
import { passwordOf, urlOf } from '../support/database-at-hand.ts';
import { databaseServers } from '../support/database-servers.ts';
import { runCommand } from '../support/command-line.ts';
import { storageBench } from '../support/storage-bench.ts';
import {
  fillLocal,
  firstDayMs,
  macOf,
  newTarget,
  publishedContent,
  siteOf,
  syncOnce,
} from '../support/sync-bench.ts';

const [plain] = databaseServers;
if (plain === undefined) throw new Error('no PostgreSQL');
const bench = storageBench(plain);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datayoti-sync-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const never = new AbortController().signal;

/** A laptop that is never online, its file, and an office with its own database and the central one. */
async function carried(name: string): Promise<{
  laptop: Database;
  target: StoredTarget;
  path: string;
  office: Database;
  central: Database;
  there: StoredTarget;
}> {
  const [laptop, office, central] = [await bench.migrated(), await bench.migrated(), await bench.migrated()];
  await fillLocal(laptop, { devices: 3, steps: 300, stepSeconds: 600 });
  const id = await addTarget(laptop, { name: 'office', address: null, ownTables: false });
  const target = await loadTarget(laptop, id);
  if (target === undefined) throw new Error('not stored');
  const path = join(folder, name);
  const written = await writeBundle(
    siteOf(laptop),
    { target, path, appVersion: '1' },
    () => undefined,
    never,
  );
  expect(written).toMatchObject({ rows: 900 + 900 + 3 + 1 });
  return { laptop, target, path, office, central, there: await newTarget(office, central.address) };
}

const bringIn = ({
  office,
  central,
  there,
  path,
}: Pick<Awaited<ReturnType<typeof carried>>, 'office' | 'central' | 'there' | 'path'>) =>
  importBundle(
    siteOf(office),
    { target: there, password: central.address.password, path },
    () => undefined,
    never,
  );

test('a file carries the rows, and its receipt confirms just them', async () => {
  const all = await carried('rows.dysync');
  const { laptop, target, path, central } = all;
  const late = {
    mac: macOf(0),
    timeMs: firstDayMs + 1_000,
    temperature: 3,
    humidity: 4,
    receptionMs: Date.now(),
  };
  await upsertReadings(laptop, [late]);
  const { result, receipt } = await bringIn(all);
  expect(result.counts.find(({ relation }) => relation === 'sensor_data')).toMatchObject({
    inserted: 900,
    held: 0,
  });
  const once = await publishedContent(central);
  // Twice changes nothing.
  await bringIn(all);
  expect(await publishedContent(central)).toEqual(once);

  const taken = await takeReceipt(siteOf(laptop), receipt);
  expect(taken).toMatchObject({ target: 'office', unsynced: 1 });
  const next = join(folder, 'next.dysync');
  expect(
    await writeBundle(siteOf(laptop), { target, path: next, appVersion: '1' }, () => undefined, never),
  ).toMatchObject({
    rows: 1,
  });
  await bringIn({ ...all, path: next });
  expect(await publishedContent(central)).toEqual(await publishedContent(laptop));
  // A receipt of somebody else's file says nothing here.
  const foreign = join(folder, 'foreign.receipt.json');
  await writeFile(foreign, (await readFile(receipt, 'utf8')).replace(/"sha256": "./, '"sha256": "x'));
  await expect(takeReceipt(siteOf(laptop), foreign)).rejects.toMatchObject({ code: 'sync.receipt-unknown' });
  expect(path).toContain('rows.dysync');
});

test('a file that was changed or cut brings nothing in', async () => {
  const all = await carried('damaged.dysync');
  const { path, central } = all;
  const before = await publishedContent(central);
  const whole = await readFile(path);
  const text = gunzipSync(whole).toString('utf8');
  const lines = text.split('\n');
  const damaged: readonly [string, Buffer, string][] = [
    ['cut', whole.subarray(0, whole.length - 20), 'sync.bundle-damaged'],
    ['a line short', gzipSync(lines.slice(0, -2).join('\n')), 'sync.bundle-damaged'],
    ['one value changed', gzipSync(text.replace('"200000"', '"200001"')), 'sync.bundle-damaged'],
    ['newer', gzipSync(text.replace('"version":1', '"version":2')), 'sync.bundle-newer'],
    ['something else', Buffer.from('hello'), 'sync.not-a-bundle'],
    ['empty', gzipSync(''), 'sync.not-a-bundle'],
    ['a line without an end', gzipSync(Buffer.alloc(20 * 1024 * 1024, 32)), 'sync.not-a-bundle'],
  ];
  expect(text.includes('"200000"')).toBe(true);
  for (const [what, content, code] of damaged) {
    await writeFile(path, content);
    await expect(bringIn(all), what).rejects.toMatchObject({ code });
  }
  expect(await publishedContent(central)).toEqual(before);
});

test('a file that cannot be written leaves no half one', async () => {
  const { laptop, target } = await carried('good.dysync');
  const path = join(folder, 'missing', 'x.dysync');
  await expect(
    writeBundle(siteOf(laptop), { target, path, appVersion: '1' }, () => undefined, never),
  ).rejects.toMatchObject({ code: 'file.unwritable' });
  const stop = new AbortController();
  const cancelled = writeBundle(
    siteOf(laptop),
    { target, path: join(folder, 'cancelled.dysync'), appVersion: '1' },
    ({ phase }) => phase === 'readings' && stop.abort(),
    stop.signal,
  );
  await expect(cancelled).rejects.toMatchObject({ code: 'sync.cancelled' });
  expect((await readdir(folder)).filter((name) => name.startsWith('cancelled'))).toEqual([]);
});

test('the command line: a dry run, a sync, what is left, a file and its receipt', async () => {
  const [local, central] = [await bench.migrated(), await bench.migrated()];
  await fillLocal(local, { devices: 2, steps: 50, stepSeconds: 600 });
  const environment = { ...passwordOf(local.address), DATAYOTI_SYNC_PASSWORD: central.address.password };
  const ask = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
    const { stdout, code, stderr } = await runCommand(
      [...words, '--db', urlOf(local.address), '--json'],
      environment,
    );
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const to = ['--to', urlOf(central.address)];
  expect(await ask('sync', ...to, '--dry-run')).toMatchObject({ dryRun: true, unsynced: 203 });
  expect(await ask('sync', 'status')).toEqual({ targets: [] });
  expect(await ask('sync', ...to)).toMatchObject({ dryRun: false, unsynced: 0 });
  expect(await publishedContent(central)).toEqual(await publishedContent(local));
  expect(await ask('sync', 'ledger')).toMatchObject({ items: [{ kind: 'sync', outcome: 'done' }] });
  await upsertReadings(local, [
    { mac: macOf(0), timeMs: firstDayMs + 1_000, temperature: 3, humidity: 4, receptionMs: Date.now() },
  ]);
  expect(await ask('sync', 'status')).toMatchObject({ targets: [{ unsynced: 1 }] });
  const file = join(folder, 'cli.dysync');
  expect(await ask('sync', 'bundle', file, ...to)).toMatchObject({ rows: 1 });
  const office = await bench.migrated();
  const there = await newTarget(office, central.address, { name: 'central' });
  expect(there.name).toBe('central');
  const imported = await runCommand(
    ['sync', 'import', file, '--to', 'central', '--db', urlOf(office.address), '--json'],
    { ...passwordOf(office.address), DATAYOTI_SYNC_PASSWORD: central.address.password },
  );
  expect(imported.code, imported.stderr).toBe(0);
  expect(await ask('sync', 'receipt', `${file}.receipt.json`)).toMatchObject({ unsynced: 0 });
  expect(await publishedContent(central)).toEqual(await publishedContent(local));
  expect(await syncOnce(office, there, central.address.password)).toMatchObject({ unsynced: 0 });
});
