import { execFileSync } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { inspectBackup, restoreBackup, writeBackup } from '../../src/main/stack/backup/index.ts';
import { storedRelations } from '../../src/main/stack/backup/backup-relations.ts';
import {
  Database,
  dropExpired,
  dropSchema,
  migrate,
  refreshRollups,
  rollupProgress,
  schemaStatus,
} from '../../src/main/storage/index.ts';
import { auditChainIsIntact } from '../../src/main/storage/queries/commissioning-records.ts';
import { writeAudit } from '../../src/main/storage/queries/device-changes.ts';
import type { BackupProgress } from '../../src/shared/contract/backup.ts';
import { databaseServers, type DatabaseServer } from '../support/database-servers.ts';
import { contentOf, fillDatabase, firstDayMs } from '../support/filled-database.ts';
import { sqlFolder } from '../support/ingest-bench.ts';

const appVersion = '0.1.0';
const never = new AbortController().signal;
const quiet = (): void => undefined;
const available = databaseServers.filter((kind) => kind.available);
const servers = new Map<string, DatabaseServer>();
const opened: Database[] = [];
let folder: string;

const on = (index: number): DatabaseServer => {
  const server = servers.get(available[index]?.name ?? '');
  if (server === undefined) throw new Error('no such server');
  return server;
};
const plain = 0;
const timescale = 1;

async function fresh(index: number): Promise<Database> {
  const database = new Database({
    address: await on(index).createDatabase(),
    applicationName: 'test',
    poolSize: 4,
    log: silentLog,
  });
  opened.push(database);
  return database;
}
const migrated = async (index: number): Promise<Database> => {
  const database = await fresh(index);
  await migrate(database, { folder: sqlFolder, appVersion, log: silentLog });
  return database;
};
const backUp = (database: Database, name: string, tell = quiet as (progress: BackupProgress) => void) =>
  writeBackup(
    { database, file: join(folder, name), appVersion, clock: systemClock, log: silentLog },
    tell,
    never,
  );
const restore = (database: Database, name: string, sql = sqlFolder) =>
  restoreBackup(
    { database, file: join(folder, name), sqlFolder: sql, appVersion, log: silentLog },
    quiet,
    never,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datayoti-backup-'));
  for (const kind of available) servers.set(kind.name, await kind.start());
}, 600_000);
afterAll(async () => {
  await Promise.all(opened.map((database) => database.close()));
  for (const server of servers.values()) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test.skipIf(available.length < 2)(
  'every row comes through plain PostgreSQL, TimescaleDB and plain PostgreSQL again',
  async () => {
    const source = await fresh(plain);
    await fillDatabase(source, sqlFolder, { readings: 20_000, days: 5 });
    const expected = await contentOf(source);
    expect(expected['field.zones_id_seq']).toBe('4');

    const told: BackupProgress[] = [];
    const first = await backUp(source, 'first.zip', (progress) => told.push(progress));
    expect(told.at(-1)).toMatchObject({ phase: 'checking', rows: told.at(-1)?.totalRows });
    expect(first.manifest).toMatchObject({
      auditChainIntact: true,
      leftOut: [],
      database: { kind: 'postgresql' },
    });
    // Where a schema is there already, and where there is none at all.
    const [ready, bare] = [await migrated(timescale), await fresh(timescale)];
    for (const target of [ready, bare]) {
      expect(await restore(target, 'first.zip')).toMatchObject({ auditChainIntact: true, skipped: [] });
      expect(await contentOf(target)).toEqual(expected);
    }
    await writeAudit(ready, 'test', 'after', {});
    expect(await auditChainIsIntact(ready)).toBe(true);
    const second = await backUp(bare, 'second.zip');
    expect(second.manifest.database.kind).toBe('timescaledb-apache');
    expect(second.manifest.relations.map(({ parts }) => parts.map(({ path, rows }) => [path, rows]))).toEqual(
      first.manifest.relations.map(({ parts }) => parts.map(({ path, rows }) => [path, rows])),
    );
    const back = await migrated(plain);
    await restore(back, 'second.zip');
    expect(await contentOf(back)).toEqual(expected);
    // Numbers go on where they stood, also those of rows that are gone.
    const { rows: site } = await back.query<{ id: number }>(
      `insert into sites (site_ref) values ('NEW') returning id`,
    );
    expect(site).toEqual([{ id: 4 }]);
    const { rows: quarantined } = await back.query<{ id: number }>(
      `insert into field.quarantine (received_at, topic, payload, payload_bytes, qos, retained, reason)
       values (now(), '', '', 0, 0, false, '') returning id`,
    );
    expect(quarantined).toEqual([{ id: 301 }]);
  },
  180_000,
);

test.skipIf(available.length < 2)(
  'buckets are right on either kind of server after a restore, also where their readings are gone',
  async () => {
    const source = await fresh(plain);
    await fillDatabase(source, sqlFolder, { readings: 5_000, days: 5 });
    await refreshRollups(source, never);
    await source.query('update sensor_data set reception_time = time');
    await dropExpired(source, firstDayMs + 3 * 86_400_000, { sensorDataDays: 1, heartbeatDays: 1 });
    expect((await source.query('select from field.closed_days')).rowCount).toBeGreaterThan(1);
    await refreshRollups(source, never);
    const shown = async (database: Database) =>
      (await database.query('select * from sensor_data_hourly order by device_mac_addr, bucket_start')).rows;
    const expected = await shown(source);
    await backUp(source, 'rollups.zip');
    for (const target of [await migrated(timescale), await fresh(plain)]) {
      // A refresher that was at an empty database before.
      if ((await schemaStatus(target, sqlFolder)).pending.length === 0) await refreshRollups(target, never);
      await restore(target, 'rollups.zip');
      await refreshRollups(target, never);
      expect(await shown(target)).toEqual(expected);
      expect(await rollupProgress(target)).toMatchObject({ daysLeft: 0, staleDays: 0 });
    }
  },
  180_000,
);

describe.each(available.map(({ name }, index) => [name, index] as const))('on %s', (_name, index) => {
  /** What `create` makes that holds rows or numbers, by name, outside the server's own rooms. */
  const holders = async (database: Database): Promise<readonly string[]> => {
    const { rows } = await database.query<{ name: string }>(
      `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'm', 'f') and not c.relispartition
         and n.nspname !~ '^(pg_|information_schema$|_timescaledb|timescaledb_)'
         and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
       order by 1`,
    );
    return rows.map(({ name }) => name);
  };

  test('a backup holds every table that a migration makes, and every number', async () => {
    const database = await migrated(index);
    const relations = await storedRelations(database);
    expect(
      [...relations.map(({ schema, name }) => `${schema}.${name}`), 'field.schema_migrations'].sort(),
    ).toEqual(await holders(database));
    const { rows: sequences } = await database.query<{ name: string }>(
      `select format('%I.%I', schemaname, sequencename)::regclass::text as name from pg_sequences
       where schemaname !~ '^_timescaledb' order by 1`,
    );
    expect(
      relations.flatMap((relation) => relation.sequences.map(({ sequence }) => sequence)).sort(),
    ).toEqual(sequences.map(({ name }) => name).sort());
    // What is split by time is split in the file too.
    expect(relations.filter(({ timeColumn }) => timeColumn !== null).map(({ name }) => name)).toEqual([
      'device_heartbeats',
      'sensor_data',
    ]);
  });

  test('what the migrations made can be taken away as a whole', async () => {
    const database = await migrated(index);
    await database.query('create table public.somebody_else (id integer)');
    await database.transaction(dropSchema);
    expect(await holders(database)).toEqual(['public.somebody_else']);
    await migrate(database, { folder: sqlFolder, appVersion, log: silentLog });
    expect((await schemaStatus(database, sqlFolder)).pending).toEqual([]);
  });

  test('an older backup is restored into its own schema and brought up to date', async () => {
    const old = await mkdtemp(join(folder, 'old-sql-'));
    const newer = await mkdtemp(join(folder, 'new-sql-'));
    await cp(sqlFolder, old, { recursive: true });
    for (const set of ['migrations', 'timescale'])
      for (const name of await readdir(join(old, set)))
        if (Number(name.slice(0, 4)) > 5) await rm(join(old, set, name));
    await cp(sqlFolder, newer, { recursive: true });
    await writeFile(
      join(newer, 'migrations', '9000_later.sql'),
      `alter table field.zones add column code text;
       update field.zones set code = 'Z' || id;
       alter table field.zones alter column code set not null;
       create table field.later (id integer);`,
    );
    const source = await fresh(plain);
    await fillDatabase(source, old, { readings: 100, days: 3, upTo: 5 });
    const expected = await contentOf(source);
    const file = `old-${index}.zip`;
    await backUp(source, file);
    // As the application meets it: its own, newer schema, empty.
    const target = await fresh(index);
    await migrate(target, { folder: newer, appVersion, log: silentLog });
    expect(await restore(target, file, newer)).toMatchObject({
      migrated: await migrationsAfter(newer, 5),
      auditChainIntact: true,
    });
    const { rows } = await target.query<{ code: string }>('select code from field.zones order by id');
    expect(rows).toEqual([{ code: 'Z1' }, { code: 'Z3' }]);
    // What the later migrations changed is not the same; everything else is.
    const content = await contentOf(target);
    const changed = ['field.zones', 'field.commissioning_records', 'field.audit_log'];
    for (const [name, rows] of Object.entries(expected))
      if (!changed.includes(name)) expect([name, content[name]]).toEqual([name, rows]);
    expect(content['field.later']).toBe('0 ');
    expect(content['field.audit_log']).toMatch(/^25 /);
    expect(await auditChainIsIntact(target)).toBe(true);
    // A later migration that fails on these rows leaves what there was before: the newer schema, empty.
    const failing = await mkdtemp(join(folder, 'failing-sql-'));
    await cp(newer, failing, { recursive: true });
    await appendFile(
      join(failing, 'migrations', '9000_later.sql'),
      '\nselect 1 / (select (count(*) = 0)::integer from field.zones);\n',
    );
    const other = await fresh(index);
    await migrate(other, { folder: failing, appVersion, log: silentLog });
    const empty = await contentOf(other);
    await expect(restore(other, file, failing)).rejects.toMatchObject({ code: 'schema.migration-failed' });
    expect(await contentOf(other)).toEqual(empty);
    expect((await schemaStatus(other, failing)).pending).toEqual([]);
    // And where there was no schema at all, none.
    const bare = await fresh(index);
    await expect(restore(bare, file, failing)).rejects.toMatchObject({ code: 'schema.migration-failed' });
    expect(await holders(bare)).toEqual([]);
  });
});

test('a person gets at the rows without the application', async () => {
  const source = await fresh(plain);
  await fillDatabase(source, sqlFolder, { readings: 50, days: 2 });
  const { file } = await backUp(source, 'person.zip');
  const out = join(folder, 'unpacked');
  await mkdir(out);
  execFileSync('python3', ['-m', 'zipfile', '-e', file, out]);
  const read = (path: string): string =>
    execFileSync(
      'python3',
      [
        '-c',
        'import csv, json, sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline="")))))',
        path,
      ],
      { encoding: 'utf8' },
    );
  expect(JSON.parse(read(join(out, 'data', 'public.sites.csv')))).toMatchObject([
    { site_ref: 'HCS', site_name: 'Harbour "Cold", Store', description: 'two\nlines\tand a \\ backslash' },
    { site_ref: 'NIL', description: '\\.' },
  ]);
  const days = await readdir(join(out, 'data', 'public.sensor_data'));
  expect(days.sort()[0]).toBe(`${new Date(firstDayMs).toISOString().slice(0, 10)}.csv`);
  expect(await readdir(out)).toEqual(expect.arrayContaining(['README.txt', 'manifest.json']));
});

test('a dry run says what is inside and what is in the way, and changes nothing', async () => {
  const source = await fresh(plain);
  await fillDatabase(source, sqlFolder, { readings: 500, days: 2 });
  await backUp(source, 'dry.zip');
  const target = await migrated(plain);
  await target.query(`insert into sites (site_ref) values ('MINE')`);
  const before = await contentOf(target);
  const order = { file: join(folder, 'dry.zip'), sqlFolder, appVersion, target };
  const content = await inspectBackup(order, quiet, never);
  expect(content).toMatchObject({
    appVersion,
    database: { kind: 'postgresql' },
    sites: [
      { ref: 'HCS', name: 'Harbour "Cold", Store' },
      { ref: 'NIL', name: '' },
    ],
    targetHolds: [{ name: 'public.sites', rows: 1 }],
    auditChainIntact: true,
  });
  expect(content.relations.find(({ name }) => name === 'public.sensor_data')).toMatchObject({
    fromMs: firstDayMs,
  });
  await expect(restore(target, 'dry.zip')).rejects.toMatchObject({
    code: 'backup.not-empty',
    data: { found: 'public.sites 1' },
  });
  expect(await contentOf(target)).toEqual(before);
});

test('writers go on while a backup is made, and it shows one moment', async () => {
  const source = await fresh(plain);
  await fillDatabase(source, sqlFolder, { readings: 30_000, days: 3 });
  const expected = await contentOf(source);
  let written = Promise.resolve();
  let count = 0;
  await backUp(source, 'moment.zip', ({ phase }) => {
    if (phase !== 'copying' || count++ > 5) return;
    written = written.then(async () => {
      await source.query(`delete from sensor_data where device_mac_addr = 'edge'`);
      await source.query(`update sites set description = 'later ${count}'`);
    });
  });
  await written;
  expect(count).toBeGreaterThan(0);
  const target = await migrated(plain);
  await restore(target, 'moment.zip');
  expect(await contentOf(target)).toEqual(expected);
  expect(await contentOf(source)).not.toEqual(expected);
});

test('three hundred thousand readings come through in little memory', async () => {
  const source = await fresh(plain);
  await fillDatabase(source, sqlFolder, { readings: 300_000, days: 30 });
  const expected = await contentOf(source);
  let most = 0;
  let calls = 0;
  const collect = garbageCollector();
  const watch = (): void => {
    // What nobody holds any more is no memory that is needed; when it goes depends on how busy the machine is.
    if (calls++ % 10 !== 0) return;
    collect();
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  };
  const { manifest, bytes } = await backUp(source, 'large.zip', watch);
  expect(manifest.relations.find(({ name }) => name === 'sensor_data')?.parts.length).toBeGreaterThan(25);
  const target = await migrated(available.length - 1);
  await restoreBackup(
    { database: target, file: join(folder, 'large.zip'), sqlFolder, appVersion, log: silentLog },
    watch,
    never,
  );
  expect(await contentOf(target)).toEqual(expected);
  // The rows are some 25 MB of CSV; what is on its way is a few buffers of 64 kB on each side.
  expect(bytes).toBeGreaterThan(4_000_000);
  expect(most).toBeLessThan(20_000_000);
}, 180_000);

/** Names of the migrations in a folder of the form of `sql/` beyond a number, in order. */
async function migrationsAfter(sql: string, number: number): Promise<readonly string[]> {
  const names = await readdir(join(sql, 'migrations'));
  return names
    .filter((name) => Number(name.slice(0, 4)) > number)
    .map((name) => name.replace(/\.sql$/, ''))
    .toSorted();
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
