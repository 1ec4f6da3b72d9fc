import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Listeners } from '../../src/main/foundation/listeners.ts';
import { Backups } from '../../src/main/stack/index.ts';
import { Database } from '../../src/main/storage/index.ts';
import { defaultSettings } from '../../src/shared/domain/default-settings.ts';
import { fillDatabase } from '../support/filled-database.ts';
import { sqlFolder } from '../support/ingest-bench.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';

let server: PlainPostgres;
let database: Database;
let folder: string;
let nowMs: number;
let running: boolean;
let settings = defaultSettings;
let changes: Listeners<void>;
const opened: Backups[] = [];
const never = new AbortController().signal;
const quiet = (): void => undefined;
const local = (day: number, hour: number): number => new Date(2025, 10, day, hour).getTime();

beforeAll(async () => {
  server = await startPlainPostgres();
  database = new Database({ address: server.address, applicationName: 'test', poolSize: 4, log: silentLog });
  await fillDatabase(database, sqlFolder, { readings: 500, days: 2 });
});
afterAll(async () => {
  await database.close();
  await server.stop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datayoti-backups-'));
  [nowMs, running, settings, changes] = [local(18, 9), false, defaultSettings, new Listeners()];
});
afterEach(async () => {
  for (const backups of opened.splice(0)) await backups.close();
  await rm(folder, { recursive: true });
});

function open(): Backups {
  const backups = new Backups({
    database: () => (running ? database : undefined),
    onDatabaseChange: (listener) => changes.add(listener),
    restored: () => Promise.resolve(),
    settings: () => settings,
    onSettingsChange: () => () => undefined,
    defaultFolder: folder,
    sqlFolder,
    appVersion: '0.1.0',
    clock: { now: () => nowMs },
    log: silentLog,
  });
  opened.push(backups);
  return backups;
}
function start(): void {
  running = true;
  changes.tell();
}
const files = async (): Promise<readonly string[]> => (await readdir(folder)).sort();
const made = (backups: Backups, atMs: number): Promise<true> =>
  until(() => backups.state().last?.createdMs === atMs && backups.state().running === null, {
    what: 'the backup is made by itself',
  }) as Promise<true>;

test('rows that were never backed up are at the first start, and then every day', async () => {
  const backups = open();
  expect(backups.state()).toMatchObject({ last: null, folder });
  start();
  await made(backups, local(18, 9));
  expect(backups.state()).toMatchObject({
    nextMs: local(19, 2),
    atNextStart: false,
    last: { verified: true, bytes: expect.any(Number) as number },
  });
  // Nothing more today.
  changes.tell();
  expect(backups.state().running).toBeNull();
  nowMs = local(19, 3);
  changes.tell();
  await made(backups, local(19, 3));
  expect(await files()).toHaveLength(2);
});

test('what was missed is made at the next start', async () => {
  const first = open();
  start();
  await made(first, local(18, 9));
  await first.close();
  [running, nowMs] = [false, local(25, 8)];
  const second = open();
  await until(() => second.state().last !== null, { what: 'the earlier one is found' });
  expect(second.state()).toMatchObject({ nextMs: local(25, 2), atNextStart: true });
  start();
  await made(second, local(25, 8));
  expect(second.state()).toMatchObject({ nextMs: local(26, 2), atNextStart: false });
});

test('none is made by itself where nobody wants it', async () => {
  settings = { ...defaultSettings, backupDaily: false };
  const backups = open();
  start();
  nowMs = local(20, 9);
  changes.tell();
  // By hand it works; had one been under way by itself, this would be refused.
  await backups.run(quiet, never);
  expect(await files()).toHaveLength(1);
  expect(backups.state().nextMs).toBeNull();
});

test('the oldest complete ones go, what is not ours or damaged stays, what was abandoned goes', async () => {
  settings = { ...defaultSettings, backupDaily: false, backupsKept: 2 };
  running = true;
  const backups = open();
  const damaged = 'datayoti-20250101T000000Z.zip';
  const abandoned = 'datayoti-20250102T000000Z.zip.part';
  const fresh = 'datayoti-20250103T000000Z.zip.part';
  for (const name of [damaged, abandoned, fresh, 'mine.zip']) await writeFile(join(folder, name), 'PK');
  await utimes(join(folder, abandoned), new Date(0), new Date(0));
  await utimes(join(folder, fresh), new Date(local(18, 9)), new Date(local(18, 9)));
  const names: string[] = [];
  for (const day of [18, 19, 20, 21]) {
    nowMs = local(day, 9);
    names.push((await backups.run(quiet, never)).name);
    if (day === 18) expect(await files()).toContain(fresh);
  }
  expect(await files()).toEqual([damaged, ...names.slice(2), 'mine.zip']);
  expect((await backups.list()).map(({ name, verified }) => [name, verified])).toEqual([
    [names[3], true],
    [names[2], true],
    [damaged, false],
  ]);
});

test('a failure is told and tried again an hour later; the good one before stays the last', async () => {
  settings = { ...defaultSettings, backupsKept: 1 };
  const backups = open();
  start();
  await made(backups, local(18, 9));
  await writeFile(join(folder, 'file'), '');
  settings = { ...settings, backupFolder: join(folder, 'file', 'below') };
  nowMs = local(19, 3);
  await expect(backups.run(quiet, never)).rejects.toMatchObject({ code: 'file.unwritable' });
  expect(backups.state()).toMatchObject({
    lastError: { timeMs: local(19, 3), error: { code: 'file.unwritable' } },
  });
  settings = { ...settings, backupFolder: '' };
  expect(backups.state().nextMs).toBe(local(19, 4));
  expect((await files()).filter((name) => name.endsWith('.zip'))).toHaveLength(1);
  nowMs = local(19, 4);
  changes.tell();
  await made(backups, local(19, 4));
  expect(backups.state().lastError).toBeNull();
});

test('one piece of work at a time; closing ends it and leaves nothing', async () => {
  settings = { ...defaultSettings, backupDaily: false };
  running = true;
  const backups = open();
  const first = backups.run(quiet, never);
  await expect(backups.run(quiet, never)).rejects.toMatchObject({ code: 'backup.busy' });
  await expect(backups.inspect('/none', quiet, never)).rejects.toMatchObject({ code: 'backup.busy' });
  await Promise.all([backups.close(), expect(first).rejects.toMatchObject({ code: 'backup.cancelled' })]);
  expect(await files()).toEqual([]);
});

test('without a database there is nothing to back up', async () => {
  const backups = open();
  await expect(backups.run(quiet, never)).rejects.toMatchObject({ code: 'stack.not-running' });
});

test('the last one that is removed is not the last any more, and none goes while a file is read', async () => {
  settings = { ...defaultSettings, backupDaily: false };
  running = true;
  const backups = open();
  const first = await backups.run(quiet, never);
  nowMs = local(19, 9);
  const second = await backups.run(quiet, never);
  expect(backups.state().last?.name).toBe(second.name);
  const reading = backups.inspect(first.path, quiet, never);
  await expect(backups.remove(second.name)).rejects.toMatchObject({ code: 'backup.busy' });
  await reading;
  await backups.remove(second.name);
  expect(backups.state().last?.name).toBe(first.name);
  await backups.remove(first.name);
  expect([backups.state().last, await files()]).toEqual([null, []]);
});
