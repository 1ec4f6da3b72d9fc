import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import { profileInput } from '../../src/shared/contract/traffic-parts.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';
import { makeTlsFiles } from '../support/tls-files.ts';
import { profileOf, trafficBench, type TrafficBench } from '../support/traffic-bench.ts';
import { ask, watchTraffic, type Watched } from '../support/traffic-questions.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const all = { topic: '', text: '', json: '', qos: [], retained: null, client: '' } as const;
let folder: string;
let bench: TrafficBench;
let app: App;
let broker: MosquittoBroker;
let strict: MosquittoBroker;
let ca: string;
let own: { readonly certificate: string; readonly key: string };
const open: Watched[] = [];
const clients: MqttClient[] = [];

const watch = async (id: string): Promise<Watched> => {
  const watched = await watchTraffic(app, id);
  open.push(watched);
  return watched;
};
const connected = async (id: string): Promise<Watched> => {
  const watched = await watch(id);
  await watched.until(({ source }) => source.phase === 'connected', 'connected');
  return watched;
};
const publisher = async (options: IClientOptions = {}): Promise<MqttClient> => {
  const { username, password, port } = broker;
  const client = await connectAsync({
    host: '127.0.0.1',
    port,
    username,
    password,
    reconnectPeriod: 0,
    ...options,
  });
  client.on('error', () => undefined);
  clients.push(client);
  return client;
};
const newest = async (source: string, topic: string): Promise<number> =>
  until(async () => (await ask(app, 'latest', { source, topic })).seq, { what: `a message on ${topic}` });

describe.skipIf(!hasMosquitto)('brokers of profiles', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'datayoti-tls-'));
    const { server, client } = await makeTlsFiles(folder);
    const text = (...parts: readonly string[]): string => readFileSync(join(...parts), 'utf8');
    ca = text(server, 'ca.pem');
    own = { certificate: text(client, 'cert.pem'), key: text(client, 'key.pem') };
    const tls = { cert: text(server, 'cert.pem'), key: text(server, 'key.pem') };
    broker = await startMosquitto({ tls, websocket: true });
    strict = await startMosquitto({ tls: { ...tls, clientCa: ca } });
    bench = await trafficBench();
    ({ app } = bench);
  }, 120_000);
  afterEach(async () => {
    for (const watched of open.splice(0)) await watched.stop();
    for (const client of clients.splice(0)) await client.endAsync(true);
  });
  afterAll(async () => {
    await bench.cleanUp();
    await broker.stop();
    await strict.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('MQTT 5: what a message carries beside its payload is shown', async () => {
    const id = await profileOf(app, broker);
    await connected(id);
    const client = await publisher({ protocolVersion: 5 });
    await client.publishAsync('five/a', 'text', {
      qos: 2,
      properties: {
        contentType: 'text/plain',
        responseTopic: 'answer/here',
        correlationData: Buffer.from([1, 255]),
        payloadFormatIndicator: true,
        messageExpiryInterval: 600,
        userProperties: { unit: ['°C', 'K'], __proto__x: 'y' },
      },
    });
    await client.publishAsync('five/b', 'bare', { qos: 1 });
    const detail = await ask(app, 'message', { source: id, seq: await newest(id, 'five/a') });
    expect(detail.message).toMatchObject({ qos: 2, retain: false, client: '', account: '' });
    expect(detail.outcome).toBeNull();
    expect(detail.properties).toEqual({
      contentType: 'text/plain',
      responseTopic: 'answer/here',
      correlationData: '01ff',
      payloadIsUtf8: true,
      expirySeconds: 600,
      user: [
        { name: 'unit', value: '°C' },
        { name: 'unit', value: 'K' },
        { name: '__proto__x', value: 'y' },
      ],
    });
    const bare = await ask(app, 'message', { source: id, seq: await newest(id, 'five/b') });
    expect(bare).toMatchObject({ properties: null, message: { qos: 1 } });
  });

  test.each([
    ['MQTT 3.1.1', () => ({ version: 4 })],
    ['TLS', () => ({ scheme: 'mqtts', port: broker.tlsPort, ca })],
    ['WebSocket', () => ({ scheme: 'ws', port: broker.websocketPort, path: '/mqtt' })],
  ])('over %s messages come as they are', async (what, part) => {
    const id = await profileOf(app, broker, part());
    await connected(id);
    const topic = `over/${what}`;
    const binary = Buffer.from([0, 255, 1]);
    await (await publisher()).publishAsync(topic, binary, { qos: 1 });
    const { payload } = await ask(app, 'message', { source: id, seq: await newest(id, topic) });
    expect(Buffer.from(await payload.arrayBuffer())).toEqual(binary);
  });

  test('with a certificate of the client', async () => {
    const id = await profileOf(app, strict, {
      scheme: 'mqtts',
      port: strict.tlsPort,
      ca,
      ...own,
    });
    const client = await publisher({ port: strict.port });
    await connected(id);
    await client.publishAsync('strict', 'x', { qos: 1 });
    expect(await newest(id, 'strict')).toBeGreaterThan(0);
  });

  test.each([
    ['a wrong password', () => ({ password: 'wrong' }), 'mqtt.access-denied'],
    ['a wrong password of MQTT 3.1.1', () => ({ password: 'wrong', version: 4 }), 'mqtt.access-denied'],
    [
      'an authority that is not known',
      () => ({ scheme: 'mqtts', port: broker.tlsPort }),
      'traffic.certificate',
    ],
    ['nobody there', () => ({ port: 1 }), 'mqtt.unreachable'],
  ])('%s: it is tried again, and said why', async (_what, part, code) => {
    const id = await profileOf(app, broker, part());
    const watched = await watch(id);
    const { source } = await watched.until(({ source: { phase } }) => phase === 'waiting', 'waiting');
    expect(source).toMatchObject({ error: { code }, losses: 0 });
    expect(source.retryMs).toBeGreaterThan(Date.now() - 15_000);
    // A profile that is put right connects at once.
    const { profiles } = await app.handlers.traffic.kept({}, signal);
    const profile = profiles.find((one) => one.id === id);
    if (profile === undefined) throw new Error('no profile');
    await app.handlers.traffic.saveProfile(
      profileInput.parse({
        ...profile,
        scheme: 'mqtt',
        port: broker.port,
        password: broker.password,
      }),
      signal,
    );
    await watched.until(
      ({ source: { phase, error } }) => phase === 'connected' && error === null,
      'connected',
    );
  });

  test('what the broker says of itself stands apart and is not counted', async () => {
    const id = await profileOf(app, broker);
    const watched = await connected(id);
    const state = await watched.until(({ source }) => source.sys.length > 10, 'values of $SYS');
    expect(state.source.sys.find(({ topic }) => topic === '$SYS/broker/version')?.value).toMatch(
      /mosquitto/u,
    );
    const { rows } = await ask(app, 'tree', { source: id, count: 500 });
    expect(rows.map(({ name }) => name)).not.toContain('$SYS');
  });

  test('a broker that drops every few seconds costs nothing of what is kept', async () => {
    const retaining = await publisher();
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        retaining.publishAsync(`kept/${index}`, 'as it was', { qos: 1, retain: true }),
      ),
    );
    const id = await profileOf(app, broker, { filter: 'kept/#', version: 4 });
    const watched = await connected(id);
    await watched.until(({ messages }) => messages === 50, 'the retained copies');
    for (const round of [1, 2, 3]) {
      await broker.kill();
      await watched.until(({ source: { losses } }) => losses === round, `loss ${round}`);
      await broker.restart();
      await watched.until(({ source: { phase } }) => phase === 'connected', 'connected again');
      await (await publisher()).publishAsync('kept/live', `round ${round}`, { qos: 1 });
      await watched.until(({ messages }) => messages === 50 + round, `message of round ${round}`);
    }
    // What is retained anew is told at once, and its copy later says nothing new.
    await broker.kill();
    await watched.until(({ source: { losses } }) => losses === 4, 'the last loss');
    await broker.restart();
    const other = await publisher();
    await watched.until(({ source: { phase } }) => phase === 'connected', 'connected again');
    await other.publishAsync('kept/0', 'changed', { qos: 1, retain: true });
    await watched.until(({ messages }) => messages === 54, 'the change');
    const { items } = await ask(app, 'page', {
      source: id,
      filter: { ...all, topic: 'kept/live' },
      direction: 'before',
      seq: 0,
      max: 10,
    });
    expect(items.map(({ preview }) => preview)).toEqual(['round 1', 'round 2', 'round 3']);
    expect(
      (
        await ask(app, 'page', {
          source: id,
          filter: { ...all, retained: true },
          direction: 'before',
          seq: 0,
          max: 500,
        })
      ).items,
    ).toHaveLength(50);
    for (let index = 0; index < 50; index++)
      await other.publishAsync(`kept/${index}`, '', { qos: 1, retain: true });
  });

  test('a topic of 64 kB and a payload of a megabyte', async () => {
    const id = await profileOf(app, broker);
    await connected(id);
    const topic = `${'é'.repeat(32_000)}/x`;
    const payload = Buffer.alloc(1_000_000, 'y');
    await (await publisher()).publishAsync(topic, payload, { qos: 1 });
    const detail = await ask(app, 'message', { source: id, seq: await newest(id, topic) });
    expect(detail.topic).toBe(topic);
    expect(detail.message).toMatchObject({
      bytes: 1_000_000,
      form: 'text',
      topicCut: true,
      previewCut: true,
    });
    expect(detail.payload.size).toBe(1_000_000);
  });

  test('one that nobody looks at is not connected, and one that is removed is gone', async () => {
    const id = await profileOf(app, broker);
    const { items } = await ask(app, 'sources', {});
    expect(items.find((source) => source.id === id)).toMatchObject({ phase: 'idle', kind: 'profile' });
    const watched = await connected(id);
    await app.handlers.traffic.removeProfile({ id }, signal);
    const unknown = { code: 'traffic.source-unknown' };
    await expect(ask(app, 'latest', { source: id, topic: 'a' })).rejects.toMatchObject(unknown);
    // Who watched it is told.
    await expect(watched.over).rejects.toMatchObject(unknown);
    open.splice(open.indexOf(watched), 1);
  });
});
