import { mkdtemp, cp, appendFile, writeFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import {
  Database,
  createPartitionsAhead,
  dropExpired,
  ensurePartitions,
  migrate,
  recreateViews,
  schemaStatus,
  setRolePasswords,
} from '../../src/main/storage/index.ts';
import { insertQuarantine, trimQuarantine } from '../../src/main/storage/queries/quarantine-writes.ts';
import { upsertDeviceFacts } from '../../src/main/storage/queries/upsert-device-facts.ts';
import { upsertReadings } from '../../src/main/storage/queries/upsert-readings.ts';
import { upsertHeartbeats } from '../../src/main/storage/queries/upsert-heartbeats.ts';
import { databaseServers, type DatabaseServer } from '../support/database-servers.ts';

const folder = fileURLToPath(new URL('../../sql/', import.meta.url));
const options = { folder, appVersion: '0.1.0', log: silentLog };
const passwords = { ingestor: 'ingestor-pass-1', grafana: 'grafana-pass-1' };
const mac = '1C:69:20:E9:18:24';
const noon = Date.UTC(2025, 10, 3, 12);

describe.each(databaseServers)('schema and queries on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  let server: DatabaseServer;
  const opened: Database[] = [];
  const open = (address: DatabaseServer['address']): Database => {
    const database = new Database({ address, applicationName: 'test', poolSize: 4, log: silentLog });
    opened.push(database);
    return database;
  };
  const fresh = async (): Promise<Database> => open(await server.createDatabase());
  const migrated = async (): Promise<Database> => {
    const owner = await fresh();
    await migrate(owner, options);
    return owner;
  };

  beforeAll(async () => {
    server = await kind.start();
  }, 600_000);
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server.stop();
  });

  test('the published relations have exactly their columns, in order', async () => {
    const owner = await migrated();
    const { rows } = await owner.query<{ relation: string; columns: string }>(
      `select table_name as relation, string_agg(column_name || ' ' || udt_name, ', ' order by ordinal_position) as columns
       from information_schema.columns where table_schema = 'public' and table_name = any($1) group by 1 order by 1`,
      [['sites', 'devices', 'sensor_data', 'device_heartbeats', 'latest_sensor_readings', 'device_health']],
    );
    expect(Object.fromEntries(rows.map((row) => [row.relation, row.columns]))).toEqual({
      device_health:
        'device_mac_addr varchar, last_heartbeat timestamptz, rssi int4, free_heap int4, uptime int4, min_heap int4, ntp_sync bool, health_status text',
      device_heartbeats:
        'time timestamptz, device_mac_addr varchar, rssi int4, free_heap int4, uptime int4, min_heap int4, ntp_sync bool, reception_time timestamptz',
      devices:
        'id int4, device_mac_addr varchar, site_ref varchar, created_at timestamptz, updated_at timestamptz',
      latest_sensor_readings:
        'device_mac_addr varchar, time timestamptz, temperature float4, humidity float4, reception_time timestamptz',
      sensor_data:
        'time timestamptz, device_mac_addr varchar, temperature float4, humidity float4, reception_time timestamptz',
      sites:
        'id int4, site_ref varchar, site_name varchar, description text, created_at timestamptz, updated_at timestamptz',
    });
  });

  test('types, lengths, defaults and keys are the published ones', async () => {
    const owner = await migrated();
    const { rows } = await owner.query<{ relation: string; columns: string[] }>(
      `select c.relname as relation, array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || case when a.attnotnull then ' not null' else '' end
         || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid
       left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
       where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
         and c.relname in ('sites', 'devices', 'sensor_data', 'device_heartbeats') group by 1`,
    );
    const stamps = [
      'created_at timestamp with time zone default now()',
      'updated_at timestamp with time zone default now()',
    ];
    const head = ['time timestamp with time zone not null', 'device_mac_addr character varying(17) not null'];
    const tail = 'reception_time timestamp with time zone default now()';
    expect(Object.fromEntries(rows.map((row) => [row.relation, row.columns]))).toEqual({
      sites: [
        `id integer not null default nextval('sites_id_seq'::regclass)`,
        'site_ref character varying(50) not null',
        'site_name character varying(255)',
        'description text',
        ...stamps,
      ],
      devices: [
        `id integer not null default nextval('devices_id_seq'::regclass)`,
        'device_mac_addr character varying(17) not null',
        'site_ref character varying(50)',
        ...stamps,
      ],
      sensor_data: [...head, 'temperature real', 'humidity real', tail],
      device_heartbeats: [
        ...head,
        'rssi integer',
        'free_heap integer',
        'uptime integer',
        'min_heap integer',
        'ntp_sync boolean',
        tail,
      ],
    });
    const keys = await owner.query<{ key: string }>(
      `select conrelid::regclass || ': ' || pg_get_constraintdef(oid) as key from pg_constraint
       where conrelid in ('sites'::regclass, 'devices'::regclass, 'sensor_data'::regclass, 'device_heartbeats'::regclass)
         and contype in ('p', 'u', 'f') order by 1`,
    );
    expect(keys.rows.map((row) => row.key)).toEqual([
      'device_heartbeats: UNIQUE (device_mac_addr, "time")',
      'devices: FOREIGN KEY (site_ref) REFERENCES sites(site_ref)',
      'devices: PRIMARY KEY (id)',
      'devices: UNIQUE (device_mac_addr)',
      'sensor_data: UNIQUE (device_mac_addr, "time")',
      'sites: PRIMARY KEY (id)',
      'sites: UNIQUE (site_ref)',
    ]);
    const other = open(owner.address);
    expect(
      (await other.query(`select reset_val as zone from pg_settings where name = 'TimeZone'`)).rows,
    ).toEqual([{ zone: 'UTC' }]);
  });

  test('a day is one partition or chunk, from midnight to midnight UTC', async () => {
    const owner = await migrated();
    const day = Date.UTC(2025, 10, 3);
    await ensurePartitions(owner, ['2025-11-03', '2025-11-04']);
    await upsertReadings(owner, [
      reading(day, 1),
      reading(day + 86_399_999, 2),
      reading(day + 86_400_000, 3),
    ]);
    const { rows } = await owner.query<{ readings: number[] }>(
      `select tableoid::regclass::text as part, array_agg(temperature order by temperature) as readings
       from sensor_data group by 1 order by 2`,
    );
    expect(rows.map((row) => row.readings)).toEqual([[1, 2], [3]]);
  });

  test('a process that waits for another one to migrate can give up', async () => {
    const owner = await fresh();
    const other = open(owner.address);
    await other.connection(async (connection) => {
      await connection.query('select pg_advisory_lock(7461225)');
      const giveUp = new AbortController();
      const waiting = migrate(owner, options, giveUp.signal);
      giveUp.abort(new Error('given up'));
      await expect(waiting).rejects.toThrow('given up');
      await connection.query('select pg_advisory_unlock(7461225)');
    });
    expect((await migrate(owner, options)).applied.length).toBeGreaterThan(0);
  });

  test('an owner without any right over the server migrates, once the roles are there', async () => {
    const admin = await migrated();
    const { database } = await server.createDatabase();
    const name = `plain_owner_${database}`;
    await admin.query(`create role ${name} login password 'owner-pass-1'`);
    await admin.query(`alter database ${database} owner to ${name}`);
    const owner = open({ ...admin.address, database, user: name, password: 'owner-pass-1' });
    expect((await migrate(owner, options)).applied).toContain('0003_field_tables');
    await ensurePartitions(owner, ['2025-11-03']);
    await upsertReadings(owner, [reading(noon, 1)]);
    expect(await dropExpired(owner, noon, { sensorDataDays: 1, heartbeatDays: 1 })).toEqual([]);
    await migrate(owner, options);
  });

  test('tables of another layout are named and left alone', async () => {
    const owner = await fresh();
    for (const table of ['sites', 'devices', 'sensor_data', 'device_heartbeats'])
      await owner.query(`create table ${table} (id serial primary key, site_id varchar(50))`);
    for (const repair of [false, true]) {
      await expect(migrate(owner, { ...options, repair })).rejects.toMatchObject({
        code: 'schema.other-layout',
        data: { table: 'sites', found: 'columns id, site_id' },
      });
    }
    expect((await schemaStatus(owner, folder)).applied).toEqual([]);
  });

  test('views of other columns give way to ours', async () => {
    const owner = await fresh();
    await owner.query(`create view latest_sensor_readings as select 1 as device_id`);
    await owner.query(`create view device_health as select 1 as device_id, 2 as site_id`);
    await migrate(owner, options);
    expect((await owner.query('select device_mac_addr, time from latest_sensor_readings')).rows).toEqual([]);
    await setRolePasswords(owner, passwords);
    const reader = open({ ...owner.address, user: 'grafana_reader', password: passwords.grafana });
    expect((await reader.query('select health_status from device_health')).rows).toEqual([]);
  });

  test('counts of evictions and facts of strangers are bounded, and nothing counted is lost', async () => {
    const owner = await migrated();
    await owner.query(
      `insert into field.quarantine_evictions select 'M' || n, n from generate_series(1, 5100) n`,
    );
    await trimQuarantine(owner, { perDevice: 1, total: 1, totalBytes: 1e9 });
    const { rows } = await owner.query(
      `select count(*)::int as n, sum(evicted)::int as evicted, min(evicted) filter (where device_mac_addr <> '')::int as least
       from field.quarantine_evictions`,
    );
    expect(rows).toEqual([{ n: 5001, evicted: (5100 * 5101) / 2, least: 101 }]);

    await owner.query(`insert into sites (site_ref) values ('S')`);
    await owner.query(`insert into devices (device_mac_addr, site_ref) values ('D1', 'S')`);
    const facts = (device: string, seenMs: number) => ({
      mac: device,
      seenMs,
      clockFaulty: null,
      status: 'online' as const,
      statusMs: seenMs,
      firmware: null,
      chip: null,
      ip: null,
      resetReason: null,
      queued: null,
      siteRef: null,
    });
    await upsertDeviceFacts(owner, [facts('D1', 1), facts('X1', 2), facts('X2', 3), facts('X3', 4)], 2);
    expect(
      (await owner.query('select device_mac_addr as mac from field.device_facts order by 1')).rows,
    ).toEqual([{ mac: 'D1' }, { mac: 'X2' }, { mac: 'X3' }]);
  });

  test('migrating twice, and by four processes at once, applies every file once', async () => {
    const owner = await fresh();
    const others = [open(owner.address), open(owner.address), open(owner.address)];
    const reports = await Promise.all([owner, ...others].map((database) => migrate(database, options)));
    const applied = reports.flatMap((report) => report.applied);
    expect(new Set(applied).size).toBe(applied.length);
    expect((await migrate(owner, options)).applied).toEqual([]);
    expect((await schemaStatus(owner, folder)).pending).toEqual([]);
  });

  test('a dry run names the files and changes nothing', async () => {
    const owner = await fresh();
    const report = await migrate(owner, { ...options, dryRun: true });
    expect(report.applied[0]).toBe('0001_sites_and_devices');
    expect((await schemaStatus(owner, folder)).applied).toEqual([]);
  });

  test('an edited file, and a database newer than the application, are refused', async () => {
    const owner = await migrated();
    const copy = await mkdtemp(join(tmpdir(), 'datayoti-sql-'));
    await cp(folder, copy, { recursive: true });
    await appendFile(join(copy, 'migrations/0001_sites_and_devices.sql'), '-- edited\n');
    await expect(migrate(owner, { ...options, folder: copy })).rejects.toMatchObject({
      code: 'schema.edited-migration',
    });
    await cp(folder, copy, { recursive: true });
    await writeFile(join(copy, 'migrations/9000_future.sql'), 'select 1;\n');
    await migrate(owner, { ...options, folder: copy, appVersion: '9.0.0' });
    await expect(migrate(owner, options)).rejects.toMatchObject({
      code: 'schema.newer-than-application',
      data: { found: '9.0.0' },
    });
    await rm(copy, { recursive: true });
  });

  test('a migration that fails leaves nothing of itself', async () => {
    const owner = await migrated();
    const copy = await mkdtemp(join(tmpdir(), 'datayoti-sql-'));
    await cp(folder, copy, { recursive: true });
    await writeFile(join(copy, 'migrations/9000_wrong.sql'), 'create table half (x int);\nselect 1 / 0;\n');
    await expect(migrate(owner, { ...options, folder: copy })).rejects.toMatchObject({
      code: 'schema.migration-failed',
    });
    const { rows } = await owner.query(`select to_regclass('half') as half`);
    expect(rows).toEqual([{ half: null }]);
    await rm(copy, { recursive: true });
  });

  test('a database left half-initialised is named, and repaired with its rows kept', async () => {
    const owner = await fresh();
    await owner.query(`create table sites (id serial primary key, site_ref varchar(50) unique not null, site_name varchar(255),
      description text, created_at timestamptz default now(), updated_at timestamptz default now())`);
    await owner.query(`create table devices (id serial primary key, device_mac_addr varchar(17) unique not null,
      site_ref varchar(50) references sites (site_ref), created_at timestamptz default now(), updated_at timestamptz default now())`);
    await owner.query(`insert into sites (site_ref, site_name) values ('HOME', 'kept')`);
    await expect(migrate(owner, options)).rejects.toMatchObject({
      code: 'schema.half-initialised',
      data: { there: 'sites, devices', missing: 'sensor_data, device_heartbeats' },
    });
    await migrate(owner, { ...options, repair: true });
    expect((await owner.query('select site_ref, site_name from sites')).rows).toEqual([
      { site_ref: 'HOME', site_name: 'kept' },
    ]);
    await ensurePartitions(owner, ['2025-11-03']);
    expect(await upsertReadings(owner, [reading(noon, 1)])).toEqual({ inserted: 1, replaced: 0 });
  });

  test('what the published script leaves on TimescaleDB is completed, with its rows', async ({ skip }) => {
    const owner = await fresh();
    if (!kind.name.startsWith('TimescaleDB')) skip();
    // Up to the statement that fails: device_heartbeats, whose foreign key names a missing column.
    await owner.query(`create extension if not exists timescaledb`);
    await owner.query(`create table sites (id serial primary key, site_ref varchar(50) unique not null, site_name varchar(255),
      description text, created_at timestamptz default now(), updated_at timestamptz default now())`);
    await owner.query(`create table devices (id serial primary key, device_mac_addr varchar(17) unique not null,
      site_ref varchar(50) references sites (site_ref), created_at timestamptz default now(), updated_at timestamptz default now())`);
    await owner.query(`create table sensor_data (time timestamptz not null, device_mac_addr varchar(17) not null, temperature real,
      humidity real, reception_time timestamptz default now(), foreign key (device_mac_addr) references devices (device_mac_addr))`);
    await owner.query(
      `select create_hypertable('sensor_data', 'time', if_not_exists => true, chunk_time_interval => interval '1 day')`,
    );
    await owner.query(
      'alter table sensor_data add constraint sensor_data_uniq unique (device_mac_addr, time)',
    );
    await owner.query(`insert into sites (site_ref) values ('S')`);
    await owner.query(`insert into devices (device_mac_addr, site_ref) values ($1, 'S')`, [mac]);
    await owner.query('insert into sensor_data values (to_timestamp($1 / 1000.0), $2, 7, 50)', [noon, mac]);
    await expect(migrate(owner, options)).rejects.toMatchObject({
      code: 'schema.half-initialised',
      data: { there: 'sites, devices, sensor_data', missing: 'device_heartbeats' },
    });
    expect((await migrate(owner, { ...options, repair: true })).variant).toBe('timescale');
    await setRolePasswords(owner, passwords);
    const ingestor = open({ ...owner.address, user: 'mqtt_ingestor', password: passwords.ingestor });
    const later = { ...reading(noon, 8), receptionMs: Date.now() + 60_000 };
    expect(await upsertReadings(ingestor, [later, reading(noon + 1000, 9)])).toEqual({
      inserted: 1,
      replaced: 1,
    });
    expect((await owner.query('select temperature from sensor_data order by time')).rows).toEqual([
      { temperature: 8 },
      { temperature: 9 },
    ]);
  });

  test('a second reading of the same device and time replaces the first; an older replay does not', async () => {
    const owner = await migrated();
    await ensurePartitions(owner, ['2025-11-03']);
    expect(await upsertReadings(owner, [reading(noon, 20), reading(noon + 1000, 21)])).toEqual({
      inserted: 2,
      replaced: 0,
    });
    expect(await upsertReadings(owner, [{ ...reading(noon, 25), receptionMs: noon + 60_000 }])).toEqual({
      inserted: 0,
      replaced: 1,
    });
    await upsertReadings(owner, [{ ...reading(noon, 5), receptionMs: noon + 30_000 }]);
    const { rows } = await owner.query('select time, temperature from sensor_data order by time');
    expect(rows).toEqual([
      { time: noon, temperature: 25 },
      { time: noon + 1000, temperature: 21 },
    ]);
  });

  test('heartbeats keep NULL for what a device did not say', async () => {
    const owner = await migrated();
    await ensurePartitions(owner, ['2025-11-03']);
    const row = {
      mac,
      timeMs: noon,
      rssi: null,
      freeHeap: 1,
      uptime: null,
      minHeap: null,
      ntpSync: false,
      receptionMs: noon,
    };
    await upsertHeartbeats(owner, [row]);
    const { rows } = await owner.query(
      'select rssi, free_heap, uptime, min_heap, ntp_sync from device_heartbeats',
    );
    expect(rows).toEqual([{ rssi: null, free_heap: 1, uptime: null, min_heap: null, ntp_sync: false }]);
  });

  test('views show the last row of each device and its health', async () => {
    const owner = await migrated();
    const now = Date.now();
    await createPartitionsAhead(owner, now);
    await owner.query(`insert into sites (site_ref) values ('S')`);
    await owner.query(`insert into devices (device_mac_addr, site_ref) values ($1, 'S')`, [mac]);
    await upsertReadings(owner, [reading(now - 60_000, 4), reading(now - 1_000, 5)]);
    const beat = { mac, rssi: -60, freeHeap: 1, uptime: 2, minHeap: 3, ntpSync: true, receptionMs: now };
    await upsertHeartbeats(owner, [{ ...beat, timeMs: now - 10 * 60_000 }]);
    expect((await owner.query('select temperature from latest_sensor_readings')).rows).toEqual([
      { temperature: 5 },
    ]);
    expect((await owner.query('select health_status, rssi from device_health')).rows).toEqual([
      { health_status: 'warning', rssi: -60 },
    ]);
    await recreateViews(owner, folder);
    expect((await owner.query('select temperature from latest_sensor_readings')).rows).toEqual([
      { temperature: 5 },
    ]);
  });

  test('retention drops whole days and keeps the rest', async () => {
    const owner = await migrated();
    const day = 86_400_000;
    await ensurePartitions(owner, ['2025-11-01', '2025-11-02', '2025-11-03']);
    await upsertReadings(owner, [reading(noon - 2 * day, 1), reading(noon - day, 2), reading(noon, 3)]);
    const gone = await dropExpired(owner, noon, { sensorDataDays: 1, heartbeatDays: 1 });
    expect(gone.length).toBeGreaterThan(0);
    const { rows } = await owner.query('select temperature from sensor_data order by time');
    expect(rows).toEqual([{ temperature: 2 }, { temperature: 3 }]);
  });

  test('an old reading that came in late is kept for its time too', async () => {
    const owner = await migrated();
    const day = 86_400_000;
    await ensurePartitions(owner, ['2024-10-30', '2024-10-31']);
    await upsertReadings(owner, [
      reading(noon - 369 * day, 1),
      { ...reading(noon - 368 * day, 2), receptionMs: noon },
    ]);
    await dropExpired(owner, noon, { sensorDataDays: 365, heartbeatDays: 183 });
    const left = async (): Promise<unknown> =>
      (await owner.query('select temperature from sensor_data')).rows;
    expect(await left()).toEqual([{ temperature: 2 }]);
    await dropExpired(owner, noon + 366 * day, { sensorDataDays: 365, heartbeatDays: 183 });
    expect(await left()).toEqual([]);
  });

  test('the ingestor writes what it must and nothing else; the reader only reads, later partitions too', async () => {
    const owner = await migrated();
    await setRolePasswords(owner, passwords);
    const ingestor = open({ ...owner.address, user: 'mqtt_ingestor', password: passwords.ingestor });
    const reader = open({ ...owner.address, user: 'grafana_reader', password: passwords.grafana });
    await ensurePartitions(ingestor, ['2025-11-03', '2031-01-01']);
    await upsertReadings(ingestor, [reading(noon, 1)]);
    await insertQuarantine(ingestor, [quarantined(1, 'a')]);
    const denied = { code: '42501' };
    await expect(ingestor.query('delete from sensor_data')).rejects.toMatchObject(denied);
    await expect(ingestor.query('delete from field.quarantine')).rejects.toMatchObject(denied);
    await expect(ingestor.query('create table public.x (y int)')).rejects.toMatchObject(denied);
    await expect(ingestor.query(`insert into sites (site_ref) values ('X')`)).rejects.toMatchObject(denied);
    await expect(ingestor.query('create temporary table x (y int)')).rejects.toMatchObject(denied);
    const rightsOf = async (role: string): Promise<readonly string[]> => {
      const { rows } = await owner.query<{ may: string }>(
        `select c.oid::regclass || ' ' || string_agg(p, ',' order by p) as may
         from pg_class c, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
         where c.relkind in ('r', 'p', 'v') and c.relnamespace in ('public'::regnamespace, 'field'::regnamespace)
           and has_table_privilege($1, c.oid, p) group by c.oid order by 1`,
        [role],
      );
      return rows.map((row) => row.may);
    };
    const ofReader = await rightsOf('grafana_reader');
    expect(ofReader.every((may) => may.endsWith(' SELECT'))).toBe(true);
    expect(ofReader.filter((may) => may.startsWith('field.'))).toEqual([
      'field.conformity_rules SELECT',
      'field.device_facts SELECT',
      'field.devices_in_use SELECT',
    ]);
    expect(await rightsOf('mqtt_ingestor')).toEqual([
      'device_heartbeats INSERT,SELECT,UPDATE',
      'devices SELECT',
      'field.candidates INSERT,SELECT,UPDATE',
      'field.device_facts INSERT,SELECT,UPDATE',
      'field.quarantine INSERT,SELECT,UPDATE',
      'field.quarantine_evictions INSERT,SELECT,UPDATE',
      'field.schema_migrations SELECT',
      'sensor_data INSERT,SELECT,UPDATE',
      'sites SELECT',
    ]);
    expect((await reader.query('select temperature from sensor_data')).rows).toEqual([{ temperature: 1 }]);
    await reader.query('select * from device_health');
    await expect(reader.query('select * from field.quarantine')).rejects.toMatchObject(denied);
    await expect(reader.query('delete from sensor_data')).rejects.toMatchObject(denied);
    // What is made after the grants: a partition or chunk by the ingestor's hand, a table by the owner's.
    const { rows } = await owner.query<{ part: string }>(
      'select distinct tableoid::regclass::text as part from sensor_data',
    );
    expect(rows.length).toBe(1);
    for (const { part } of rows) expect((await reader.query(`select * from ${part}`)).rows.length).toBe(1);
    await owner.query('create table later (x int)');
    await reader.query('select * from later');
    await owner.query('create view later_view as select 1 as one');
    await reader.query('select * from later_view');
    await expect(reader.query('create temporary table x (y int)')).rejects.toMatchObject(denied);
    const wrong = open({ ...owner.address, user: 'mqtt_ingestor', password: 'wrong' });
    await expect(wrong.query('select 1')).rejects.toMatchObject({ code: 'database.access-denied' });
  });

  test('the quarantine keeps the newest within its bounds and counts what went', async () => {
    const owner = await migrated();
    await insertQuarantine(
      owner,
      Array.from({ length: 30 }, (_, i) => quarantined(i, 'topic\0\uD800', i < 20 ? mac : null)),
    );
    expect(await trimQuarantine(owner, { perDevice: 15, total: 1000, totalBytes: 1e9 })).toBe(5);
    expect(await trimQuarantine(owner, { perDevice: 15, total: 12, totalBytes: 1e9 })).toBe(13);
    expect(await trimQuarantine(owner, { perDevice: 15, total: 12, totalBytes: 1010 })).toBe(7);
    const { rows } = await owner.query(
      'select device_mac_addr as mac, evicted from field.quarantine_evictions order by 1',
    );
    expect(rows.reduce((sum, row) => sum + Number(row['evicted']), 0)).toBe(25);
    expect(rows).toContainEqual({ mac, evicted: 20 });
  });
});

function reading(timeMs: number, temperature: number) {
  return { mac, timeMs, temperature, humidity: 50, receptionMs: timeMs };
}

function quarantined(receivedMs: number, topic: string, device: string | null = null) {
  return {
    receivedMs,
    topic,
    payload: Buffer.from([0, 255]),
    payloadBytes: 2,
    qos: 0,
    retain: false,
    mac: device,
    reason: 'not-json',
    detail: '',
  };
}
