import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { fromBuffer } from 'yauzl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DatabaseAddress } from '../../src/main/storage/index.ts';
import { runCommand, startCommand } from '../support/command-line.ts';
import { freePort } from '../support/free-port.ts';
import { hasMosquitto, startMosquitto } from '../support/mosquitto-broker.ts';
import { mosquitto } from '../support/mosquitto-clients.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';

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
const urlOf = ({ user, host, port, database }: DatabaseAddress): string =>
  `postgres://${user}@${host}:${port}/${database}`;
const passwordOf = ({ password }: DatabaseAddress) => ({ DATAYOTI_DB_PASSWORD: password });

async function query(address: DatabaseAddress, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

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
  const both = [{ table_name: 'device_health' }, { table_name: 'latest_sensor_readings' }];
  for (const [name, left] of [
    ['drop', []],
    ['create', both],
    ['recreate', both],
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

test.each([
  ['an unknown command', ['nonsense'], 2, 'request.invalid'],
  ['an unknown option', ['doctor', '--nonsense'], 2, 'request.invalid'],
  ['no broker', ['ingest'], 2, 'request.invalid'],
  ['a broker that is no address', ['ingest', '--mqtt', 'http://x'], 2, 'request.invalid'],
  [
    'a password in the broker address',
    ['ingest', '--mqtt', 'mqtt://u:hush-hush@127.0.0.1'],
    2,
    'request.invalid',
  ],
  [
    'a password in the database address',
    ['db', 'status', '--db', 'postgres://u:hush-hush@127.0.0.1/x'],
    2,
    'request.invalid',
  ],
  ['a broker address with a lone %', ['ingest', '--mqtt', 'mqtt://50%@127.0.0.1'], 2, 'request.invalid'],
  [
    'a database address with a lone %',
    ['db', 'status', '--db', 'postgres://u%zz@127.0.0.1/x'],
    2,
    'request.invalid',
  ],
  ['a database that is no address', ['db', 'status', '--db', 'nonsense'], 2, 'request.invalid'],
  [
    'a database that is not there',
    ['db', 'status', '--db', 'postgres://u@127.0.0.1:1/x'],
    1,
    'database.unreachable',
  ],
  ['no embedded database yet', ['db', 'status'], 1, 'stack.not-running'],
  ['no embedded database to reach', ['db', 'shell-env'], 1, 'stack.not-running'],
  [
    'a password file that is not there',
    ['accounts', 'add', 'x1', '--role', 'sensors', '--password-file', '/none'],
    1,
    'file.unreadable',
  ],
  ['an unknown role', ['accounts', 'add', 'x1', '--role', 'king'], 2, 'request.invalid'],
  ['a name with a space', ['accounts', 'add', 'a b', '--role', 'sensors'], 2, 'request.invalid'],
  ['a device without its address', ['accounts', 'add', 'x1', '--role', 'device'], 2, 'request.invalid'],
  ['a bundle that cannot be written', ['support-bundle', '--output', '/none/x.zip'], 1, 'file.unwritable'],
  ['a port that is none', ['serve', '--port', 'abc'], 2, 'request.invalid'],
  ['an open address without a passphrase', ['serve', '--listen', '0.0.0.0'], 1, 'host.passphrase-required'],
] as const)('refused in JSON and in one sentence: %s', async (_what, args, code, error) => {
  const data = join(folder, 'untouched');
  const env = { DATAYOTI_DATA: data };
  const [asJson, asText] = await Promise.all([runCommand([...args, '--json'], env), runCommand(args, env)]);
  expect([asJson.code, asJson.stderr]).toEqual([code, '']);
  expect(json(asJson.stdout)).toMatchObject({ error: { code: error } });
  expect([asText.code, asText.stdout]).toEqual([code, '']);
  expect(asText.stderr).not.toMatch(/^\s+at /m);
  expect(asJson.stdout + asText.stderr).not.toContain('hush-hush');
  expect(existsSync(join(data, 'instance.json'))).toBe(false);
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

test('doctor answers each check, also before there is a data folder, and makes none', async () => {
  const data = join(folder, 'none-yet');
  const { code, stdout, stderr } = await runCommand(['doctor', '--data', data, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const { checks } = json(stdout) as { checks: readonly { id: string; status: string }[] };
  const ids = checks.map(({ id }) => id);
  for (const id of [
    'runtime.node',
    'runtime.desktop',
    'folder.data',
    'disk.free',
    'database.programs',
    'port.mqtt',
    'port.postgres',
    'engine.docker',
    'serial.permission',
    'firewall',
    'clock',
  ])
    expect(ids).toContain(id);
  const french = await runCommand(['doctor', '--data', data, '--lang', 'fr']);
  expect(french.code).toBe(0);
  expect(french.stdout).toMatch(/^ok +clock +L’horloge indique 20/m);
  expect(french.stdout).toMatch(/folder\.data +.* sera créé à la première utilisation/);
  expect(existsSync(data)).toBe(false);
});

test('serve, and what the other commands tell of it: ports, state, a second start', async () => {
  const data = join(folder, 'served');
  mkdirSync(join(data, 'logs'), { recursive: true });
  const [mqttPort, mqttsPort, websocketPort, postgresPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const settings = { mqttPort, mqttsPort, websocketPort, postgresPort, firstRunDone: true };
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ version: 1, settings }));
  const serve = ['serve', '--no-open', '--json', '--data', data, '--port', String(await freePort())];
  const running = startCommand(serve);
  const link = await until(() => running.lines().find((line) => 'link' in line)?.['link'], {
    timeoutMs: 30_000,
    what: 'a link',
  });
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/open\?token=/);
  await until(async () => (await runCommand(['db', 'status', '--data', data, '--json'])).code === 0, {
    timeoutMs: 30_000,
    what: 'the database of the application answers',
  });

  // What a person needs for psql; the password only where it is asked for.
  const reach = await runCommand(['db', 'shell-env', '--data', data]);
  expect([reach.code, reach.stdout]).toEqual([
    0,
    `export PGHOST=127.0.0.1\nexport PGPORT=${postgresPort}\nexport PGDATABASE=datayoti_db\nexport PGUSER=datayoti_owner\n`,
  ]);
  const whole = json(
    (await runCommand(['db', 'shell-env', '--with-password', '--json', '--data', data])).stdout,
  ) as DatabaseAddress;
  expect(await query(whole, 'select current_database() as name')).toEqual([{ name: 'datayoti_db' }]);

  const second = await runCommand(serve);
  expect(second.code).toBe(0);
  expect(second.stdout).toMatch(/"link":"http:\/\/127\.0\.0\.1:\d+\/open\?token=/);
  expect(second.stdout).not.toContain(JSON.stringify(link));

  const { checks } = json((await runCommand(['doctor', '--data', data, '--json'])).stdout) as {
    checks: readonly { id: string; status: string }[];
  };
  expect(checks.filter(({ id, status }) => id.startsWith('port.') && status !== 'ok')).toEqual([]);

  writeFileSync(
    join(data, 'logs', 'datayoti.log.1'),
    'connecting to mqtt://u:hush-hush@host password=hush-hush\n',
  );
  const output = join(folder, 'bundle.zip');
  expect((await runCommand(['support-bundle', '--data', data, '--output', output])).code).toBe(0);
  const files = await unzip(readFileSync(output));
  expect([...files.keys()].sort()).toEqual([
    'doctor.json',
    'logs/datayoti.log',
    'logs/datayoti.log.1',
    'settings.json',
    'state.json',
    'versions.json',
  ]);
  expect(json(files.get('state.json') ?? '')).toMatchObject({
    processId: running.child.pid,
    schema: { pending: [] },
  });
  expect([...files.values()].join('\n')).not.toContain('hush-hush');

  running.child.kill('SIGTERM');
  expect((await running.ended()).code).toBe(0);
  expect(existsSync(join(data, 'instance.json'))).toBe(false);
});

function unzip(content: Buffer): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  return new Promise((resolve, reject) => {
    fromBuffer(content, { lazyEntries: true }, (failure, zip) => {
      if (failure !== null) return reject(failure);
      zip.on('error', reject).on('end', () => resolve(files));
      zip.on('entry', (entry: { fileName: string }) => {
        zip.openReadStream(entry as Parameters<typeof zip.openReadStream>[0], (broken, stream) => {
          if (broken !== null) return reject(broken);
          let text = '';
          stream.on('data', (part: Buffer) => (text += part.toString('utf8')));
          stream.on('end', () => {
            files.set(entry.fileName, text);
            zip.readEntry();
          });
        });
      });
      zip.readEntry();
    });
  });
}
