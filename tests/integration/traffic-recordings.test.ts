import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageFilter } from '../../src/shared/contract/traffic-messages.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';
import {
  hear,
  profileOf,
  replayed,
  trafficBench,
  workOf,
  type TrafficBench,
} from '../support/traffic-bench.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const everything = messageFilter.parse({});
let bench: TrafficBench;
let broker: MosquittoBroker;
let profile: string;

beforeAll(async () => {
  bench = await trafficBench();
  if (!hasMosquitto) return;
  broker = await startMosquitto();
  profile = await profileOf(bench.app, broker);
});
afterAll(async () => {
  await bench.cleanUp();
  if (hasMosquitto) await broker.stop();
});

const traffic = () => bench.app.handlers.traffic;
const recording = async (name: string) =>
  (await workOf(bench.app)).recordings.find((found) => found.name === name);
const inFolder = (name: string): string => join(bench.data, 'recordings', name);
const downloaded = async (name: string): Promise<string> => {
  let text = '';
  for await (const part of traffic().downloadRecording({ name }, signal)) text += part.text;
  return text;
};
/** Distances in time to the first. */
const distances = (times: readonly number[]): readonly number[] =>
  times.map((time) => time - (times[0] ?? 0));

const payloads: readonly (string | Buffer)[] = [
  '{"temperature":4.2}',
  Buffer.from([0, 255, 1, 254]),
  '',
  '<script>alert(1)</script> é😀\u202E',
  'x'.repeat(5_000),
];

/** Messages of all kinds, with pauses of a second between the rounds. @returns their topics and payloads */
async function publishSome(client: MqttClient): Promise<readonly (readonly [string, string])[]> {
  const sent: [string, string][] = [];
  for (let round = 0; round < 3; round++) {
    const untilMs = performance.now() + 1_000;
    for (const [index, payload] of payloads.entries()) {
      const topic = `way/${round}/${index}//é`;
      await client.publishAsync(topic, payload, { qos: (index % 3) as 0 | 1 | 2 });
      sent.push([topic, Buffer.from(payload).toString('base64')]);
    }
    await until(() => performance.now() >= untilMs);
  }
  return sent;
}

interface Recorded {
  readonly time: string;
  readonly topic: string;
  readonly payload?: string;
  readonly payload_base64?: string;
  readonly qos: number;
}

function recordedIn(name: string) {
  const lines = readFileSync(inFolder(name), 'utf8').split('\n').slice(0, -1);
  return lines.map((text) => {
    const { time, topic, payload, payload_base64, qos } = JSON.parse(text) as Recorded;
    const base64 = payload_base64 ?? Buffer.from(payload ?? '').toString('base64');
    return { timeMs: Date.parse(time), topic, base64, qos };
  });
}

const byTopic = (all: readonly (readonly [string, string])[]) =>
  all.toSorted(([a], [b]) => a.localeCompare(b));

describe.each(hasMosquitto ? ['stack', 'mosquitto'] : ['stack'])('from and to %s', (which) => {
  test('recorded and replayed: the same messages, in the same order, at the same times', async () => {
    const source = which === 'stack' ? 'stack' : profile;
    const client =
      which === 'stack'
        ? await bench.client()
        : await connectAsync({
            host: '127.0.0.1',
            port: broker.port,
            username: broker.username,
            password: broker.password,
          });
    // With QoS 0, since a client tells of a QoS 2 message only when its exchange is over.
    const heard = await hear(client, '#', 0);
    const { name } = await traffic().startRecording(
      { source, filter: messageFilter.parse({ topic: 'way/#' }) },
      signal,
    );
    await connected(source);
    const sent = await publishSome(client);
    await client.publishAsync('other', 'not recorded', { qos: 1 });
    await until(async () => (await recording(name))?.messages === 15, { what: 'all are recorded' });
    await traffic().stopRecording({ name }, signal);
    expect(await recording(name)).toMatchObject({
      running: false,
      messages: 15,
      missed: 0,
      source,
      error: null,
    });
    expect(await downloaded(name)).toBe(readFileSync(inFolder(name), 'utf8'));
    const recorded = recordedIn(name);
    const content = recorded.map(({ topic, base64 }) => [topic, base64] as const);
    if (which === 'stack') expect(content).toEqual(sent);
    else expect(byTopic(content)).toEqual(byTopic(sent));
    expect(recorded.every(({ topic, qos }) => qos === Number(topic.split('/')[2]) % 3)).toBe(true);

    for (const [speed, prefix, mostMs] of [
      [1, 'test/', 3_500],
      [10, 'ten/', 1_000],
      [null, '', 800],
    ] as const) {
      const from = heard.length;
      await traffic().startReplay({ source, name, speed, prefix }, signal);
      const state = await replayed(bench.app);
      expect(state).toMatchObject({ phase: 'done', sent: 15, error: null });
      expect(state.readBytes).toBe(state.totalBytes);
      // A burst is more than the embedded broker gives a client with QoS 0: there what it took counts.
      if (which === 'stack' && speed === null) {
        const { items } = await traffic().page(
          { source, filter: messageFilter.parse({ topic: 'way/#' }), direction: 'before', seq: 0, max: 15 },
          signal,
        );
        expect(items.map(({ topic, qos }) => [topic, qos])).toEqual(
          recorded.map(({ topic, qos }) => [topic, qos]),
        );
        continue;
      }
      const again = () => heard.slice(from).filter(({ topic }) => topic.startsWith(`${prefix}way/`));
      await until(() => again().length === 15);
      expect(again().map(({ topic, payload }) => [topic.slice(prefix.length), payload])).toEqual(content);
      const took = distances(again().map(({ atMs }) => atMs));
      expect(took.at(-1)).toBeLessThan(mostMs);
      const then = distances(recorded.map(({ timeMs }) => timeMs));
      if (speed === 1)
        for (const [index, ms] of took.entries()) expect(Math.abs(ms - (then[index] ?? 0))).toBeLessThan(500);
    }
    await traffic().removeRecording({ name }, signal);
    expect(existsSync(inFolder(name))).toBe(false);
    await client.endAsync();
  });
});

async function connected(source: string): Promise<void> {
  await until(
    async () =>
      (await traffic().sources({}, signal)).items.find(({ id }) => id === source)?.phase === 'connected',
    { what: 'the source is connected' },
  );
}

const line = (second: number, topic: string): string =>
  `${JSON.stringify({ time: Date.UTC(2025, 0, 1) + second * 1_000, topic, payload: 'x', qos: 1 })}\n`;

test('a replay is cancelled at once, and is alone', async () => {
  writeFileSync(inFolder('slow.ndjson'), line(0, 'slow/1') + line(3_600, 'slow/2'));
  const wish = { source: 'stack', name: 'slow.ndjson', speed: 1, prefix: '' };
  await traffic().startReplay(wish, signal);
  await until(async () => (await workOf(bench.app)).replay?.sent === 1);
  await expect(traffic().startReplay(wish, signal)).rejects.toMatchObject({ code: 'traffic.replay-busy' });
  await expect(traffic().removeRecording({ name: 'slow.ndjson' }, signal)).rejects.toMatchObject({
    code: 'traffic.recording-busy',
  });
  await traffic().cancelReplay({}, signal);
  expect((await workOf(bench.app)).replay).toMatchObject({ phase: 'cancelled', sent: 1 });
});

test('a replay ends at a bad line and says which', async () => {
  writeFileSync(
    inFolder('bad.ndjson'),
    `${line(0, 'bad/1')}${line(0, 'bad/2')}{"time":1}\n${line(0, 'bad/3')}`,
  );
  const heard = await hear(await bench.client(), 'bad/#');
  await traffic().startReplay({ source: 'stack', name: 'bad.ndjson', speed: null, prefix: '' }, signal);
  expect(await replayed(bench.app)).toMatchObject({
    phase: 'failed',
    sent: 2,
    error: { code: 'traffic.recording-damaged', data: { line: 3, reason: 'bad-topic' } },
  });
  await until(() => heard.length === 2);
});

test('files of elsewhere: a good one is added, a hostile one leaves nothing', async () => {
  const text = line(0, 'a') + line(1, 'b');
  const added = await traffic().addRecording(
    { name: '../../etc/Cold room.ndjson', file: new Blob([text]), upload: null },
    signal,
  );
  expect(added).toEqual({ name: 'etc-Cold-room.ndjson', messages: 2 });
  expect(await downloaded(added.name)).toBe(text);
  expect(await recording(added.name)).toMatchObject({ messages: null, startedMs: Date.UTC(2025, 0, 1) });
  const before = (await workOf(bench.app)).recordings.length;
  for (const [content, reason] of [
    ['<html>', 'not-json'],
    [`[${'['.repeat(100_000)}`, 'not-json'],
    [Buffer.alloc(20_000_000, 0x78), 'not-json'],
    ['{"time":"x","topic":"a","payload":"x"}', 'bad-time'],
  ] as const)
    await expect(
      traffic().addRecording({ name: 'bad', file: new Blob([line(0, 'a'), content]), upload: null }, signal),
    ).rejects.toMatchObject({ code: 'traffic.recording-damaged', data: { line: 2, reason } });
  expect((await workOf(bench.app)).recordings).toHaveLength(before);
});

test('what is not there, not understood or too much is refused', async () => {
  const name = 'nothing.ndjson';
  for (const ask of [
    traffic().stopRecording({ name }, signal),
    traffic().removeRecording({ name }, signal),
    traffic().startReplay({ source: 'stack', name, speed: 1, prefix: '' }, signal),
    downloaded(name),
  ])
    await expect(ask).rejects.toMatchObject({ code: 'traffic.recording-unknown' });
  await expect(
    traffic().startRecording({ source: 'stack', filter: messageFilter.parse({ topic: 'a/#/b' }) }, signal),
  ).rejects.toMatchObject({ code: 'traffic.bad-filter' });
  const names: string[] = [];
  for (let number = 0; number < 4; number++)
    names.push((await traffic().startRecording({ source: 'stack', filter: everything }, signal)).name);
  await expect(
    traffic().startRecording({ source: 'stack', filter: everything }, signal),
  ).rejects.toMatchObject({ code: 'traffic.too-many' });
  await expect(traffic().removeRecording({ name: names[0] ?? '' }, signal)).rejects.toMatchObject({
    code: 'traffic.recording-busy',
  });
  for (const started of names) await traffic().stopRecording({ name: started }, signal);
});

test.skipIf(!hasMosquitto)('a recording of a profile that is removed ends and says so', async () => {
  const id = await profileOf(bench.app, broker, { name: 'Short' });
  const { name } = await traffic().startRecording({ source: id, filter: everything }, signal);
  await traffic().removeProfile({ id }, signal);
  await until(async () => (await recording(name))?.running === false);
  expect((await recording(name))?.error?.code).toBe('traffic.source-unknown');
});

test('at the end of the application a recording keeps all that came', async () => {
  const { name } = await traffic().startRecording({ source: 'stack', filter: everything }, signal);
  const client = await bench.client();
  for (let number = 0; number < 200; number++) await client.publishAsync(`end/${number}`, 'x', { qos: 1 });
  await bench.again();
  const topics = readFileSync(inFolder(name), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((text) => (JSON.parse(text) as { topic: string }).topic)
    .filter((topic) => topic.startsWith('end/'));
  expect(topics).toEqual(Array.from({ length: 200 }, (_, number) => `end/${number}`));
  expect(await recording(name)).toMatchObject({ running: false, messages: null });
});
