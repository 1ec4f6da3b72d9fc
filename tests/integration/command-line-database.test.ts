import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DatabaseAddress } from '../../src/main/storage/index.ts';
import { runCommand, startCommand } from '../support/command-line.ts';
import { hasMosquitto, startMosquitto } from '../support/mosquitto-broker.ts';
import { mosquitto } from '../support/mosquitto-clients.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';
import { passwordOf, query, urlOf } from '../support/database-at-hand.ts';

let server: PlainPostgres;
let folder: string;

beforeAll(async () => {
  server = await startPlainPostgres();
  folder = mkdtempSync(join(tmpdir(), 'datayoti-cli-'));
  // Open to pass through, so that as root the embedded database lies below it too and goes with it.
  chmodSync(folder, 0o755);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const json = (text: string): unknown => JSON.parse(text);

test('db: migrate, status and views on an external database, the password from a file or a variable', async () => {
  const address = await server.createDatabase();
  const db = ['--db', urlOf(address), '--json'];
  const file = join(folder, 'db-password');
  writeFileSync(file, `${address.password}\n`, { mode: 0o600 });
  const before = await runCommand(['db', 'status', ...db], passwordOf(address));
  expect(json(before.stdout)).toMatchObject({
    applied: [],
    pending: expect.arrayContaining(['0002_readings']) as unknown,
  });
  const migrated = await runCommand(['db', 'migrate', ...db, '--db-password-file', file]);
  expect([migrated.code, json(migrated.stdout)]).toMatchObject([0, { alreadyApplied: 0 }]);
  const again = await runCommand(['db', 'migrate', ...db], passwordOf(address));
  expect(json(again.stdout)).toMatchObject({ applied: [] });
  const views = "select table_name from information_schema.views where table_schema = 'public' order by 1";
  const all = [
    'device_health',
    'latest_sensor_readings',
    'sensor_data_daily',
    'sensor_data_hourly',
    'sensor_data_semi_hourly',
  ].map((name) => ({ table_name: name }));
  for (const [name, left] of [
    ['drop', []],
    ['create', all],
    ['recreate', all],
  ] as const) {
    const changed = await runCommand(['db', 'views', name, ...db], passwordOf(address));
    expect([name, changed.code, changed.stderr]).toEqual([name, 0, '']);
    expect([name, await query(address, views)]).toEqual([name, left]);
  }
  for (const outcome of [before, migrated, again]) expect(outcome.stdout).not.toContain(address.password);
});

test('db migrate gives the two roles their passwords, from a variable and a file, and never shows them', async () => {
  const address = await server.createDatabase();
  const file = join(folder, 'grafana-password');
  writeFileSync(file, 'reader-pass-77\n', { mode: 0o600 });
  const outcome = await runCommand(
    ['db', 'migrate', '--db', urlOf(address), '--json', '--grafana-password-file', file],
    { ...passwordOf(address), DATAYOTI_INGESTOR_PASSWORD: 'writer-pass-77' },
  );
  expect(json(outcome.stdout)).toMatchObject({ passwordsSet: ['mqtt_ingestor', 'grafana_reader'] });
  expect(outcome.stdout + outcome.stderr).not.toMatch(/pass-77/);
  const who = 'select current_user as me';
  for (const [user, password] of [
    ['mqtt_ingestor', 'writer-pass-77'],
    ['grafana_reader', 'reader-pass-77'],
  ] as const)
    expect(await query({ ...address, user, password }, who)).toEqual([{ me: user }]);
  const short = await runCommand(['db', 'migrate', '--db', urlOf(address)], {
    ...passwordOf(address),
    DATAYOTI_INGESTOR_PASSWORD: 'short',
  });
  expect([short.code, short.stderr]).toEqual([2, expect.stringContaining('at least 8 characters')]);
  expect((await query({ ...address, user: 'mqtt_ingestor', password: 'writer-pass-77' }, who)).length).toBe(
    1,
  );
});

describe('ingest and its database', () => {
  const start = (address: DatabaseAddress, env = passwordOf(address), more: readonly string[] = []) =>
    startCommand(['ingest', '--mqtt', 'mqtt://127.0.0.1:1', '--db', urlOf(address), '--json', ...more], env);

  test('waits for one that is not up yet, then says that it is not migrated', async () => {
    const other = await startPlainPostgres();
    try {
      await other.kill();
      const ingest = start(other.address);
      await until(() => ingest.lines().some(({ phase }) => phase === 'waiting-for-database'));
      await other.restart();
      const { code, stdout } = await ingest.ended();
      expect(code).toBe(1);
      expect(json(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
        error: { code: 'schema.not-migrated' },
      });
    } finally {
      await other.stop();
    }
  });

  test('refuses one that a newer version made', async () => {
    const address = await server.createDatabase();
    await runCommand(['db', 'migrate', '--db', urlOf(address)], passwordOf(address));
    await query(
      address,
      `insert into field.schema_migrations values (9000, '9000_future', 'plain', 'x', now(), '9.0.0')`,
    );
    const { stdout } = await start(address).ended();
    expect(json(stdout)).toMatchObject({ error: { code: 'schema.newer-than-application' } });
  });

  test('makes days ahead; told to, it drops old ones where its role may, else says who must', async () => {
    const address = await server.createDatabase();
    await runCommand(['db', 'migrate', '--db', urlOf(address)], {
      ...passwordOf(address),
      DATAYOTI_INGESTOR_PASSWORD: 'writer-pass-77',
    });
    await query(address, `select field.ensure_partitions(array[date '2021-01-01'])`);
    const days = async (): Promise<readonly unknown[]> =>
      (
        await query(
          address,
          `select relname from pg_class where relname ~ '^sensor_data_[0-9]{8}$' order by 1`,
        )
      ).map(({ relname }) => relname);
    const writer = { ...address, user: 'mqtt_ingestor', password: 'writer-pass-77' };
    const untold = start(address);
    await until(async () => (await days()).length > 7, { what: 'days ahead are made' });
    untold.child.kill('SIGTERM');
    expect((await untold.ended()).code).toBe(0);
    expect(await days()).toContain('sensor_data_20210101');
    const asWriter = start(writer, passwordOf(writer), ['--drop-expired']);
    await until(() => asWriter.lines().some(({ message }) => /mqtt_ingestor may not/.test(String(message))));
    expect(await days()).toContain('sensor_data_20210101');
    asWriter.child.kill('SIGTERM');
    expect((await asWriter.ended()).code).toBe(0);
    const asOwner = start(address, passwordOf(address), ['--drop-expired']);
    await until(async () => !(await days()).includes('sensor_data_20210101'), {
      what: 'the old day is dropped',
    });
    asOwner.child.kill('SIGTERM');
    expect((await asOwner.ended()).code).toBe(0);
  });
});

describe.skipIf(!hasMosquitto)('ingest from a real Mosquitto', () => {
  test('stores what is published, says what it counts, and ends in order on a signal', async () => {
    const broker = await startMosquitto();
    try {
      const address = await server.createDatabase();
      await runCommand(['db', 'migrate', '--db', urlOf(address)], passwordOf(address));
      await query(address, "insert into devices (device_mac_addr) values ('1C:69:20:E9:18:24')");
      const args = [
        'ingest',
        '--mqtt',
        `mqtt://${broker.username}@127.0.0.1:${broker.port}`,
        '--db',
        urlOf(address),
        '--json',
      ];
      const ingest = startCommand(args, { ...passwordOf(address), DATAYOTI_MQTT_PASSWORD: broker.password });
      await until(() => ingest.lines().some(({ phase }) => phase === 'connected'), {
        what: 'the ingest is connected',
      });
      const message =
        '{"device_id":"1C:69:20:E9:18:24","temperature":22.5,"humidity":65.3,"timestamp":"2025-11-03T14:30:00Z"}';
      await mosquitto('pub', [
        '-p',
        String(broker.port),
        '-u',
        broker.username,
        '-P',
        broker.password,
        '-q',
        '1',
        '-t',
        'datayoti/sensor/1C:69:20:E9:18:24/data',
        '-m',
        message,
      ]);
      await until(async () => (await query(address, 'select temperature from sensor_data')).length === 1, {
        what: 'the row is committed',
      });
      if (process.platform === 'linux')
        expect(readFileSync(`/proc/${ingest.child.pid ?? 0}/cmdline`, 'utf8')).not.toContain(broker.password);
      ingest.child.kill('SIGTERM');
      const { code, stdout, stderr } = await ingest.ended();
      expect([code, stderr]).toEqual([0, '']);
      expect(ingest.lines().at(-1)).toMatchObject({ received: 1, stored: 1, failed: 0, backlog: 0 });
      expect(stdout).not.toContain(broker.password);
    } finally {
      await broker.stop();
    }
  });
});

test('ingest stores what waited for a device that somebody adopted, where its role may', async () => {
  const address = await server.createDatabase();
  await runCommand(['db', 'migrate', '--db', urlOf(address)], {
    ...passwordOf(address),
    DATAYOTI_INGESTOR_PASSWORD: 'writer-pass-77',
  });
  const mac = '1C:69:20:E9:18:24';
  const payload = `{"device_id":"${mac}","temperature":22.5,"humidity":65.3,"timestamp":"2025-11-03T14:30:00Z"}`;
  await query(
    address,
    `insert into field.quarantine (received_at, topic, payload, payload_bytes, qos, retained, device_mac_addr, reason, detail)
     values (now(), 'datayoti/sensor/${mac}/data', '${payload}', ${payload.length}, 1, false, '${mac}', 'unknown-device', '')`,
  );
  await query(address, `insert into devices (device_mac_addr) values ('${mac}')`);
  const start = (as: DatabaseAddress) =>
    startCommand(['ingest', '--mqtt', 'mqtt://127.0.0.1:1', '--db', urlOf(as), '--json'], passwordOf(as));
  const asWriter = start({ ...address, user: 'mqtt_ingestor', password: 'writer-pass-77' });
  await until(() =>
    asWriter.lines().some(({ message }) => /mqtt_ingestor may not take it out/.test(String(message))),
  );
  asWriter.child.kill('SIGTERM');
  expect((await asWriter.ended()).code).toBe(0);
  expect(await query(address, 'select from field.quarantine')).toHaveLength(1);
  expect(await query(address, 'select from sensor_data')).toHaveLength(0);

  const asOwner = start(address);
  await until(() => asOwner.lines().some(({ message }) => String(message).includes(mac)));
  asOwner.child.kill('SIGTERM');
  expect((await asOwner.ended()).code).toBe(0);
  expect(await query(address, 'select temperature from sensor_data')).toEqual([{ temperature: 22.5 }]);
  expect(await query(address, 'select from field.quarantine')).toHaveLength(0);
});
