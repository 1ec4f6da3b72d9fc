import { spawn, type ChildProcess } from 'node:child_process';
import { generate } from 'mqtt-packet';
import { afterEach, describe, expect, test } from 'vitest';
import type { MessageDone } from '../../src/shared/domain/inbound-message.ts';
import { hasMosquittoClients, mosquitto } from '../support/mosquitto-clients.ts';
import { connectPacket, rawConnection } from '../support/raw-mqtt.ts';
import { mac, otherMac } from '../support/test-broker.ts';
import { until } from '../support/until.ts';
import { brokerBench } from '../support/broker-bench.ts';

const data = `datayoti/sensor/${mac}/data`;
const status = `datayoti/sensor/${mac}/status`;
const children: ChildProcess[] = [];
const { start, connect, connectAndCollect } = brokerBench();

afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
  }
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
