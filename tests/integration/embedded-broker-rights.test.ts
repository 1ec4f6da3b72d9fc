import { spawn } from 'node:child_process';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasMosquittoClients, mosquitto } from '../support/mosquitto-clients.ts';
import { connack } from '../support/raw-mqtt.ts';
import { mac, otherMac, testBroker, type TestBroker } from '../support/test-broker.ts';
import { until } from '../support/until.ts';

const own = `datayoti/sensor/${mac}`;
const foreign = `datayoti/sensor/${otherMac}`;

let subject: TestBroker;
const clients: MqttClient[] = [];

beforeEach(async () => {
  subject = await testBroker();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  await subject.cleanUp();
});

async function connect(account: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${subject.config.mqttPort}`, {
    username: account,
    password: `${account}-pass`,
    reconnectPeriod: 0,
    ...options,
  });
  clients.push(client);
  client.on('error', () => undefined);
  return client;
}

function collect(client: MqttClient): string[] {
  const got: string[] = [];
  client.on('message', (topic, payload) => got.push(`${topic} ${payload.toString()}`));
  return got;
}

const closed = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => client.once('close', () => resolve()));

/** What the broker granted, 128 for a refusal; mqtt.js reports a refused filter as an error. */
async function granted(client: MqttClient, filter: string): Promise<number> {
  return client.subscribeAsync(filter, { qos: 1 }).then(
    ([grant]) => grant?.qos ?? 128,
    () => 128,
  );
}

test('a device may subscribe to its own commands and the time, and to nothing that holds more', async () => {
  const board = await connect('board');
  expect(await granted(board, `${own}/cmd`)).toBe(1);
  expect(await granted(board, 'datayoti/time')).toBe(1);
  for (const filter of [
    `${foreign}/cmd`,
    'datayoti/sensor/+/cmd',
    `${own}/#`,
    '+/sensor/+/cmd',
    'datayoti/#',
    '#',
    '$SYS/#',
    `$share/group/${own}/cmd`,
  ])
    expect([filter, await granted(board, filter)]).toEqual([filter, 128]);
  expect(subject.broker.state().refusedSubscriptions).toBe(8);
});

test('a shared subscription is refused, not taken and then never served', async () => {
  expect(await granted(await connect('reader'), '$share/group/datayoti/sensor/#')).toBe(128);
});

test('a refused filter beside an allowed one does not fill the session with what others send', async () => {
  const options = { clientId: 'sleepy', clean: false };
  const board = await connect('board', options);
  const got = collect(board);
  await board.subscribeAsync([`${own}/cmd`, '#'], { qos: 1 }).catch(() => undefined);
  board.end();
  await closed(board);
  const other = await connect('other');
  await other.publishAsync(`${foreign}/data`, 'private', { qos: 1 });
  const admin = await connect('admin');
  await admin.publishAsync(`${own}/cmd`, 'for you', { qos: 1 });
  const again = await connect('board', options);
  const later = collect(again);
  await until(() => later.length > 0);
  await again.publishAsync(`${own}/data`, 'x', { qos: 1 });
  expect([...got, ...later]).toEqual([`${own}/cmd for you`]);
});

test("nobody takes over another account's client id, connected or asleep", async () => {
  const options = { clientId: 'collector', clean: false };
  const reader = await connect('reader', options);
  await reader.subscribeAsync('datayoti/sensor/#', { qos: 1 });
  await expect(connect('board', options)).rejects.toThrow(/Identifier rejected/);
  expect(reader.connected).toBe(true);
  reader.end();
  await closed(reader);
  await until(() => subject.broker.clients().length === 0);
  const other = await connect('other');
  await other.publishAsync(`${foreign}/data`, 'queued', { qos: 1 });
  await expect(connect('board', options)).rejects.toThrow(/Identifier rejected/);
  await expect(connect('board', { clientId: 'collector', clean: true })).rejects.toThrow(
    /Identifier rejected/,
  );
  const got: string[] = [];
  const back = await connect('reader', options);
  back.on('message', (_topic, payload) => got.push(payload.toString()));
  await until(() => got.includes('queued'));
});

test('the same account with the same client id takes its session over, and stays listed', async () => {
  const first = await connect('board', { clientId: 'board-1' });
  const ended = closed(first);
  const second = await connect('board', { clientId: 'board-1' });
  await ended;
  await until(() => subject.broker.clients().length === 1);
  await second.publishAsync(`${own}/data`, 'x', { qos: 1 });
  // Many at once, each replacing the one before while that one is still being closed.
  const racing = await Promise.allSettled(
    Array.from({ length: 20 }, () => connect('board', { clientId: 'board-1', connectTimeout: 5_000 })),
  );
  expect(racing.some(({ status }) => status === 'fulfilled')).toBe(true);
  await until(() => subject.broker.clients().length === 1);
  const last = clients.find((client) => client.connected);
  expect(last).toBeDefined();
  await subject.accounts.remove('board');
  subject.broker.disconnectAccount('board');
  await until(() => clients.every((client) => !client.connected), { what: 'the removed account is gone' });
  expect(subject.broker.state().clients).toBe(0);
});

test('a last will on a foreign topic is refused at the door', async () => {
  const will = { topic: `${foreign}/status`, payload: Buffer.from('offline'), qos: 1, retain: true } as const;
  await expect(connect('board', { will })).rejects.toThrow(/Not authorized/);
  expect(subject.broker.state().refusedLogins).toBe(1);
  expect(subject.received).toEqual([]);
});

test('an empty client id is served with a clean session only', async () => {
  await expect(connect('board', { clientId: '', clean: true, protocolVersion: 4 })).resolves.toBeDefined();
  expect(await connack(subject.config.mqttPort, { clean: false, clientId: '' })).toBe(2);
});

test('a sleeping session whose account is removed is forgotten with it', async () => {
  const reader = await connect('reader', { clientId: 'collector', clean: false });
  await reader.subscribeAsync('datayoti/sensor/#', { qos: 1 });
  reader.end();
  await closed(reader);
  await until(() => subject.broker.clients().length === 0);
  await subject.accounts.remove('reader');
  subject.broker.disconnectAccount('reader');
  const admin = await connect('admin', { clientId: 'collector', clean: false });
  expect(admin.connected).toBe(true);
});

describe.runIf(hasMosquittoClients)('with Mosquitto clients', () => {
  const login = (account: string): string[] => [
    '-p',
    String(subject.config.mqttPort),
    '-u',
    account,
    '-P',
    `${account}-pass`,
  ];

  test('every topic that is not its own ends a device; each is counted, and no payload is in the log', async () => {
    const topics = [
      `${foreign}/data`,
      `${own}/cmd`,
      `datayoti/sensor/${mac}`,
      'datayoti/time',
      '$SYS/x',
      'other',
      `datayoti/sensor/${mac.toLowerCase()}/data`,
    ];
    for (const topic of topics)
      await mosquitto('pub', [...login('board'), '-q', '1', '-t', topic, '-m', 's3cret']);
    await mosquitto('pub', [...login('board').slice(0, -1), 'wr0ng-one', '-t', 'x', '-m', 's3cret']);
    expect(subject.received).toEqual([]);
    expect(subject.broker.state()).toMatchObject({ refusedMessages: topics.length, refusedLogins: 1 });
    const log = JSON.stringify(subject.lines);
    expect(log).toContain('not its topic');
    expect(log).toContain('refused a login');
    expect(log).not.toMatch(/s3cret|wr0ng-one|board-pass/);
  });

  test('a board does not see the commands of another', async () => {
    const spy = await mosquitto('sub', [...login('other'), '-t', `${own}/cmd`, '-W', '1']);
    expect(`${spy.stdout}${spy.stderr}`).toMatch(/denied|rejected/i);
    const listening = spawn('mosquitto_sub', [
      '-h',
      '127.0.0.1',
      ...login('board'),
      '-t',
      `${own}/cmd`,
      '-C',
      '1',
    ]);
    let out = '';
    listening.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    const ended = new Promise((resolve) => listening.once('close', resolve));
    await until(async () => {
      await mosquitto('pub', [...login('admin'), '-q', '1', '-t', `${own}/cmd`, '-m', '{"cmd":"blink"}']);
      return out !== '';
    });
    await ended;
    expect(out).toBe('{"cmd":"blink"}\n');
  });

  test('an MQTT 5 client is told that this is an MQTT 3.1.1 broker', async () => {
    const five = await mosquitto('pub', [
      ...login('board'),
      '-V',
      '5',
      '-q',
      '1',
      '-t',
      `${own}/data`,
      '-m',
      'x',
    ]);
    expect(five.code).not.toBe(0);
    expect(five.stderr).toMatch(/protocol version/i);
    const old = await mosquitto('pub', [
      ...login('board'),
      '-V',
      '31',
      '-q',
      '1',
      '-t',
      `${own}/data`,
      '-m',
      'x',
    ]);
    expect(old.code).toBe(0);
    expect(JSON.stringify(subject.lines)).toContain('unacceptable protocol version');
  });
});
