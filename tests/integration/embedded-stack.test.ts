import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import { FileSecrets } from '../../src/main/foundation/file-secrets.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { agreeRetention, Database, ensurePartitions } from '../../src/main/storage/index.ts';
import type { StackState } from '../../src/shared/contract/stack.ts';
import {
  freePorts,
  newDataFolder,
  openApplication,
  readyDataFolder,
  type Ports,
} from '../support/embedded-application.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const cleanUps: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A data folder of a test that begins with the first start of all, or else after it. */
async function newData(ports: Ports, make: typeof readyDataFolder = readyDataFolder): Promise<string> {
  const { folder, data } = await make(ports);
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return data;
}

async function open(data: string): Promise<App> {
  const app = await openApplication(data);
  cleanUps.push(() => app.close());
  return app;
}

/** The state now: the first thing that a watch tells. */
async function stateOf(app: App): Promise<StackState> {
  const states = app.handlers.stack.watch({}, signal);
  for await (const state of states) return state;
  throw new Error('no state');
}

function postmasterPid(data: string): number {
  return Number(readFileSync(join(data, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
}

test('start, status, logs, stop, start again and restart', async () => {
  const ports = await freePorts();
  const data = await newData(ports, (settings) => Promise.resolve(newDataFolder(settings)));
  const app = await open(data);
  expect((await stateOf(app)).phase).toBe('stopped');
  await app.handlers.stack.start({}, signal);
  await app.handlers.stack.stop({}, signal);
  expect(await stateOf(app)).toMatchObject({
    phase: 'stopped',
    broker: { phase: 'stopped', listeners: [] },
    database: { phase: 'stopped', port: null },
  });
  await app.handlers.stack.start({}, signal);
  const before = postmasterPid(data);
  await app.handlers.stack.restart({}, signal);
  expect(postmasterPid(data)).not.toBe(before);
  const state = await stateOf(app);
  expect(state).toMatchObject({ phase: 'running', database: { phase: 'running', port: ports.postgresPort } });
  expect(state.broker.listeners.map(({ port }) => port)).toEqual([
    ports.mqttPort,
    ports.mqttsPort,
    ports.websocketPort,
  ]);
  const logs = await app.handlers.stack.logs({ after: 0, max: 1_000, waitMs: 0 }, signal);
  const sources = new Set(logs.items.map(({ source }) => source));
  expect(sources).toContain('database');
  expect(sources).toContain('broker');
});

test('it tells what its processes take of the machine, also those that answer a query', async () => {
  const data = await newData(await freePorts());
  const app = await open(data);
  expect((await stateOf(app)).use).toEqual({ application: null, database: null, folderBytes: null });
  await app.handlers.stack.start({}, signal);
  const use = async (): Promise<StackState['use']> => (await stateOf(app)).use;
  await until(async () => (await use()).database?.cpuPercent !== null);
  await until(async () => (await use()).folderBytes !== null);
  const found = await use();
  expect(found.folderBytes).toBeGreaterThan(20_000_000);
  expect(found.database?.processes).toBeGreaterThan(5);
  expect(found.database?.memoryBytes).toBeGreaterThan(10_000_000);
  // Shared buffers count once: a sum over all processes would be far above.
  expect(found.database?.memoryBytes).toBeLessThan(250_000_000);
  expect(found.application?.memoryBytes).toBeGreaterThan(50_000_000);
  const password = await new FileSecrets(join(data, 'secrets')).get('postgres.owner');
  const database = new Database({
    address: {
      host: '127.0.0.1',
      port: (await stateOf(app)).database.port ?? 0,
      database: 'datayoti_db',
      user: 'datayoti_owner',
      password: password ?? '',
    },
    applicationName: 'busy',
    poolSize: 1,
    log: silentLog,
  });
  try {
    const busy = { is: true };
    const work = (async () => {
      while (busy.is) await database.query('select sum(sqrt(n)) from generate_series(1, 300000) as n');
    })();
    const most = Math.max(20, (found.database?.cpuPercent ?? 0) + 10);
    await until(async () => ((await use()).database?.cpuPercent ?? 0) > most, { timeoutMs: 30_000 });
    busy.is = false;
    await work;
  } finally {
    await database.close();
  }
  await app.handlers.stack.stop({}, signal);
  expect(await use()).toEqual({ application: null, database: null, folderBytes: null });
}, 60_000);

test.each(['mqtt', 'mqtts', 'websocket', 'postgres'] as const)(
  'a taken %s port: named, the proposed one works at once and is remembered',
  async (name) => {
    const ports = await freePorts();
    const key = `${name}Port` as const;
    const holder = createServer().listen(ports[key], '127.0.0.1');
    await until(() => holder.listening);
    cleanUps.push(() => void holder.close());
    const data = await newData(ports);
    const app = await open(data);
    const refused: unknown = await app.handlers.stack.start({}, signal).catch((error: unknown) => error);
    expect(refused).toMatchObject({ data: { listener: name, port: ports[key], pid: process.pid } });
    expect((await stateOf(app)).phase).toBe('failed');
    const proposed = (refused as { data: { freePort: number } }).data.freePort;
    await app.handlers.stack.setPort({ name, port: proposed }, signal);
    await app.handlers.stack.start({}, signal);
    expect((await stateOf(app)).phase).toBe('running');
    await app.close();
    const later = await open(data);
    await later.handlers.stack.start({}, signal);
    expect(later.settings.current[key]).toBe(proposed);
  },
);

test('a device adopted in psql loses nothing: neither what waited before a start nor what waits while it runs', async () => {
  const ports = await freePorts();
  const data = await newData(ports);
  const app = await open(data);
  await app.handlers.stack.start({}, signal);
  const { password } = await app.handlers.broker.createAccount(
    { username: 'sensors', role: 'sensors', mac: null, password: '' },
    signal,
  );
  const database = async (): Promise<Database> => {
    const owner = new Database({
      address: {
        host: '127.0.0.1',
        port: ports.postgresPort,
        database: 'datayoti_db',
        user: 'datayoti_owner',
        password: (await new FileSecrets(join(data, 'secrets')).get('postgres.owner')) ?? '',
      },
      applicationName: 'psql',
      poolSize: 1,
      log: silentLog,
    });
    cleanUps.push(() => owner.close());
    return owner;
  };
  const publish = async (mac: string, second: number): Promise<void> => {
    const client = await connectAsync(`mqtt://127.0.0.1:${ports.mqttPort}`, {
      username: 'sensors',
      password,
      reconnectPeriod: 0,
    });
    const timestamp = new Date(Date.UTC(2025, 10, 3, 14, 0, second)).toISOString();
    await client.publishAsync(
      `datayoti/sensor/${mac}/data`,
      JSON.stringify({ device_id: mac, timestamp, temperature: 5, humidity: 60 }),
      { qos: 1 },
    );
    await client.endAsync();
  };
  const stored = async (owner: Database): Promise<readonly unknown[]> =>
    (
      await owner.query<{ mac: string; n: number }>(
        'select device_mac_addr as mac, count(*) as n from sensor_data group by 1 order by 1',
      )
    ).rows;
  const [before, meanwhile] = ['1C:69:20:E9:18:24', '24:6F:28:9A:F0:C4'];
  await publish(before, 1);
  await publish(meanwhile, 1);
  const first = await database();
  await first.query(`insert into devices (device_mac_addr) values ($1)`, [before]);
  await first.close();
  await app.handlers.stack.restart({}, signal);
  const second = await database();
  await until(async () => (await stored(second)).length === 1, { what: 'what waited before the start' });
  await second.query(`insert into devices (device_mac_addr) values ($1)`, [meanwhile]);
  // The same reading again: it replaces itself, and a look at the devices is due at the latest two seconds after another.
  await until(
    async () => {
      await publish(meanwhile, 2);
      return (await stored(second)).length === 2;
    },
    { what: 'what waited while it ran' },
  );
  await until(async () => (await second.query('select from field.quarantine')).rowCount === 0);
  expect(await stored(second)).toEqual([
    { mac: before, n: 1 },
    { mac: meanwhile, n: 2 },
  ]);
  await second.close();
});

test('retained messages of a real start are there after the next', async () => {
  const ports = await freePorts();
  const app = await open(await newData(ports));
  await app.handlers.stack.start({}, signal);
  const { password } = await app.handlers.broker.createAccount(
    { username: 'admin', role: 'admin', mac: null, password: '' },
    signal,
  );
  const login = { username: 'admin', password, reconnectPeriod: 0 };
  const url = `mqtt://127.0.0.1:${ports.mqttPort}`;
  const first = await connectAsync(url, login);
  for (const [topic, payload] of [
    ['a', 'old'],
    ['a', 'new'],
    ['b', 'gone'],
    ['b', ''],
  ] as const)
    await first.publishAsync(topic, payload, { qos: 1, retain: true });
  await first.endAsync();
  await app.handlers.stack.restart({}, signal);
  const second = await connectAsync(url, login);
  const got: string[] = [];
  second.on('message', (topic, payload) => got.push(`${topic} ${payload.toString()}`));
  await second.subscribeAsync(['a', 'b'], { qos: 1 });
  await until(() => got.length > 0);
  expect(got).toEqual(['a new']);
  expect((await stateOf(app)).broker.retained).toBe(1);
  await second.endAsync();
});

test('a database that is given up takes the stack with it; a start starts all again', async () => {
  const data = await newData(await freePorts());
  const app = await open(data);
  await app.handlers.stack.start({}, signal);
  for (let crash = 0; crash < 4; crash++) {
    await until(async () => (await stateOf(app)).database.phase === 'running', { timeoutMs: 30_000 });
    process.kill(postmasterPid(data), 'SIGKILL');
    await until(async () => (await stateOf(app)).database.phase !== 'running');
  }
  await until(async () => (await stateOf(app)).phase === 'failed');
  expect(await stateOf(app)).toMatchObject({
    error: { code: 'database.crash-loop' },
    broker: { phase: 'stopped' },
  });
  await app.handlers.stack.start({}, signal);
  expect(await stateOf(app)).toMatchObject({ phase: 'running', error: null });
});

test('what is past the retention that was agreed to goes soon after a start, not only an hour later', async () => {
  const ports = await freePorts();
  const data = await newData(ports);
  const app = await open(data);
  await app.handlers.stack.start({}, signal);
  const password = await new FileSecrets(join(data, 'secrets')).get('postgres.owner');
  const address = {
    host: '127.0.0.1',
    port: ports.postgresPort,
    database: 'datayoti_db',
    user: 'datayoti_owner',
  };
  const owner = new Database({
    address: { ...address, password: password ?? '' },
    applicationName: 'test',
    poolSize: 1,
    log: silentLog,
  });
  cleanUps.push(() => owner.close());
  const old = async (): Promise<unknown> =>
    (await owner.query(`select to_regclass('sensor_data_20210101')::text as name`)).rows[0]?.['name'];
  await ensurePartitions(owner, ['2021-01-01']);
  await agreeRetention(owner, { sensorDataDays: 365, heartbeatDays: 183 });
  await app.handlers.stack.stop({}, signal);
  await app.handlers.stack.start({}, signal);
  await until(async () => (await old()) === null, { what: 'the old day is gone' });
});
