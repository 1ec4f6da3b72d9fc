import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { replayQuarantine } from '../../src/main/devices/quarantine-replay.ts';
import { utcDay } from '../../src/main/storage/index.ts';
import type { InboundMessage } from '../../src/shared/domain/inbound-message.ts';
import { ingestBench, type IngestBench } from '../support/ingest-bench.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';

const mac = '1C:69:20:E9:18:24';
const stranger = '24:6F:28:9A:F0:C4';
let server: PlainPostgres;
let bench: IngestBench;

beforeAll(async () => {
  server = await startPlainPostgres({ durable: true });
});
afterEach(async () => {
  await bench.close();
});
afterAll(async () => {
  await server.stop();
});

async function open(bounds?: Parameters<typeof ingestBench>[2]): Promise<void> {
  bench = await ingestBench(await server.createDatabase(), [mac], bounds);
}

function message(topic: string, body: unknown): InboundMessage {
  const text =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { topic, payload: text, qos: 1, retain: false, receivedMs: Date.now() };
}

function submit(topic: string, body: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    bench.pipeline.submit(message(topic, body), (error) => (error === undefined ? resolve() : reject(error)));
  });
}

function reading(of: string, second: number, temperature = 20): Promise<void> {
  const timestamp = new Date(Date.UTC(2025, 10, 3, 14, 0, second)).toISOString();
  return submit(`datayoti/sensor/${of}/data`, { device_id: of, timestamp, temperature, humidity: 50 });
}

async function rows(text: string): Promise<readonly Record<string, unknown>[]> {
  return (await bench.owner.query(text)).rows;
}

test('a message is done only when its row can be read', async () => {
  await open();
  await reading(mac, 1);
  expect(await rows('select temperature, humidity from sensor_data')).toEqual([
    { temperature: 20, humidity: 50 },
  ]);
  await submit(`datayoti/sensor/${mac}/heartbeat`, { device_id: mac, rssi: -60 });
  expect(await rows('select rssi, free_heap, ntp_sync from device_heartbeats')).toEqual([
    { rssi: -60, free_heap: null, ntp_sync: false },
  ]);
});

test('counts: every message received is stored, replaced, passed, quarantined, failed or waiting', async () => {
  await open();
  await Promise.all([
    reading(mac, 1),
    reading(mac, 1, 21),
    reading(mac, 2),
    submit(`datayoti/sensor/${mac}/status`, 'online'),
    submit(`datayoti/sensor/${mac}/data`, 'nonsense'),
    reading(stranger, 1),
    submit('somewhere/else', 'x'),
  ]);
  await reading(mac, 2, 30);
  const counters = bench.pipeline.counters();
  expect(counters).toMatchObject({
    received: 8,
    stored: 2,
    replaced: 2,
    passed: 1,
    failed: 0,
    backlog: 0,
    backlogBytes: 0,
  });
  expect(counters.quarantined).toEqual({ 'not-json': 1, 'unknown-device': 1, 'unknown-topic': 1 });
  expect(await rows('select temperature from sensor_data order by time')).toEqual([
    { temperature: 21 },
    { temperature: 30 },
  ]);
});

test('an unknown device becomes a candidate with its last values, its messages wait', async () => {
  await open();
  await reading(stranger, 1, 7);
  await submit(`datayoti/sensor/${stranger}/heartbeat`, { device_id: stranger, rssi: -71, site_id: 'DOCK' });
  expect(
    await rows(
      'select device_mac_addr as mac, messages, temperature, rssi, claimed_site_ref as site from field.candidates',
    ),
  ).toEqual([{ mac: stranger, messages: 2, temperature: 7, rssi: -71, site: 'DOCK' }]);
  expect(await rows('select reason, count(*) as n from field.quarantine group by 1')).toEqual([
    { reason: 'unknown-device', n: 2 },
  ]);
});

test('bytes of every kind end in quarantine with their reason', async () => {
  await open();
  await submit(`datayoti/sensor/${mac}/data`, Uint8Array.from([0, 255, 254, 10]));
  await submit('topic with \u0000 and \uFFFD', 'x');
  expect(await rows('select reason, payload_bytes as bytes from field.quarantine order by id')).toEqual([
    { reason: 'not-json', bytes: 4 },
    { reason: 'unknown-topic', bytes: 1 },
  ]);
});

test('a reading from any day since 2020 finds its partition', async () => {
  await open();
  await submit(`datayoti/sensor/${mac}/data`, {
    device_id: mac,
    timestamp: '2020-01-01T00:00:00Z',
    temperature: 1,
    humidity: 1,
  });
  await bench.owner.query('drop table sensor_data_20200101');
  await submit(`datayoti/sensor/${mac}/data`, {
    device_id: mac,
    timestamp: '2020-01-01T00:00:01Z',
    temperature: 2,
    humidity: 1,
  });
  expect(await rows('select temperature from sensor_data')).toEqual([{ temperature: 2 }]);
});

test('the one row that the database refuses is set aside, the others of its batch are stored', async () => {
  await open();
  await bench.owner.query('alter table sensor_data add constraint poison check (temperature <> 66)');
  await Promise.all([reading(mac, 1), reading(mac, 2), reading(mac, 3, 66), reading(mac, 4)]);
  expect(await rows('select count(*) as n from sensor_data')).toEqual([{ n: 3 }]);
  expect(await rows('select reason from field.quarantine')).toEqual([{ reason: 'storage-refused' }]);
});

test('while the database is away messages wait; when it is back each is there once', async () => {
  await open();
  await reading(mac, 0);
  await server.kill();
  const waiting = Array.from({ length: 200 }, (_, second) => reading(mac, second + 1));
  await until(() => bench.pipeline.counters().stalled);
  await server.restart();
  await Promise.all(waiting);
  expect(await rows('select count(*) as n, count(distinct time) as times from sensor_data')).toEqual([
    { n: 201, times: 201 },
  ]);
  expect(bench.pipeline.counters()).toMatchObject({ stalled: false, backlog: 0 });
});

test('closing while the database is away gives the messages back unacknowledged', async () => {
  await open();
  await server.kill();
  const refused = expect(reading(mac, 1)).rejects.toMatchObject({ code: 'ingest.closed' });
  await bench.pipeline.close();
  await refused;
  await server.restart();
}, 30_000);

test('a status is kept before it is acknowledged, and says nothing of the clock', async () => {
  await open();
  await submit(`datayoti/sensor/${mac}/heartbeat`, { device_id: mac, timestamp: '1970-01-01 01:00:02' });
  await until(async () => (await rows('select 1 from field.device_facts')).length === 1);
  for (const [body, status] of [
    ['online', 'online'],
    [{ device_id: mac, timestamp: '2025-11-03T14:30:25.000Z' }, 'online'],
    ['offline', 'offline'],
    [{ device_id: mac, status: 'online' }, 'online'],
  ] as const) {
    await submit(`datayoti/sensor/${mac}/status`, body);
    expect(await rows('select status, clock_faulty from field.device_facts')).toEqual([
      { status, clock_faulty: true },
    ]);
  }
});

test('what a device says of itself is kept beside its rows', async () => {
  await open();
  await submit(`datayoti/sensor/${mac}/heartbeat`, {
    device_id: mac,
    timestamp: '1970-01-01 01:00:02',
    fw: '2.4.1',
  });
  await submit(`datayoti/sensor/${mac}/status`, '{"status":"offline"}');
  await until(async () => (await rows('select 1 from field.device_facts')).length === 1);
  expect(await rows('select firmware, clock_faulty, status from field.device_facts')).toEqual([
    { firmware: '2.4.1', clock_faulty: true, status: 'offline' },
  ]);
});

const dayAfter2020 = (day: number): string => new Date(Date.UTC(2020, 0, 1 + day)).toISOString();
const onDays = (count: number): Promise<unknown> =>
  Promise.all(
    Array.from({ length: count }, (_, day) => [
      submit(`datayoti/sensor/${mac}/data`, {
        device_id: mac,
        timestamp: dayAfter2020((day * 37) % count),
        temperature: 1,
        humidity: 1,
      }),
      submit(`datayoti/sensor/${mac}/heartbeat`, { device_id: mac, timestamp: dayAfter2020(day) }),
    ]).flat(),
  );

test('readings of many days at once are written some days at a time, all of them', async () => {
  const daysOfWrites: number[] = [];
  bench = await ingestBench(await server.createDatabase(), [mac], undefined, (store) => ({
    write: (written) => {
      const days = [...written.readings, ...written.heartbeats].map((row) => utcDay(row.timeMs));
      daysOfWrites.push(new Set(days).size);
      return store.write(written);
    },
    writeFacts: (facts) => store.writeFacts(facts),
    trimQuarantine: (bounds) => store.trimQuarantine(bounds),
    addEvictions: (evicted) => store.addEvictions(evicted),
    knownDevices: () => store.knownDevices(),
    existingDays: () => store.existingDays(),
  }));
  await onDays(130);
  expect(bench.pipeline.counters()).toMatchObject({ stored: 260, failed: 0, quarantined: {} });
  expect(Math.max(...daysOfWrites)).toBeLessThanOrEqual(50);
});

test('made-up days of one device get no more partitions than the budget; today always has its own', async () => {
  bench = await ingestBench(await server.createDatabase(), [mac], undefined, undefined, 10);
  await onDays(40);
  const today = new Date().toISOString();
  await submit(`datayoti/sensor/${mac}/data`, {
    device_id: mac,
    timestamp: today,
    temperature: 2,
    humidity: 1,
  });
  expect(
    await rows(`select count(*) as n from pg_inherits where inhparent = 'sensor_data'::regclass`),
  ).toEqual([{ n: 11 }]);
  expect(await rows('select temperature from sensor_data where temperature = 2')).toHaveLength(1);
  const { stored, quarantined } = bench.pipeline.counters();
  expect(quarantined).toEqual({ 'too-many-days': 81 - stored });
  expect(await rows('select distinct reason from field.quarantine')).toEqual([{ reason: 'too-many-days' }]);
  const replayed = await replayQuarantine(bench.owner, { mac });
  expect(replayed.readings + replayed.heartbeats).toBe(81 - stored);
  expect(await rows('select count(*) as n from sensor_data')).toEqual([{ n: 41 }]);
});
