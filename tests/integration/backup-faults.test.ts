import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { ArchiveReader } from '../../src/main/stack/backup/archive-reader.ts';
import { ArchiveWriter } from '../../src/main/stack/backup/archive-writer.ts';
import type { BackupManifest } from '../../src/main/stack/backup/backup-manifest.ts';
import { inspectBackup, restoreBackup, writeBackup } from '../../src/main/stack/backup/index.ts';
import { Database, migrate } from '../../src/main/storage/index.ts';
import type { BackupProgress } from '../../src/shared/contract/backup.ts';
import { isAppError } from '../../src/shared/domain/app-error.ts';
import { runCommand, startCommand } from '../support/command-line.ts';
import { contentOf, fillDatabase } from '../support/filled-database.ts';
import { sqlFolder } from '../support/ingest-bench.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';

const appVersion = '0.1.0';
const never = new AbortController().signal;
const quiet = (): void => undefined;
const opened: Database[] = [];
let server: PlainPostgres;
let folder: string;
let source: Database;
/** A good backup of `source`. */
let good: string;

async function open(address: PlainPostgres['address']): Promise<Database> {
  const database = new Database({ address, applicationName: 'test', poolSize: 4, log: silentLog });
  opened.push(database);
  await migrate(database, { folder: sqlFolder, appVersion, log: silentLog });
  return database;
}
const target = async (): Promise<Database> => open(await server.createDatabase());
const backUp = (
  file: string,
  tell: (progress: BackupProgress) => void = quiet,
  signal = never,
  database = source,
) => writeBackup({ database, file, appVersion, clock: systemClock, log: silentLog }, tell, signal);
const restore = (
  database: Database,
  file: string,
  tell: (progress: BackupProgress) => void = quiet,
  signal = never,
) => restoreBackup({ database, file, sqlFolder, appVersion, log: silentLog }, tell, signal);
const look = (file: string) =>
  inspectBackup({ file, sqlFolder, appVersion, target: undefined }, quiet, never);

/** All that a restore might leave behind: rows, numbers, partitions, tables. */
async function stateOf(database: Database): Promise<unknown> {
  const { rows } = await database.query(
    `select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'field') order by 1, 2`,
  );
  return [await contentOf(database), rows];
}

/** The same backup with other words in it, every hash made to fit. */
async function rewritten(
  name: string,
  change: (manifest: BackupManifest) => unknown,
  part: (path: string, text: string) => string = (_path, text) => text,
): Promise<string> {
  const file = join(folder, name);
  const archive = await ArchiveReader.open(good);
  const writer = new ArchiveWriter(file, 0);
  const manifest = structuredClone(archive.manifest);
  for (const relation of manifest.relations)
    for (const one of relation.parts) {
      const bytes = Buffer.from(part(one.path, (await buffer(archive.part(one))).toString()));
      Object.assign(one, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
      // oxlint-disable-next-line require-await
      await writer.add(
        one.path,
        (async function* () {
          yield bytes;
        })(),
        false,
      );
    }
  archive.close();
  await writer.finish('manifest.json', Buffer.from(JSON.stringify(change(manifest))));
  return file;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datayoti-backup-'));
  server = await startPlainPostgres({ durable: true });
  source = new Database({ address: server.address, applicationName: 'test', poolSize: 4, log: silentLog });
  opened.push(source);
  await fillDatabase(source, sqlFolder, { readings: 60_000, days: 4 });
  good = join(folder, 'good.zip');
  await backUp(good);
});
afterAll(async () => {
  await Promise.all(opened.map((database) => database.close()));
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a file cut off anywhere is recognised, and nothing of it is restored', async () => {
  const bytes = await readFile(good);
  const database = await target();
  const before = await stateOf(database);
  const file = join(folder, 'cut.zip');
  for (const length of [3, 40, 1000, bytes.length >> 1, bytes.length - 70, bytes.length - 1]) {
    await writeFile(file, bytes);
    await truncate(file, length);
    const code = length < 4 ? 'backup.not-a-backup' : 'backup.truncated';
    await expect(restore(database, file), String(length)).rejects.toMatchObject({ code });
  }
  expect(await stateOf(database)).toEqual(before);
});

test('a byte that was changed anywhere is found, or made no difference', async () => {
  const bytes = await readFile(good);
  const file = join(folder, 'changed.zip');
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.noBias(fc.nat(bytes.length - 1)),
      fc.integer({ min: 1, max: 255 }),
      async (at, by) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ by;
        await writeFile(file, changed);
        try {
          await look(file);
        } catch (error) {
          if (!isAppError(error) || !error.code.startsWith('backup.')) throw error;
          refused++;
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(refused).toBeGreaterThan(50);
});

test('a backup whose last part was altered leaves the database as it was', async () => {
  const database = await target();
  const before = await stateOf(database);
  const bytes = await readFile(good);
  // Within the last part of readings, near the end of the file: everything else is in by then.
  const at = bytes.length - 40_000;
  bytes[at] = (bytes[at] ?? 0) ^ 0x55;
  const file = join(folder, 'late.zip');
  await writeFile(file, bytes);
  let rows = 0;
  await expect(
    restore(database, file, (progress) => {
      rows = Math.max(rows, progress.phase === 'copying' ? progress.rows : 0);
    }),
  ).rejects.toMatchObject({ code: 'backup.altered' });
  expect(rows).toBeGreaterThan(10_000);
  expect(await stateOf(database)).toEqual(before);
});

test.each([
  [
    'a newer form',
    'backup.newer-format',
    (manifest: BackupManifest) => ({ ...manifest, formatVersion: 2, more: 1 }),
  ],
  [
    'a newer schema',
    'backup.newer-schema',
    (manifest: BackupManifest) => ({
      ...manifest,
      application: { version: '9.0.0' },
      schema: {
        ...manifest.schema,
        migrations: [
          ...manifest.schema.migrations,
          {
            number: 9999,
            name: '9999_later',
            sha256: 'a'.repeat(64),
            applied: manifest.created,
            appVersion: '9.0.0',
          },
        ],
      },
    }),
  ],
  [
    'another schema',
    'backup.other-schema',
    (manifest: BackupManifest) => ({
      ...manifest,
      schema: {
        ...manifest.schema,
        migrations: manifest.schema.migrations.map((one) =>
          one.number === 3 ? { ...one, sha256: 'b'.repeat(64) } : one,
        ),
      },
    }),
  ],
  ['other words', 'backup.altered', (manifest: BackupManifest) => ({ ...manifest, relations: 'none' })],
  ['another kind of file', 'backup.not-a-backup', () => ({ format: 'datayoti-flash-backup', version: 1 })],
])('%s is refused before anything is touched', async (what, code, change) => {
  const database = await target();
  const before = await stateOf(database);
  const file = await rewritten(`${what}.zip`, change);
  await expect(restore(database, file)).rejects.toMatchObject({ code });
  await expect(look(file)).rejects.toMatchObject({ code });
  expect(await stateOf(database)).toEqual(before);
});

test('a log that was changed with fitting hashes is found by its own chain', async () => {
  const database = await target();
  const before = await stateOf(database);
  const file = await rewritten(
    'log.zip',
    (manifest) => manifest,
    (path, text) =>
      path === 'data/field.audit_log.csv' ? text.replace('subject ""7""', 'subject ""8""') : text,
  );
  await expect(restore(database, file)).rejects.toMatchObject({
    code: 'backup.altered',
    data: { part: 'field.audit_log' },
  });
  expect(await stateOf(database)).toEqual(before);
});

test('what is no backup or cannot be read says so', async () => {
  const text = join(folder, 'text.zip');
  await writeFile(text, 'no backup at all, and longer than the end of a zip file would be');
  await expect(look(text)).rejects.toMatchObject({ code: 'backup.not-a-backup' });
  await expect(look(join(folder, 'absent.zip'))).rejects.toMatchObject({ code: 'file.unreadable' });
  await expect(look(folder)).rejects.toMatchObject({ code: 'file.unreadable' });
});

test('a file that is there is not replaced, a folder that is none is refused', async () => {
  const before = await stat(good);
  await expect(backUp(good)).rejects.toMatchObject({ code: 'backup.file-exists' });
  expect((await stat(good)).mtimeMs).toBe(before.mtimeMs);
  await expect(backUp(join(good, 'inside', 'x.zip'))).rejects.toMatchObject({ code: 'file.unwritable' });
});

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'a full disk ends the backup and leaves nothing',
  async () => {
    const small = join(folder, 'small');
    await mkdir(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', small]);
    try {
      await expect(backUp(join(small, 'b.zip'))).rejects.toMatchObject({ code: 'backup.disk-full' });
      expect(await readdir(small)).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  },
);

test.each(['counting', 'copying', 'checking'] as const)(
  'cancelled while %s, nothing is left',
  async (phase) => {
    const stop = new AbortController();
    const place = await mkdtemp(join(folder, 'cancel-'));
    await expect(
      backUp(join(place, 'b.zip'), (progress) => progress.phase === phase && stop.abort(), stop.signal),
    ).rejects.toMatchObject({ code: 'backup.cancelled' });
    expect(await readdir(place)).toEqual([]);
  },
);

test.each(['preparing', 'copying', 'finishing'] as const)(
  'a restore cancelled while %s leaves the database as it was, or is complete',
  async (phase) => {
    const database = await target();
    const before = await stateOf(database);
    const stop = new AbortController();
    let seen = false;
    const work = restore(
      database,
      good,
      (progress) => {
        if (progress.phase !== phase || (phase === 'copying' && progress.rows < 100)) return;
        seen = true;
        stop.abort();
      },
      stop.signal,
    );
    const outcome = await work.then(
      () => 'complete',
      (error: unknown) => error,
    );
    expect(seen).toBe(true);
    if (outcome === 'complete') expect(await contentOf(database)).toEqual(await contentOf(source));
    else {
      expect(outcome).toMatchObject({ code: 'backup.cancelled' });
      expect(await stateOf(database)).toEqual(before);
    }
    // And it can be done right after.
    if (outcome !== 'complete') await restore(database, good);
    expect(await contentOf(database)).toEqual(await contentOf(source));
  },
);

test('a process that is killed leaves no half file under the final name, and the next run is not in its way', async () => {
  const place = await mkdtemp(join(folder, 'kill-'));
  const file = join(place, 'b.zip');
  const { host, port, database, user, password } = server.address;
  const url = `postgres://${user}@${host}:${port}/${database}`;
  const env = { DATAYOTI_DB_PASSWORD: password };
  const running = startCommand(['stack', 'backup', file, '--db', url, '--json'], env);
  await until(async () => (await stat(`${file}.part`).catch(() => undefined))?.size, { what: 'it writes' });
  running.child.kill('SIGKILL');
  await running.ended();
  expect(await readdir(place)).toEqual(['b.zip.part']);
  await expect(look(`${file}.part`)).rejects.toMatchObject({
    code: expect.stringMatching(/^backup\./) as unknown,
  });
  // While somebody may still be writing it, it is left alone; afterwards it makes room.
  expect((await runCommand(['stack', 'backup', file, '--db', url, '--json'], env)).code).toBe(1);
  await utimes(`${file}.part`, new Date(0), new Date(0));
  const { code, stdout } = await runCommand(['stack', 'backup', file, '--db', url, '--json'], env);
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { file, verified: true }]);
  expect(await readdir(place)).toEqual(['b.zip']);
});

test('from the command line into an empty database, looked at first', async () => {
  const address = await server.createDatabase();
  const url = `postgres://${address.user}@${address.host}:${address.port}/${address.database}`;
  const env = { DATAYOTI_DB_PASSWORD: address.password };
  const dry = await runCommand(['stack', 'restore', good, '--dry-run', '--db', url, '--json'], env);
  expect([dry.code, JSON.parse(dry.stdout)]).toMatchObject([
    0,
    { targetHolds: [], sites: [{ ref: 'HCS' }, {}] },
  ]);
  const words = await runCommand(['stack', 'restore', good, '--dry-run']);
  expect(words.stdout).toContain('public.sensor_data');
  const done = await runCommand(['stack', 'restore', good, '--db', url, '--json'], env);
  expect([done.code, JSON.parse(done.stdout)]).toMatchObject([0, { auditChainIntact: true }]);
  expect(await contentOf(await open(address))).toEqual(await contentOf(source));
  const again = await runCommand(['stack', 'restore', good, '--db', url, '--json'], env);
  expect([again.code, JSON.parse(again.stdout)]).toMatchObject([1, { error: { code: 'backup.not-empty' } }]);
});

test('a server that is killed in the middle of a backup or a restore leaves no half', async () => {
  const place = await mkdtemp(join(folder, 'server-'));
  const database = await target();
  const before = await stateOf(database);
  // A crash skips numbers that were not given yet.
  const expected = await contentOf(source);
  const killed: Promise<void>[] = [];
  const kill = ({ phase }: BackupProgress): void => {
    if (phase === 'copying' && killed.length === 0) killed.push(server.kill());
  };
  await expect(backUp(join(place, 'b.zip'), kill)).rejects.toMatchObject({ code: 'database.unreachable' });
  await Promise.all(killed.splice(0));
  expect(await readdir(place)).toEqual([]);
  await server.restart();
  await expect(
    restore(database, good, (progress) => progress.rows > 10_000 && kill(progress)),
  ).rejects.toMatchObject({ code: 'database.unreachable' });
  await Promise.all(killed);
  await server.restart();
  const [content] = (await stateOf(database)) as [unknown];
  expect(content).toEqual((before as [unknown])[0]);
  await restore(database, good);
  expect(await contentOf(database)).toEqual(expected);
}, 180_000);
