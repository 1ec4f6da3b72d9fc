import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { rawConnection, connectPacket } from '../support/raw-mqtt.ts';
import { trafficBench, type TrafficBench } from '../support/traffic-bench.ts';
import { ask, watchTraffic } from '../support/traffic-questions.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const mac = '1C:69:20:E9:18:24' as MacAddress;
const dataTopic = `datayoti/sensor/${mac}/data`;
let bench: TrafficBench;
let app: App;
let client: MqttClient;

beforeAll(async () => {
  bench = await trafficBench({ maxPacketBytes: 1_048_576 });
  ({ app } = bench);
  client = await bench.client();
}, 120_000);
afterAll(() => bench.cleanUp());

const newest = async (topic: string): Promise<number> =>
  until(async () => (await ask(app, 'latest', { topic })).seq, { what: `a message on ${topic}` });
const all = { topic: '', text: '', json: '', qos: [], retained: null, client: '' } as const;

describe('messages of the embedded broker', () => {
  test('come with client and account, and later with what the ingest did', async () => {
    const reading = JSON.stringify({
      device_id: mac,
      timestamp: new Date().toISOString(),
      temperature: 4.5,
      humidity: 60,
    });
    await client.publishAsync(dataTopic, reading, { qos: 1 });
    const first = await newest(dataTopic);
    const unknown = await ask(app, 'message', { seq: first });
    expect(unknown).toMatchObject({
      message: { client: client.options.clientId, account: 'admin', qos: 1, form: 'json', preview: reading },
      outcome: { kind: 'quarantined', reason: 'unknown-device' },
      previous: null,
    });
    expect(unknown.outcome?.tookMs).toBeGreaterThanOrEqual(0);
    await app.handlers.devices.createSite({ ref: 'SITE_001', name: 'One', description: '' }, signal);
    await app.handlers.devices.adopt({ mac, siteRef: 'SITE_001', name: 'one', zoneId: null }, signal);
    await client.publishAsync(dataTopic, reading.replace('4.5', '5.5'), { qos: 1 });
    await client.publishAsync(`datayoti/sensor/${mac}/status`, 'online', { qos: 1 });
    await client.publishAsync(dataTopic, 'no json', { qos: 1 });
    const [last, passed] = [await newest(dataTopic), await newest(`datayoti/sensor/${mac}/status`)];
    expect((await ask(app, 'message', { seq: passed })).outcome?.kind).toBe('passed');
    const quarantined = await ask(app, 'message', { seq: last });
    expect(quarantined.outcome).toMatchObject({ kind: 'quarantined' });
    const stored = quarantined.previous;
    expect(await stored?.payload.text()).toContain('5.5');
    expect((await ask(app, 'message', { seq: stored?.seq ?? 0 })).outcome?.kind).toBe('stored');
  });

  test('the application’s own are among them, without an account', async () => {
    await newest('datayoti/time');
    const { items } = await ask(app, 'page', {
      filter: { ...all, client: 'application' },
      direction: 'before',
      seq: 0,
      max: 10,
    });
    expect(items.length).toBeGreaterThan(0);
    expect(items.every(({ account }) => account === '')).toBe(true);
  });

  test('a flood is counted to the last message, and only the newest are shown', async () => {
    const before = (await watchTraffic(app, 'stack')).state().messages;
    const after = (await ask(app, 'next', { filter: all, after: 0, max: 1, waitMs: 0 })).next;
    await Promise.all(
      Array.from({ length: 3_000 }, (_, index) =>
        client.publishAsync(`flood/${index % 300}`, `${index}`, { qos: 1 }),
      ),
    );
    const flood = { ...all, topic: 'flood/#' };
    let [matched, leftOut, shown, place] = [0, 0, 0, after];
    while (matched < 3_000) {
      const answer = await ask(app, 'next', { filter: flood, after: place, max: 50, waitMs: 2_000 });
      expect(answer.items.length).toBeLessThanOrEqual(50);
      expect(answer.dropped).toBe(0);
      [matched, leftOut, shown, place] = [
        matched + answer.matched,
        leftOut + answer.leftOut,
        shown + answer.items.length,
        answer.next,
      ];
      if (answer.matched === 0) throw new Error('nothing comes any more');
    }
    expect(matched).toBe(3_000);
    expect(leftOut + shown).toBe(3_000);
    const watched = await watchTraffic(app, 'stack');
    expect(watched.state().messages).toBeGreaterThanOrEqual(before + 3_000);
    expect(watched.state().source).toMatchObject({ kind: 'embedded', phase: 'connected' });
    await watched.stop();
    const tree = await ask(app, 'tree', { count: 500, filter: 'flood/+', open: 'all-but-listed' });
    expect(tree.matching).toBe(300);
    expect(tree.rows[0]).toMatchObject({ name: 'flood', messages: 3_000, topics: 300, children: 300 });
    expect(tree.rows[1]).toMatchObject({ name: '0', messages: 10, own: { messages: 10, preview: '2700' } });
    expect(tree.rows[0]?.messagesPerSecond).toBeGreaterThan(10);
  });

  test('the long poll sleeps while nothing matches, and wakes for what does', async () => {
    const filter = { ...all, topic: 'wake/up' };
    const { next, items } = await ask(app, 'next', { filter, after: 0, max: 10, waitMs: 0 });
    expect(items).toEqual([]);
    const waiting = ask(app, 'next', { filter, after: next, max: 10, waitMs: 20_000 });
    await client.publishAsync('wake/not', 'x', { qos: 1 });
    await client.publishAsync('wake/up', 'y', { qos: 1 });
    expect(await waiting).toMatchObject({ matched: 1, leftOut: 0, items: [{ topic: 'wake/up' }] });
    const gone = new AbortController();
    const given = ask(app, 'next', { filter, after: next + 1_000, max: 10, waitMs: 20_000 }, gone.signal);
    gone.abort();
    await given;
  });

  test('while paused every message can be looked at, page by page', async () => {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        client.publishAsync('paged', JSON.stringify({ n: index, odd: index % 2 === 1 }), { qos: 1 }),
      ),
    );
    const filter = { ...all, topic: 'paged', json: 'odd = true && n >= 20' };
    const found: string[] = [];
    let seq = 0;
    for (;;) {
      const page = await ask(app, 'page', { filter, direction: 'before', seq, max: 7 });
      found.unshift(...page.items.map(({ preview }) => preview));
      seq = page.items[0]?.seq ?? 0;
      if (!page.more) break;
    }
    expect(found.map((text) => (JSON.parse(text) as { n: number }).n)).toEqual(
      Array.from({ length: 40 }, (_, index) => 21 + 2 * index),
    );
    const onwards = await ask(app, 'page', { filter, direction: 'after', seq, max: 2 });
    expect(onwards).toMatchObject({ more: true, items: [{ preview: found[1] }, { preview: found[2] }] });
  });

  test('a number in the payloads of a topic becomes a curve', async () => {
    for (const payload of ['{"a":{"b":[1.5]}}', 'x', '{"a":{}}', '{"a":{"b":[true]}}', '{"a":{"b":["2"]}}'])
      await client.publishAsync('curve', payload, { qos: 1 });
    await newest('curve');
    const { values, timesMs } = await ask(app, 'field', { topic: 'curve', path: 'a.b[0]', max: 100 });
    expect(values).toEqual([1.5, 1]);
    expect(timesMs.every((time) => Math.abs(time - Date.now()) < 60_000)).toBe(true);
    await expect(ask(app, 'field', { topic: 'curve', path: 'a..b', max: 5 })).rejects.toMatchObject({
      code: 'traffic.bad-path',
    });
  });

  test('a topic is found in the tree, and its last minutes in steps', async () => {
    await client.publishAsync('find/me/here', '1', { qos: 1 });
    await newest('find/me/here');
    const { nodes } = await ask(app, 'locate', { topic: 'find/me/here' });
    expect(nodes).toHaveLength(3);
    const { rows } = await ask(app, 'tree', { count: 500, nodes: [...nodes] });
    expect(rows.filter(({ id }) => nodes.includes(id)).map(({ topic }) => topic)).toEqual([
      'find',
      'find/me',
      'find/me/here',
    ]);
    const rates = await ask(app, 'rates', {});
    expect(rates.messages).toHaveLength(121);
    expect(rates.messages.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(3_000);
  });

  test.each([
    ['empty levels', '//', 'json', '{"a":1}'],
    ['a script', '/odd', 'text', '<script>alert(1)</script>'],
    ['control characters', 'control/\u0001\u001B', 'binary', Buffer.from([0, 1, 2, 255])],
    ['text from right to left', '\u202Eعربي/تجربة', 'text', 'مرحبا'],
    ['invalid UTF-8', 'utf/8', 'binary', Buffer.from([0xc3, 0x28, 0x41])],
    ['a topic of 60 kB', 'x'.repeat(60_000), 'empty', ''],
    ['a megabyte', 'large', 'json', JSON.stringify({ text: 'x'.repeat(1_000_000) })],
    ['open brackets', 'deep', 'text', '['.repeat(3_000)],
    ['deep JSON', 'deep/er', 'json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('%s', async (_what, topic, form, payload) => {
    await client.publishAsync(topic, payload, { qos: 1 });
    const seq = await newest(topic);
    const detail = await ask(app, 'message', { seq });
    expect(detail).toMatchObject({
      topic,
      payloadCut: false,
      message: { form, topicCut: topic.length > 1_000 },
    });
    // Not by a comparison of elements: a megabyte of them takes half a minute.
    expect(Buffer.from(await detail.payload.arrayBuffer()).equals(Buffer.from(payload))).toBe(true);
    const filter = { ...all, topic, text: topic.slice(0, 200), json: '' };
    const { items } = await ask(app, 'page', { filter, direction: 'before', seq: 0, max: 5 });
    expect(items.map((item) => item.seq)).toEqual([seq]);
    expect(JSON.stringify(await ask(app, 'tree', { count: 500, open: 'all-but-listed' }))).toBeTypeOf(
      'string',
    );
    const text = { ...all, json: 'a > 0' };
    await ask(app, 'page', { filter: text, direction: 'before', seq: 0, max: 5 });
  });

  test.each([
    [{ topic: 'a/#/b' }, { field: 'topic', at: 2, reason: 'hash-not-last' }],
    [{ json: 'a >' }, { field: 'json', at: 3, reason: 'value-missing' }],
  ])('a filter that says nothing is refused: %j', async (part, data) => {
    const asked = ask(app, 'next', { filter: { ...all, ...part }, after: 0, max: 1, waitMs: 0 });
    await expect(asked).rejects.toMatchObject({ code: 'traffic.bad-filter', data });
  });

  test('what is gone, and who is not there', async () => {
    await expect(ask(app, 'message', { seq: 9_999_999 })).rejects.toMatchObject({
      code: 'traffic.message-gone',
    });
    await expect(ask(app, 'latest', { source: 'nobody', topic: 'a' })).rejects.toMatchObject({
      code: 'traffic.source-unknown',
    });
    expect(await ask(app, 'latest', { topic: 'never/seen' })).toEqual({ seq: null });
  });
});

describe('clients of the embedded broker', () => {
  test('are listed with what they are, and can be ended', async () => {
    const other = await connectAsync(`mqtt://127.0.0.1:${bench.ports.mqttPort}`, {
      username: 'admin',
      password: 'admin-pass',
      clientId: 'Looked-At',
      keepalive: 33,
      reconnectPeriod: 0,
    });
    await other.subscribeAsync(['some/#', 'other'], { qos: 1 });
    await other.publishAsync('of/looked-at', 'x', { qos: 1 });
    const { available, items, total } = await ask(app, 'clients', { count: 10, filter: 'looked' });
    expect({ available, total }).toEqual({ available: true, total: 1 });
    expect(items[0]).toMatchObject({
      id: 'Looked-At',
      account: 'admin',
      address: '127.0.0.1',
      listener: 'mqtt',
      protocolVersion: 4,
      keepAliveSeconds: 33,
      cleanSession: true,
      messagesIn: 1,
    });
    expect(items[0]?.subscriptions).toEqual(
      expect.arrayContaining([
        { filter: 'some/#', qos: 1 },
        { filter: 'other', qos: 1 },
      ]),
    );
    expect(items[0]?.bytesIn).toBeGreaterThan(50);
    expect(items[0]?.bytesOut).toBeGreaterThan(0);
    const ended = new Promise<void>((resolve) => other.once('close', () => resolve()));
    await ask(app, 'disconnectClient', { clientId: 'Looked-At' });
    await ended;
    await until(async () => (await ask(app, 'clients', { count: 10, filter: 'looked' })).total === 0);
    await expect(ask(app, 'disconnectClient', { clientId: 'Looked-At' })).rejects.toMatchObject({
      code: 'traffic.client-unknown',
    });
  });

  test('over WebSocket their bytes are counted too', async () => {
    const other = await connectAsync(`ws://127.0.0.1:${bench.ports.websocketPort}`, {
      username: 'admin',
      password: 'admin-pass',
      clientId: 'over-the-web',
    });
    const { items } = await ask(app, 'clients', { count: 10, filter: 'over-the-web' });
    expect(items[0]).toMatchObject({ listener: 'websocket' });
    expect(items[0]?.bytesIn).toBeGreaterThan(100);
    await other.endAsync();
  });

  test('refused logins are told with the reason, the same one once', async () => {
    const url = `mqtt://127.0.0.1:${bench.ports.mqttPort}`;
    const refused = (part: object): Promise<unknown> =>
      connectAsync(url, { reconnectPeriod: 0, clientId: 'intruder', ...part }).then(
        () => undefined,
        (error: unknown) => error,
      );
    await refused({});
    await refused({ username: 'nobody', password: 'x' });
    await refused({ username: 'admin', password: 'wrong' });
    await refused({ username: 'admin', password: 'wrong' });
    const socket = await rawConnection(
      bench.ports.mqttPort,
      connectPacket({ clientId: 'a\0b', username: 'admin', password: 'admin-pass' }),
    );
    const { items, available } = await until(
      async () => {
        const answer = await ask(app, 'refusedLogins', {});
        return answer.items.length >= 4 ? answer : undefined;
      },
      { what: 'four refusals' },
    );
    socket.destroy();
    expect(available).toBe(true);
    expect(items.map(({ account, reason, times }) => [account, reason, times])).toEqual([
      ['admin', 'client-id-unusable', 1],
      ['admin', 'wrong-password', 2],
      ['nobody', 'unknown-account', 1],
      ['', 'anonymous', 1],
    ]);
    expect(items[1]).toMatchObject({ clientId: 'intruder', address: '127.0.0.1' });
    for (let guess = 0; guess < 25; guess++) await refused({ username: 'admin', password: `guess-${guess}` });
    const after = await ask(app, 'refusedLogins', {});
    expect(after.items[0]).toMatchObject({ account: 'admin', reason: 'too-many-attempts' });
  });
});
