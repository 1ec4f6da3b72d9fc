import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import { freePort } from '../support/free-port.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';
import {
  hear,
  message,
  profileOf,
  quarantined,
  trafficBench,
  workOf,
  type TrafficBench,
} from '../support/traffic-bench.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
let bench: TrafficBench;
let app: App;
let broker: MosquittoBroker;
let five: string;
let three: string;

beforeAll(async () => {
  bench = await trafficBench();
  if (!hasMosquitto) return;
  broker = await startMosquitto({
    acl: ['user ingest', 'topic readwrite open/#', 'topic read locked/#', 'topic read $SYS/#'],
  });
  five = await profileOf(bench.app, broker);
  three = await profileOf(bench.app, broker, { version: 4 });
});
beforeEach(() => {
  ({ app } = bench);
});
afterAll(async () => {
  await bench.cleanUp();
  if (hasMosquitto) await broker.stop();
});

const traffic = () => app.handlers.traffic;

describe('publishing', () => {
  test('to the embedded broker: subscribers and the ingest get it, and it stands in the history', async () => {
    const heard = await hear(await bench.client(), '#');
    const topic = 'datayoti/sensor/1C:69:20:E9:18:24/data';
    const text = '{"device_id":"1C:69:20:E9:18:24","temperature":4.5,"humidity":60}';
    const answer = await traffic().publish({ source: 'stack', publication: message(topic, text) }, signal);
    expect(answer.reasonCode).toBeNull();
    await until(() => heard.some((one) => one.topic === topic), { what: 'the subscriber hears it' });
    // The ingest knows no such device: it keeps the reading for the day on which it is adopted.
    await until(async () => (await quarantined(app)) > 0);
    const { history } = await traffic().kept({}, signal);
    expect(history[0]?.publication.topic).toBe(topic);
  });

  test.each([
    ['', 'empty'],
    ['a/+', 'wildcard'],
    ['a/#', 'wildcard'],
    ['a\0', 'null-character'],
    ['$SYS/x', 'reserved'],
  ])('not on %j', async (topic, reason) => {
    await expect(
      traffic().publish({ source: 'stack', publication: message(topic, 'x') }, signal),
    ).rejects.toMatchObject({ code: 'traffic.bad-topic', data: { reason } });
  });

  test('to nobody there', async () => {
    await expect(
      traffic().publish({ source: 'gone', publication: message('a', 'x') }, signal),
    ).rejects.toMatchObject({ code: 'traffic.source-unknown' });
  });

  describe.skipIf(!hasMosquitto)('to a real Mosquitto', () => {
    test('MQTT 5: properties arrive, and the reason codes are told', async () => {
      const publication = message('open/five', 'x', {
        contentType: 'text/plain',
        user: [
          { name: 'site', value: 'cellar' },
          { name: 'site', value: 'attic' },
        ],
      });
      // Its own subscription would be somebody who listens.
      const deaf = await profileOf(app, broker, { filter: 'open/nothing' });
      expect(await traffic().publish({ source: deaf, publication }, signal)).toMatchObject({
        reasonCode: 16,
      });
      await traffic().removeProfile({ id: deaf }, signal);
      const client = await connectAsync({
        host: '127.0.0.1',
        port: broker.port,
        username: broker.username,
        password: broker.password,
        protocolVersion: 5,
      });
      const arrived = new Promise((resolve) => {
        client.on('message', (_topic, payload, { properties }) =>
          resolve([payload.toString(), properties?.contentType, properties?.userProperties]),
        );
      });
      await client.subscribeAsync('open/#', { qos: 1 });
      expect(await traffic().publish({ source: five, publication }, signal)).toMatchObject({ reasonCode: 0 });
      expect(await arrived).toEqual(['x', 'text/plain', { site: ['cellar', 'attic'] }]);
      await client.endAsync();
      // Not authorised (MQTT 5, section 3.4.2.1).
      await expect(
        traffic().publish({ source: five, publication: message('locked/a', 'x') }, signal),
      ).rejects.toMatchObject({ code: 'traffic.publish-refused', data: { reasonCode: 135 } });
    });

    test('every QoS, and a retained one that stays', async () => {
      for (const qos of [0, 1, 2] as const) {
        const publication = message(`open/qos/${qos}`, 'x', { qos, retain: true });
        expect(await traffic().publish({ source: three, publication }, signal)).toMatchObject({
          reasonCode: null,
        });
      }
      const { items } = await traffic().retained(
        { source: three, from: 0, count: 10, filter: 'open/qos/#' },
        signal,
      );
      expect(items.map(({ topic, qos }) => [topic, qos])).toEqual([
        ['open/qos/0', 0],
        ['open/qos/1', 1],
        ['open/qos/2', 2],
      ]);
    });

    test('a broker that is away is said to be', async () => {
      // One that no test beside this one can get meanwhile.
      const away = await profileOf(app, broker, { port: 9 });
      await expect(
        traffic().publish({ source: away, publication: message('a', 'x') }, signal),
      ).rejects.toMatchObject({ code: 'traffic.source-away' });
      await traffic().removeProfile({ id: away }, signal);
    });
  });
});

describe('repeating', () => {
  test('so many times at the interval, and then it is over', async () => {
    const heard = await hear(await bench.client(), 'tick');
    const { id } = await traffic().startRepeat(
      { source: 'stack', publication: message('tick', 'x'), intervalMs: 50, times: 5 },
      signal,
    );
    await until(async () => (await repeat(id))?.running === false, { what: 'the repeat ends' });
    expect(await repeat(id)).toMatchObject({ sent: 5, failed: 0, topic: 'tick', error: null });
    await until(() => heard.length === 5);
    const took = (heard.at(-1)?.atMs ?? 0) - (heard[0]?.atMs ?? 0);
    expect(took).toBeGreaterThan(190);
    expect(took).toBeLessThan(1_500);
    await traffic().stopRepeat({ id }, signal);
    expect(await repeat(id)).toBeUndefined();
  });

  test('until it is stopped, at most 20 at once', async () => {
    const wish = { source: 'stack', publication: message('tock', 'x'), intervalMs: 10_000, times: null };
    const ids: string[] = [];
    for (let number = 0; number < 20; number++) ids.push((await traffic().startRepeat(wish, signal)).id);
    await expect(traffic().startRepeat(wish, signal)).rejects.toMatchObject({ code: 'traffic.too-many' });
    for (const id of ids) await traffic().stopRepeat({ id }, signal);
    expect(await repeat(ids[0] ?? '')).toMatchObject({ running: false, sent: 1 });
    for (const id of ids) await traffic().stopRepeat({ id }, signal);
    expect((await workOf(app)).repeats).toEqual([]);
  });

  const repeat = async (id: string) => (await workOf(app)).repeats.find((one) => one.id === id);
});

describe('retained messages', () => {
  const keep = async (source: string, topics: readonly string[]): Promise<void> => {
    for (const topic of topics)
      await traffic().publish(
        { source, publication: message(topic, `at ${topic}`, { retain: true }) },
        signal,
      );
  };
  const topics = async (source: string, filter: string): Promise<readonly string[]> =>
    (await traffic().retained({ source, from: 0, count: 500, filter }, signal)).items.map(
      ({ topic }) => topic,
    );

  test.each(hasMosquitto ? ['stack', 'five', 'three'] : ['stack'])(
    'listed, counted and cleared one by one or by subtree (%s)',
    async (which) => {
      const source = which === 'stack' ? 'stack' : which === 'five' ? five : three;
      const base = `open/${which}`;
      await keep(source, [base, `${base}/b`, `${base}/a/1`, `${base}/a/2`, `${base}2/x`]);
      expect(await topics(source, base)).toEqual([
        base,
        `${base}/a/1`,
        `${base}/a/2`,
        `${base}/b`,
        `${base}2/x`,
      ]);
      const page = await traffic().retained({ source, from: 1, count: 2, filter: base }, signal);
      expect([page.total, page.complete, page.items.map(({ topic }) => topic)]).toEqual([
        5,
        true,
        [`${base}/a/1`, `${base}/a/2`],
      ]);
      expect(page.items[0]).toMatchObject({ form: 'text', preview: `at ${base}/a/1`, qos: 1 });

      const one = { topic: `${base}/b`, subtree: false };
      expect(await traffic().countRetained({ source, target: one }, signal)).toEqual({
        count: 1,
        examples: [`${base}/b`],
      });
      expect(await traffic().clearRetained({ source, target: one, expected: 1 }, signal)).toEqual({
        cleared: 1,
      });

      const below = { topic: base, subtree: true };
      const { count } = await traffic().countRetained({ source, target: below }, signal);
      expect(count).toBe(3);
      await keep(source, [`${base}/late`]);
      await expect(
        traffic().clearRetained({ source, target: below, expected: count }, signal),
      ).rejects.toMatchObject({ code: 'traffic.retained-changed', data: { expected: 3, found: 4 } });
      expect(await topics(source, base)).toHaveLength(5);
      expect(await traffic().clearRetained({ source, target: below, expected: 4 }, signal)).toEqual({
        cleared: 4,
      });
      // What only begins alike stays.
      expect(await topics(source, base)).toEqual([`${base}2/x`]);
    },
  );

  test('cleared ones stay away after a restart of the stack', async () => {
    await keep('stack', ['again/a', 'again/b']);
    await traffic().clearRetained(
      { source: 'stack', target: { topic: 'again/a', subtree: false }, expected: 1 },
      signal,
    );
    await app.handlers.stack.restart({}, signal);
    expect(await topics('stack', 'again/#')).toEqual(['again/b']);
  });

  test.each(['status', 'data', 'other'])(
    'the clearing of %s leaves nothing in the quarantine',
    async (channel) => {
      const topic = `datayoti/sensor/1C:69:20:E9:18:24/${channel}`;
      await keep('stack', [topic]);
      const target = { topic, subtree: false };
      const before = await quarantined(app);
      expect(await traffic().clearRetained({ source: 'stack', target, expected: 1 }, signal)).toEqual({
        cleared: 1,
      });
      // One that comes after it, and is put aside for sure: what was before it is through.
      await traffic().publish(
        { source: 'stack', publication: message('datayoti/sensor/none/data', 'x') },
        signal,
      );
      await until(async () => (await quarantined(app)) > before);
      expect(await quarantined(app)).toBe(before + 1);
    },
  );

  test.skipIf(!hasMosquitto)('what the account may not clear is counted as left', async () => {
    const server = await startMosquitto({
      acl: ['user ingest', 'topic readwrite open/#', 'topic read #', 'user writer', 'topic readwrite #'],
    });
    const writer = await profileOf(app, server, { username: 'writer' });
    await keep(writer, ['open/1', 'open/2', 'open', 'open/locked']);
    const source = await profileOf(app, server, { version: 4 });
    await keep(writer, ['locked/1']);
    const clear = (topic: string, expected: number) =>
      traffic().clearRetained({ source, target: { topic, subtree: true }, expected }, signal);
    expect(await clear('open', 4)).toEqual({ cleared: 4 });
    // MQTT 3.1.1 knows no refusal: the broker says yes and keeps them.
    expect(await clear('locked', 1)).toEqual({ cleared: 0 });
    await traffic().removeProfile({ id: writer }, signal);
    await server.stop();
    await expect(traffic().retained({ source, from: 0, count: 1, filter: '' }, signal)).rejects.toMatchObject(
      {
        code: 'traffic.source-away',
      },
    );
    await traffic().removeProfile({ id: source }, signal);
  });
});

test('what is kept survives a restart; secrets are in no file and no log', async () => {
  const source = await profileOf(
    app,
    { ...broker, password: 'very-secret-word' },
    {
      name: 'Other',
      port: await freePort(),
    },
  );
  await traffic().saveBookmark({ name: 'cold', filter: filter('temperature < 5') }, signal);
  await traffic().saveTemplate({ name: 'blink', publication: message('cmd', '{"cmd":"blink"}') }, signal);
  await traffic()
    .publish({ source, publication: message('a', 'x') }, AbortSignal.timeout(500))
    .catch(() => undefined);
  app = await bench.again();
  const kept = await traffic().kept({}, signal);
  expect(kept.profiles.find(({ id }) => id === source)).toMatchObject({ name: 'Other', hasPassword: true });
  expect([kept.bookmarks[0]?.name, kept.templates[0]?.name]).toEqual(['cold', 'blink']);
  expect(JSON.stringify(kept)).not.toContain('very-secret-word');
  const texts = ['traffic.json', ...readdirSync(join(bench.data, 'logs')).map((name) => join('logs', name))];
  for (const name of texts)
    expect(readFileSync(join(bench.data, name), 'utf8')).not.toContain('very-secret-word');
  await app.handlers.stack.start({}, signal);
});

test('a file that cannot be read does not keep the application from starting', async () => {
  await app.close();
  writeFileSync(join(bench.data, 'traffic.json'), '{"version":1,');
  app = await bench.again();
  await expect(traffic().kept({}, signal)).rejects.toMatchObject({ code: 'traffic.file-unreadable' });
  expect((await traffic().sources({}, signal)).items.map(({ id }) => id)).toEqual(['stack']);
});

function filter(json: string) {
  return { topic: '', text: '', json, qos: [], retained: null, client: '' };
}
