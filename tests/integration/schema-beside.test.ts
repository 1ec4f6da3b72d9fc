import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addBeside, migrate, missingBeside, type Database } from '../../src/main/storage/index.ts';
import { upsertHeartbeats } from '../../src/main/storage/queries/upsert-heartbeats.ts';
import { databaseServers } from '../support/database-servers.ts';
import { publishedTables } from '../support/published-project.ts';
import { migrationOptions as options, storageBench } from '../support/storage-bench.ts';

const mac = '1C:69:20:E9:18:24';
const kinds = databaseServers.filter(({ name }) => name.startsWith('TimescaleDB'));

describe.each(kinds)('beside the published tables on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const { fresh } = storageBench(kind);
  const published = async (): Promise<Database> => {
    const owner = await fresh();
    await owner.query(publishedTables);
    return owner;
  };

  test('all is added, and nothing that was there is another one afterwards', async () => {
    const owner = await published();
    const before = await picture(owner);
    const missing = await missingBeside(owner, options);
    expect(missing).toContain('0003_field_tables');
    expect(await addBeside(owner, options)).toEqual(missing);
    expect(await missingBeside(owner, options)).toEqual([]);
    const after = await picture(owner);
    for (const part of ['columns', 'rights', 'indexes', 'settings', 'rows'] as const)
      expect(after[part].filter((line) => !isNew(line))).toEqual(before[part]);
    // Again it finds nothing to do, and an ordinary migration finds all done.
    expect(await addBeside(owner, options)).toEqual([]);
    expect(await picture(owner)).toEqual(after);
    expect((await migrate(owner, { ...options, dryRun: true })).applied).toEqual([]);
  });

  test('its ingestor goes on writing with the rights that it had, and late readings are noticed', async () => {
    const owner = await published();
    await addBeside(owner, options);
    const insert = `insert into sensor_data (time, device_mac_addr, temperature, humidity) values ($1, $2, $3, 50)
      on conflict (device_mac_addr, time) do update set temperature = excluded.temperature`;
    await owner.transaction(async (connection) => {
      await connection.query('set local role mqtt_ingestor');
      await connection.query(insert, ['2025-11-03T00:00:00Z', mac, 9]);
      await connection.query(`insert into sites (site_ref) values ('OWN')`);
      // Of the future tables too, as the published script gave it.
      await connection.query(
        `insert into device_heartbeats (time, device_mac_addr, min_heap) values ('2025-11-03Z', $1, -999)`,
        [mac],
      );
    });
    const beat = { mac, timeMs: Date.UTC(2025, 10, 3, 1), rssi: -50, freeHeap: 1, uptime: 1, minHeap: 1 };
    await upsertHeartbeats(owner, [{ ...beat, ntpSync: true, receptionMs: Date.now() }]);
    const { rows } = await owner.query('select temperature from latest_sensor_readings');
    expect(rows).toHaveLength(1);
    const { rows: hours } = await owner.query<{ count: number }>(
      `select sum(measurement_count)::int as count from sensor_data_hourly`,
    );
    expect(hours).toEqual([{ count: 500 }]);
  });

  test('where a migration fails, nothing of all is there', async () => {
    const owner = await published();
    const before = await picture(owner);
    const copy = await mkdtemp(join(tmpdir(), 'datayoti-sql-'));
    await cp(options.folder, copy, { recursive: true });
    await writeFile(join(copy, 'migrations/9000_wrong.sql'), 'create table half (x int);\nselect 1 / 0;\n');
    await expect(addBeside(owner, { ...options, folder: copy })).rejects.toMatchObject({
      code: 'schema.migration-failed',
      data: { migration: '9000_wrong' },
    });
    expect(await picture(owner)).toEqual(before);
    const { rows } = await owner.query(`select to_regnamespace('field') as field`);
    expect(rows).toEqual([{ field: null }]);
    await rm(copy, { recursive: true });
    await addBeside(owner, options);
  });

  test('what is not as published is named and left alone', async () => {
    const owner = await published();
    await owner.query('create view device_health as select 1 as one');
    await expect(addBeside(owner, options)).rejects.toMatchObject({
      code: 'schema.other-layout',
      data: { table: 'device_health', found: 'columns one' },
    });
    await owner.query('drop view device_health');
    await owner.query('create table sensor_data_hourly (x int)');
    await expect(addBeside(owner, options)).rejects.toMatchObject({
      code: 'schema.other-layout',
      data: { table: 'sensor_data_hourly' },
    });
    const bare = await fresh();
    await bare.query('create extension if not exists timescaledb');
    await expect(addBeside(bare, options)).rejects.toMatchObject({
      code: 'schema.other-layout',
      data: { table: 'sites', found: 'not there' },
    });
    expect((await bare.query(`select to_regnamespace('field') as field`)).rows).toEqual([{ field: null }]);
  });

  test('views of its own stay as they are', async () => {
    const owner = await published();
    await owner.query(`create view latest_sensor_readings as select distinct on (device_mac_addr) device_mac_addr, time,
      temperature, humidity, reception_time from sensor_data order by device_mac_addr, time desc`);
    const definition = async (): Promise<unknown> =>
      (await owner.query(`select pg_get_viewdef('latest_sensor_readings'::regclass) as text`)).rows;
    const before = await definition();
    await addBeside(owner, options);
    expect(await definition()).toEqual(before);
  });
});

/** Relations of the published project that its script left out, with what belongs to them, and two indexes. */
const isNew = (line: string): boolean =>
  /device_heartbeats|device_health|latest_sensor_readings|sensor_data_(semi_hourly|hourly|daily)|devices_site_ref|sensor_data_incomplete/.test(
    line,
  );

/** Everything of schema `public`, and what counts for the whole database, as lines to compare. */
async function picture(
  owner: Database,
): Promise<Readonly<Record<'columns' | 'rights' | 'indexes' | 'settings' | 'rows', readonly string[]>>> {
  const lines = async (text: string): Promise<readonly string[]> =>
    (
      await owner.query<{ line: string }>(`select line from (${text}) as lines (line) order by line`)
    ).rows.map(({ line }) => line);
  return {
    columns: await lines(
      `select format('%s.%s %s %s %s', table_name, ordinal_position, column_name, udt_name, column_default)
       from information_schema.columns where table_schema = 'public'`,
    ),
    rights: await lines(
      `select format('%s %s', relname, a) from pg_class c, unnest(c.relacl) as a where relnamespace = 'public'::regnamespace
       union all select format('default %s %s', defaclobjtype, a) from pg_default_acl, unnest(defaclacl) as a
       union all select format('role %s %s', rolname, rolpassword) from pg_authid where rolname !~ '^pg_'`,
    ),
    indexes: await lines(`select indexdef from pg_indexes where schemaname = 'public'`),
    settings: await lines(
      `select s::text from pg_db_role_setting r join pg_database d on d.oid = r.setdatabase, unnest(r.setconfig) as s
       where d.datname = current_database()`,
    ),
    rows: await lines(
      `select s::text from sites s union all select d::text from devices d union all select r::text from sensor_data r`,
    ),
  };
}
