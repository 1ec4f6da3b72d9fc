import { spawn, type ChildProcess } from 'node:child_process';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { connect as connectMqtt, connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { MessageDone } from '../../src/shared/domain/inbound-message.ts';
import { freePort, freePortAndNext } from '../support/free-port.ts';
import { hasMosquittoClients, mosquitto } from '../support/mosquitto-clients.ts';
import { connectPacket, rawConnection, untilClosed } from '../support/raw-mqtt.ts';
import { mac, otherMac, signal, testBroker, type TestBroker } from '../support/test-broker.ts';
import { until } from '../support/until.ts';

const data = `datayoti/sensor/${mac}/data`;
const status = `datayoti/sensor/${mac}/status`;
let subject: TestBroker | undefined;
const clients: MqttClient[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
  }
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  await subject?.cleanUp();
  subject = undefined;
});

async function start(...wishes: Parameters<typeof testBroker>): Promise<TestBroker> {
  subject = await testBroker(...wishes);
  return subject;
}

function optionsFor(to: TestBroker, account: string, options: IClientOptions): IClientOptions {
  return {
    port: to.config.mqttPort,
    host: '127.0.0.1',
    username: account,
    password: `${account}-pass`,
    reconnectPeriod: 0,
    ...options,
  };
}

async function connect(to: TestBroker, account: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(optionsFor(to, account, options));
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

/** Payloads as they come, those included that follow the CONNACK at once. */
function connectAndCollect(
  to: TestBroker,
  account: string,
  options: IClientOptions,
): { readonly client: MqttClient; readonly got: string[] } {
  const client = connectMqtt(optionsFor(to, account, options));
  const got: string[] = [];
  client.on('message', (_topic, payload) => got.push(payload.toString()));
  client.on('error', () => undefined);
  clients.push(client);
  return { client, got };
}

function opened(port: number): Promise<Socket> {
  return rawConnection(port, new Uint8Array());
}

test('connections that never say who they are end, on each listener; others are served meanwhile', async () => {
  const it = await start({ config: { connectLimitMs: 1_000 } });
  const { mqttPort, mqttsPort, websocketPort } = it.config;
  const silent = await Promise.all(
    [mqttPort, mqttsPort, websocketPort].flatMap((port) =>
      port === null ? [] : Array.from({ length: 20 }, () => opened(port)),
    ),
  );
  // One byte of a CONNECT, of a TLS hello and of a request: begun, never ended.
  for (const [at, socket] of silent.entries()) if (at % 2 === 0) socket.write(at < 20 ? '\x10' : 'G');
  const ended = Promise.all(silent.map(untilClosed));
  const board = await connect(it, 'board');
  await board.publishAsync(data, 'x', { qos: 1 });
  expect(Math.max(...(await ended))).toBeLessThan(5_000);
  expect(board.connected).toBe(true);
});

test('what comes before the login is not taken', async () => {
  const it = await start();
  const publish = generate({
    cmd: 'publish',
    topic: data,
    payload: 'x',
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
  });
  await untilClosed(await rawConnection(it.config.mqttPort, publish));
  const wrong = connectPacket({ clientId: 'w', username: 'nobody' });
  await untilClosed(await rawConnection(it.config.mqttPort, Buffer.concat([wrong, publish])));
  const twice = connectPacket({ clientId: 't' });
  await untilClosed(await rawConnection(it.config.mqttPort, Buffer.concat([twice, twice])));
  expect(it.received).toEqual([]);
});

test('a topic with U+0000 ends the connection and reaches nobody', async () => {
  const it = await start();
  const publish = generate({
    cmd: 'publish',
    topic: `${data}?`,
    payload: 'x',
    qos: 1,
    messageId: 1,
    dup: false,
    retain: true,
  });
  publish[publish.indexOf('?')] = 0;
  const bytes = Buffer.concat([connectPacket({ clientId: 'nul' }), publish]);
  await untilClosed(await rawConnection(it.config.mqttPort, bytes));
  expect(it.received).toEqual([]);
});

test('a client that falls silent is gone after one and a half times its keep-alive, with its last will', async () => {
  const it = await start();
  const will = connectPacket({ clientId: 'silent', keepalive: 1, will: status });
  const took = await untilClosed(await rawConnection(it.config.mqttPort, will));
  expect(took).toBeGreaterThan(1_000);
  expect(took).toBeLessThan(4_000);
  await until(() => it.received.length === 1);
  expect(it.received[0]).toMatchObject({ topic: status, retain: true });
  expect(JSON.stringify(it.lines)).toContain('no ping in time');
});

test.each(['TCP', 'WebSocket'])(
  'an oversized packet over %s is refused by its header and counted',
  async (way) => {
    const it = await start();
    const header = Buffer.from([0x30, 0x80, 0x80, 0x80, 0x01]);
    if (way === 'TCP') {
      const bytes = Buffer.concat([connectPacket({ clientId: 'big' }), header]);
      await untilClosed(await rawConnection(it.config.mqttPort, bytes));
    } else {
      const socket = new WebSocket(`ws://127.0.0.1:${it.config.websocketPort}`, 'mqtt');
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.once('close', () => resolve(undefined)));
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send(connectPacket({ clientId: 'big' }));
      socket.send(header);
      await closed;
    }
    expect(it.broker.state().oversizedPackets).toBe(1);
    expect(JSON.stringify(it.lines)).toContain('packet too large');
  },
);

test('a WebSocket message of many megabytes is not collected', async () => {
  const it = await start();
  const socket = new WebSocket(`ws://127.0.0.1:${it.config.websocketPort}`, 'mqtt');
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => socket.once('close', (code: number) => resolve(code)));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(Buffer.alloc(4_000_000));
  // RFC 6455, section 7.4.1: message too big.
  expect(await closed).toBe(1009);
});

test('exactly the largest packet is taken', async () => {
  const it = await start();
  const board = await connect(it, 'board');
  // Remaining length: topic with its length, message id, payload.
  const room = 8_192 - (2 + data.length) - 2;
  await board.publishAsync(data, Buffer.alloc(room, 'x'), { qos: 1 });
  expect(it.received).toHaveLength(1);
  const closed = new Promise((resolve) => board.once('close', () => resolve(undefined)));
  board.publish(data, Buffer.alloc(room + 1, 'x'), { qos: 1 }, () => undefined);
  await closed;
  expect(it.received).toHaveLength(1);
});

test('beyond the limit of connections new ones are refused and counted, and room comes back', async () => {
  const it = await start({ config: { maxConnections: 20 } });
  const open = await Promise.all(
    Array.from({ length: 30 }, (_, at) =>
      rawConnection(it.config.mqttPort, connectPacket({ clientId: `c${at}` })),
    ),
  );
  await until(() => it.broker.state().refusedConnections === 10 && it.broker.state().clients === 20);
  for (const socket of open) socket.destroy();
  await until(() => it.broker.state().clients === 0);
  expect((await connect(it, 'board')).connected).toBe(true);
});

test('a thousand wrong logins at once are refused and counted, and a right one gets in between', async () => {
  const it = await start();
  await (await connect(it, 'board')).endAsync();
  const started = Date.now();
  const wrong = Promise.all(
    Array.from({ length: 1_000 }, async (_, at) => {
      const packet = connectPacket({ clientId: `w${at}`, username: 'board', password: `guess-${at}` });
      await untilClosed(await rawConnection(it.config.mqttPort, packet));
    }),
  );
  const board = await connect(it, 'board');
  await wrong;
  // Only the first few passwords are looked at; a look costs some 20 ms of a core.
  expect(Date.now() - started).toBeLessThan(10_000);
  expect(it.broker.state().refusedLogins).toBe(1_000);
  expect(it.lines.filter(({ text }) => text === 'refused a login')).toHaveLength(1);
  expect(JSON.stringify(it.lines)).not.toContain('guess-');
  expect(board.connected).toBe(true);
});

test('of two retained messages the later one is what a restart brings back', async () => {
  const it = await start();
  const held: MessageDone[] = [];
  it.hold(held);
  const board = await connect(it, 'board');
  const other = await connect(it, 'admin');
  const first = board.publishAsync(status, 'online', { qos: 1, retain: true });
  await until(() => held.length === 1);
  const second = other.publishAsync(status, 'offline', { qos: 1, retain: true });
  await until(() => held.length === 2);
  for (const done of held) done();
  await Promise.all([first, second]);
  expect(Buffer.from(it.kept.get(status)?.payload ?? []).toString()).toBe('offline');
});

test('a flood of retained topics is bounded for each sensor, counted, and passed on all the same', async () => {
  const it = await start();
  const board = await connect(it, 'board');
  for (let at = 0; at < 80; at++) {
    await board.publishAsync(`datayoti/sensor/${mac}/extra${at}`, 'x', { qos: 1, retain: true });
  }
  expect(it.kept.size).toBe(50);
  expect(it.broker.state()).toMatchObject({ retained: 50, queueOverflows: 30 });
  expect(it.received).toHaveLength(80);
  await board.publishAsync(`datayoti/sensor/${mac}/extra0`, '', { qos: 1, retain: true });
  expect(it.broker.state().retained).toBe(49);
});

test('the last wills of a stop are kept before it ends', async () => {
  const it = await start();
  await connect(it, 'board', { will: { topic: status, payload: Buffer.from('gone'), qos: 1, retain: true } });
  await it.broker.stop();
  expect(Buffer.from(it.kept.get(status)?.payload ?? []).toString()).toBe('gone');
});

test('a stop ends connections that never got as far as MQTT', async () => {
  const it = await start();
  const { mqttPort, mqttsPort, websocketPort } = it.config;
  const sockets = await Promise.all([mqttPort, mqttsPort ?? 0, websocketPort ?? 0].map(opened));
  await it.broker.stop();
  await Promise.all(sockets.map(untilClosed));
});

test('a connected session that is slow to acknowledge loses the newest, is told of, and stays connected', async () => {
  const it = await start();
  const slow = await rawConnection(
    it.config.mqttPort,
    Buffer.concat([
      connectPacket({ clientId: 'slow', username: 'reader', clean: false }),
      generate({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: 'datayoti/sensor/#', qos: 1 }],
      }),
    ]),
  );
  let bytes = 0;
  slow.on('data', (chunk) => (bytes += chunk.length));
  await until(() => bytes >= 9);
  const board = await connect(it, 'board');
  for (let round = 0; round < 11; round++) {
    await Promise.all(Array.from({ length: 100 }, () => board.publishAsync(data, 'x', { qos: 1 })));
  }
  await until(() => it.broker.state().queueOverflows === 100);
  expect(it.broker.clients().map(({ id }) => id)).toContain('slow');
  expect(JSON.stringify(it.lines)).toContain('the queue of a session is full');
  slow.destroy();
});

test('what waits for a session arrives in order after it comes back, and only once', async () => {
  const it = await start();
  const options = { clientId: 'sleeper', clean: false };
  const sleeper = await connect(it, 'reader', options);
  await sleeper.subscribeAsync('datayoti/sensor/#', { qos: 2 });
  await sleeper.endAsync();
  await until(() => it.broker.clients().length === 0);
  const board = await connect(it, 'board');
  for (let at = 0; at < 50; at++) await board.publishAsync(data, String(at), { qos: 1 });
  const { client: back, got } = connectAndCollect(it, 'reader', options);
  await until(() => got.length >= 50);
  expect(got).toEqual(Array.from({ length: 50 }, (_, at) => String(at)));
  await back.endAsync();
  await until(() => it.broker.clients().length === 1);
  const again = await connect(it, 'reader', options);
  again.on('message', (_topic, payload) => got.push(payload.toString()));
  await board.publishAsync(data, 'last', { qos: 1 });
  await until(() => got.includes('last'));
  expect(got).toHaveLength(51);
});

test('QoS 2 messages wait for a session as well, and each arrives once', async () => {
  const it = await start();
  const options = { clientId: 'sleeper', clean: false };
  const sleeper = await connect(it, 'reader', options);
  await sleeper.subscribeAsync('datayoti/sensor/#', { qos: 2 });
  await sleeper.endAsync();
  await until(() => it.broker.clients().length === 0);
  const board = await connect(it, 'board');
  for (let at = 0; at < 30; at++) await board.publishAsync(data, String(at), { qos: 2 });
  const { got } = connectAndCollect(it, 'reader', options);
  await until(() => got.length === 30);
  await board.publishAsync(data, 'last', { qos: 2 });
  await until(() => got.includes('last'));
  expect(got.toSorted()).toEqual([...Array.from({ length: 30 }, (_, at) => String(at)), 'last'].toSorted());
});

test('a session that sleeps for more than a week is forgotten', async () => {
  let now = Date.now();
  const it = await start({ clock: { now: () => now } });
  const sleeper = await connect(it, 'reader', { clientId: 'sleeper', clean: false });
  await sleeper.subscribeAsync('datayoti/sensor/#', { qos: 1 });
  await sleeper.endAsync();
  await until(() => it.broker.clients().length === 0);
  now += 8 * 86_400_000;
  await until(() => JSON.stringify(it.lines).includes('stayed away is forgotten'), { timeoutMs: 15_000 });
  const back = await connect(it, 'admin', { clientId: 'sleeper', clean: false });
  expect(back.connected).toBe(true);
});

test.each(['mqtt', 'mqtts', 'websocket'] as const)(
  'a taken %s port is named, and the proposed one is none of the other listeners',
  async (listener) => {
    const it = await start();
    const config = {
      ...it.config,
      mqttPort: await freePort(),
      mqttsPort: await freePort(),
      websocketPort: await freePort(),
    };
    const taken = await freePortAndNext([config.mqttPort, config.mqttsPort, config.websocketPort]);
    const holder = createServer().listen(taken, '127.0.0.1');
    await until(() => holder.listening);
    const keys = { mqtt: 'mqttPort', mqtts: 'mqttsPort', websocket: 'websocketPort' } as const;
    const neighbour = listener === 'mqtt' ? 'mqttsPort' : 'mqttPort';
    const second = it.another();
    // The port after the taken one is our own other listener's.
    const wished = { ...config, [keys[listener]]: taken, [neighbour]: taken + 1 };
    const error: unknown = await second.start(wished, signal).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'broker.port-in-use',
      data: { listener, port: taken, pid: process.pid },
    });
    const { freePort: proposed } = (error as { data: { freePort: number } }).data;
    expect(proposed).toBeGreaterThan(taken + 1);
    await second.start({ ...wished, [keys[listener]]: proposed }, signal);
    expect(second.state().phase).toBe('running');
    await second.stop();
    holder.close();
  },
);

describe.runIf(hasMosquittoClients)('with Mosquitto clients', () => {
  test('a reader that is frozen does not hold up the others, and its loss is counted', async () => {
    const it = await start();
    const port = ['-h', '127.0.0.1', '-p', String(it.config.mqttPort)];
    const reader = spawn('mosquitto_sub', [...port, '-u', 'reader', '-P', 'reader-pass', '-t', '#', '-v'], {
      stdio: 'ignore',
    });
    children.push(reader);
    await until(() => it.broker.clients().length === 1);
    const board = await connect(it, 'board');
    const payload = Buffer.alloc(8_000, 'x');
    await board.publishAsync(data, payload, { qos: 1 });
    reader.kill('SIGSTOP');
    const started = Date.now();
    while (it.broker.state().queueOverflows < 100) {
      await Promise.all(Array.from({ length: 50 }, () => board.publishAsync(data, payload, { qos: 1 })));
      expect(Date.now() - started).toBeLessThan(8_000);
    }
    const other = await mosquitto('pub', [
      '-p',
      String(it.config.mqttPort),
      '-u',
      'other',
      '-P',
      'other-pass',
      '-q',
      '1',
      '-t',
      `datayoti/sensor/${otherMac}/data`,
      '-m',
      'x',
    ]);
    expect(other.code).toBe(0);
    expect(Date.now() - started).toBeLessThan(8_000);
    expect(JSON.stringify(it.lines)).toContain('a client does not read');
  });
});

test('after a stop every port refuses', async () => {
  const it = await start();
  await it.broker.stop();
  for (const port of [it.config.mqttPort, it.config.mqttsPort ?? 0, it.config.websocketPort ?? 0]) {
    const error = await new Promise((resolve) => {
      const socket = connectTcp(port, '127.0.0.1');
      socket.once('connect', () => resolve('connected'));
      socket.once('error', resolve);
    });
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  }
});
