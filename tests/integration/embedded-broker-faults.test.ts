import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { freePort, freePortAndNext } from '../support/free-port.ts';
import { connectPacket, rawConnection, untilClosed } from '../support/raw-mqtt.ts';
import { mac, signal } from '../support/test-broker.ts';
import { until } from '../support/until.ts';
import { brokerBench } from '../support/broker-bench.ts';

const data = `datayoti/sensor/${mac}/data`;
const status = `datayoti/sensor/${mac}/status`;
const { start, connect } = brokerBench();

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

test('a stop ends connections that never got as far as MQTT', async () => {
  const it = await start();
  const { mqttPort, mqttsPort, websocketPort } = it.config;
  const sockets = await Promise.all([mqttPort, mqttsPort ?? 0, websocketPort ?? 0].map(opened));
  await it.broker.stop();
  await Promise.all(sockets.map(untilClosed));
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
