import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer } from 'node:net';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import {
  AccountStore,
  CertificateAuthority,
  type BrokerConfig,
  type EmbeddedBroker,
} from '../../src/main/stack/embedded/broker/index.ts';
import type { InboundMessage, MessageDone } from '../../src/shared/domain/inbound-message.ts';
import { freePort } from '../support/free-port.ts';
import { hasMosquittoClients, mosquitto } from '../support/mosquitto-clients.ts';
import { mac, signal, testBroker, type TestBroker } from '../support/test-broker.ts';
import { until } from '../support/until.ts';

const data = `datayoti/sensor/${mac}/data`;
const device = ['-u', 'board', '-P', 'board-pass'];
const reader = ['-u', 'reader', '-P', 'reader-pass'];

let subject: TestBroker;
let folder: string;
let broker: EmbeddedBroker;
let accounts: AccountStore;
let config: BrokerConfig;
let received: InboundMessage[];

beforeEach(async () => {
  subject = await testBroker();
  ({ folder, broker, accounts, config, received } = subject);
});

afterEach(() => subject.cleanUp());

const port = (): string[] => ['-p', String(config.mqttPort)];

test('the account file is private and holds no password', async () => {
  expect(statSync(join(folder, 'accounts.json')).mode & 0o777).toBe(0o600);
  await expect(
    accounts.create({ username: 'board', role: 'reader', mac: null, password: '' }),
  ).rejects.toMatchObject({ code: 'broker.account-exists' });
  const other = new AccountStore(join(folder, 'accounts.json'), systemClock);
  const { password } = await other.create({ username: 'late', role: 'device', mac, password: '' });
  expect(password).toHaveLength(20);
  expect(await accounts.verify('late', password)).toMatchObject({ username: 'late', mac });
  await other.remove('late');
  expect(await accounts.verify('late', password)).toBeUndefined();
});

describe.runIf(hasMosquittoClients)('with Mosquitto clients', () => {
  test('anonymous clients, wrong passwords and unknown accounts are refused and counted', async () => {
    for (const login of [[], ['-u', 'board', '-P', 'wrong'], ['-u', 'nobody', '-P', 'x']]) {
      const ran = await mosquitto('pub', [...port(), ...login, '-q', '1', '-t', data, '-m', '{}']);
      expect(ran.code).not.toBe(0);
    }
    expect(broker.state().refusedLogins).toBe(3);
    expect(received).toEqual([]);
  });

  test.each(['0', '1', '2'])('a device publishes below its own topic at QoS %s', async (qos) => {
    expect((await mosquitto('pub', [...port(), ...device, '-q', qos, '-t', data, '-m', 'hello'])).code).toBe(
      0,
    );
    await until(() => received.length === 1);
    expect(received[0]).toMatchObject({ topic: data, qos: Number(qos), retain: false });
    expect(Buffer.from(received[0]?.payload ?? []).toString()).toBe('hello');
  });

  test('a topic of another device ends the connection and reaches nobody', async () => {
    const foreign = 'datayoti/sensor/1C:69:20:E9:18:25/data';
    await mosquitto('pub', [...port(), ...device, '-q', '1', '-t', foreign, '-m', 'x', '--repeat', '1']);
    await mosquitto('pub', [...port(), ...device, '-q', '1', '-t', data, '-m', 'own']);
    expect(received.map((message) => message.topic)).toEqual([data]);
  });

  test('the acknowledgement waits until the message is durable', async () => {
    const hold: MessageDone[] = [];
    subject.hold(hold);
    let acknowledged = false;
    const publishing = mosquitto('pub', [...port(), ...device, '-q', '1', '-t', data, '-m', 'x']).then(
      () => (acknowledged = true),
    );
    await until(() => hold.length === 1);
    // A second client's complete round shows that the broker had every chance to acknowledge the first.
    await mosquitto('sub', [...port(), ...reader, '-t', 'datayoti/time', '-W', '1']);
    expect(acknowledged).toBe(false);
    hold[0]?.();
    await publishing;
  });

  test('a message that could not be stored is not acknowledged; the connection ends', async () => {
    const hold: MessageDone[] = [];
    subject.hold(hold);
    const client = await connectAsync(`mqtt://127.0.0.1:${config.mqttPort}`, {
      username: 'board',
      password: 'board-pass',
      reconnectPeriod: 0,
    });
    const closed = new Promise((resolve) => client.once('close', () => resolve('closed')));
    const published = client.publishAsync(data, 'x', { qos: 1 }).then(
      () => 'acknowledged',
      () => 'closed',
    );
    await until(() => hold.length === 1);
    hold[0]?.(new Error('no'));
    expect(await Promise.race([published, closed])).toBe('closed');
    await client.endAsync(true);
  });

  test('retained messages survive a restart and are taken away by an empty one', async () => {
    const status = `datayoti/sensor/${mac}/status`;
    await mosquitto('pub', [...port(), ...device, '-q', '1', '-r', '-t', status, '-m', 'online']);
    await broker.stop();
    await subject.again();
    const read = await mosquitto('sub', [...port(), ...reader, '-t', status, '-C', '1', '-W', '5']);
    expect(read.stdout).toBe('online\n');
    await mosquitto('pub', [...port(), ...device, '-q', '1', '-r', '-n', '-t', status]);
    expect(subject.kept.size).toBe(0);
  });

  test('a last will arrives as the device itself would have sent it', async () => {
    const status = `datayoti/sensor/${mac}/status`;
    const client = await connectAsync(`mqtt://127.0.0.1:${config.mqttPort}`, {
      username: 'board',
      password: 'board-pass',
      reconnectPeriod: 0,
      will: { topic: status, payload: Buffer.from('offline'), qos: 1, retain: true },
    });
    client.stream.destroy();
    await until(() => received.length === 1);
    expect(received[0]).toMatchObject({ topic: status, retain: true });
    await client.endAsync(true);
  });

  test('TLS with the certificate of the local authority', async () => {
    const authority = new CertificateAuthority(join(folder, 'tls'), systemClock);
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, (await authority.info()).pem);
    const ran = await mosquitto('pub', [
      '-p',
      String(config.mqttsPort),
      '--cafile',
      ca,
      ...device,
      '-q',
      '1',
      '-t',
      data,
      '-m',
      'tls',
    ]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(received).toHaveLength(1);
    expect(statSync(join(folder, 'tls/authority.key')).mode & 0o777).toBe(0o600);
    const checked = spawnSync('openssl', ['x509', '-in', ca, '-noout', '-ext', 'basicConstraints,keyUsage'], {
      encoding: 'utf8',
    });
    expect(checked.stdout).toContain('CA:TRUE, pathlen:0');
  });

  test('subscriptions beyond the rights of an account are refused', async () => {
    const ran = await mosquitto('sub', [...port(), ...device, '-t', '#', '-W', '2']);
    expect(`${ran.stdout}${ran.stderr}`).toMatch(/denied|rejected/i);
  });

  test('the time is published for boards that reach no other clock', async () => {
    const read = await mosquitto('sub', [...port(), ...device, '-t', 'datayoti/time', '-C', '1', '-W', '15']);
    expect(JSON.parse(read.stdout)).toEqual({ epoch_ms: expect.any(Number) as number });
  }, 20_000);
});

test('MQTT over WebSocket', async () => {
  const client = await connectAsync(`ws://127.0.0.1:${config.websocketPort}`, {
    username: 'board',
    password: 'board-pass',
  });
  await client.publishAsync(data, 'web', { qos: 1 });
  expect(received).toHaveLength(1);
  await client.endAsync();
});

test('an oversized packet ends its connection before the body is kept', async () => {
  const client = await connectAsync(`mqtt://127.0.0.1:${config.mqttPort}`, {
    username: 'admin',
    password: 'admin-pass',
    reconnectPeriod: 0,
  });
  const closed = new Promise((resolve) => client.once('close', () => resolve(undefined)));
  client.publish('x', Buffer.alloc(9_000), { qos: 1 }, () => undefined);
  await closed;
  expect(received).toEqual([]);
  await client.endAsync(true);
});

test('garbage on the wire disturbs nobody', async () => {
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.alloc(64, 0xff),
    Buffer.from([0x10, 0x02, 0, 0]),
    Buffer.from([0x30, 0]),
  ]) {
    const socket = connectTcp(config.mqttPort, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
  }
  const client = await connectAsync(`mqtt://127.0.0.1:${config.mqttPort}`, {
    username: 'board',
    password: 'board-pass',
  });
  await client.endAsync();
});

test('a thousand clients at once are served', async () => {
  const clients = await Promise.all(
    Array.from({ length: 1_000 }, (_, i) =>
      connectAsync(`mqtt://127.0.0.1:${config.mqttPort}`, {
        clientId: `c${i}`,
        username: 'board',
        password: 'board-pass',
        connectTimeout: 60_000,
      }),
    ),
  );
  expect(broker.state().clients).toBe(1_000);
  await Promise.all(clients.map((client) => client.publishAsync(data, 'x', { qos: 1 })));
  expect(received).toHaveLength(1_000);
  await Promise.all(clients.map((client) => client.endAsync(true)));
}, 60_000);

test('the queue of a sleeping session is bounded and its overflow counted', async () => {
  const url = `mqtt://127.0.0.1:${config.mqttPort}`;
  const sleeper = await connectAsync(url, {
    clientId: 'sleeper',
    clean: false,
    username: 'reader',
    password: 'reader-pass',
  });
  await sleeper.subscribeAsync('datayoti/sensor/#', { qos: 1 });
  await sleeper.endAsync();
  const board = await connectAsync(url, { username: 'board', password: 'board-pass' });
  await Promise.all(Array.from({ length: 1_100 }, (_, i) => board.publishAsync(data, String(i), { qos: 1 })));
  await until(() => broker.state().queueOverflows === 100);
  await board.endAsync();
});

test('a taken port is named, and nothing stays open', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await until(() => holder.listening);
  const address = holder.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  const second = subject.another();
  const mqttPort = await freePort();
  await expect(
    second.start({ ...config, mqttPort, mqttsPort: null, websocketPort: taken }, signal),
  ).rejects.toMatchObject({
    code: 'broker.port-in-use',
    data: { listener: 'websocket', port: taken, pid: process.pid },
  });
  expect(second.state()).toMatchObject({
    phase: 'failed',
    listeners: [],
    error: { code: 'broker.port-in-use' },
  });
  await expect(connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0 })).rejects.toThrow();
  await expect(second.start({ ...config, address: '203.0.113.9' }, signal)).rejects.toMatchObject({
    code: 'broker.address-unavailable',
  });
  holder.close();
});

test('removing an account ends its connections', async () => {
  const client = await connectAsync(`mqtt://127.0.0.1:${config.mqttPort}`, {
    username: 'reader',
    password: 'reader-pass',
    reconnectPeriod: 0,
  });
  const closed = new Promise((resolve) => client.once('close', () => resolve(undefined)));
  await accounts.remove('reader');
  broker.disconnectAccount('reader');
  await closed;
});
