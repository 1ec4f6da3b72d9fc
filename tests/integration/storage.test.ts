import { describe, expect, test } from 'vitest';
import {
  createPartitionsAhead,
  dropExpired,
  ensurePartitions,
  recreateViews,
  setRolePasswords,
} from '../../src/main/storage/index.ts';
import { insertQuarantine, trimQuarantine } from '../../src/main/storage/queries/quarantine-writes.ts';
import { upsertDeviceFacts } from '../../src/main/storage/queries/upsert-device-facts.ts';
import { upsertReadings } from '../../src/main/storage/queries/upsert-readings.ts';
import { upsertHeartbeats } from '../../src/main/storage/queries/upsert-heartbeats.ts';
import { databaseServers } from '../support/database-servers.ts';
import { migrationOptions as options, storageBench } from '../support/storage-bench.ts';

const { folder } = options;
const passwords = { ingestor: 'ingestor-pass-1', grafana: 'grafana-pass-1' };
const mac = '1C:69:20:E9:18:24';
const noon = Date.UTC(2025, 10, 3, 12);

describe.each(databaseServers)('queries on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const { open, migrated } = storageBench(kind);

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
      'field.rollup_state SELECT',
      'field.schema_migrations SELECT',
      'field.stale_days SELECT',
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
