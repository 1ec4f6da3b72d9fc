import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { replayQuarantine } from '../../src/main/devices/quarantine-replay.ts';
import { loadDevices } from '../../src/main/storage/queries/board-snapshot.ts';
import type { AckingMqttClient, AckingMqttClientOptions } from '../../src/main/ingest/index.ts';
import { CertificateAuthority } from '../../src/main/stack/index.ts';
import { ingestBench, type IngestBench } from '../support/ingest-bench.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';
import { mosquitto } from '../support/mosquitto-clients.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';
import { subscriberBench } from '../support/ingest-subscriber.ts';

const mac = '1C:69:20:E9:18:24';
const topic = `datayoti/sensor/${mac}/data`;
const { cleanUps, subscriber } = subscriberBench();

describe.runIf(hasMosquitto)('against Mosquitto', () => {
  let server: PlainPostgres;
  let bench: IngestBench;
  let broker: MosquittoBroker;

  beforeAll(async () => {
    server = await startPlainPostgres();
  });
  afterAll(() => server.stop());

  const setUp = async (options: Parameters<typeof startMosquitto>[0] = {}): Promise<void> => {
    bench = await ingestBench(await server.createDatabase(), [mac]);
    cleanUps.push(() => bench.close());
    broker = await startMosquitto(options);
    cleanUps.push(() => broker.stop());
  };
  const ingest = (options: Partial<AckingMqttClientOptions> = {}): ReturnType<typeof subscriber> =>
    subscriber({
      port: broker.port,
      username: broker.username,
      password: broker.password,
      sink: bench.pipeline,
      ...options,
    });
  const connected = (client: AckingMqttClient): Promise<unknown> =>
    until(() => client.state().phase === 'connected', { what: 'the ingest is subscribed' });
  const publish = async (to: string, body: string | Buffer, qos = 1, ...more: string[]): Promise<void> => {
    const { code, stderr } = await mosquitto(
      'pub',
      [
        '-p',
        String(broker.port),
        '-u',
        broker.username,
        '-P',
        broker.password,
        '-q',
        String(qos),
        '-t',
        to,
        '-s',
        ...more,
      ],
      body,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  };
  const reading = (second: number, more: object = {}): string =>
    JSON.stringify({
      device_id: mac,
      timestamp: new Date(Date.UTC(2025, 10, 3, 14, 0, second)).toISOString(),
      temperature: 20,
      humidity: 50,
      ...more,
    });
  const count = async (text: string): Promise<number> =>
    Number((await bench.owner.query(text)).rows[0]?.['n']);
  const stored = (): Promise<number> => count('select count(*) as n from sensor_data');

  test('QoS 0, 1 and 2 each become one row', async () => {
    await setUp();
    await connected(ingest().client);
    for (const qos of [0, 1, 2]) await publish(topic, reading(qos), qos);
    await until(async () => (await stored()) === 3);
  });

  test('over TLS, with the address checked against the certificate and the authority', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'datayoti-ca-'));
    cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
    const authority = new CertificateAuthority(folder, systemClock);
    await setUp({ tls: await authority.serverCredentials([]) });
    const ca = (await authority.info()).pem;
    for (const host of ['127.0.0.1', 'localhost']) {
      const { client } = ingest({ host, port: broker.tlsPort, tls: { ca }, clientId: `tls-${host}` });
      await connected(client);
      await client.close();
    }
    const stranger = ingest({ port: broker.tlsPort, tls: {}, clientId: 'tls-stranger' });
    await until(() => stranger.client.state().error !== null);
    expect(stranger.client.state().error?.message).toMatch(/certificate/i);
    await connected(ingest({ port: broker.tlsPort, tls: { ca } }).client);
    await publish(topic, reading(1));
    await until(async () => (await stored()) === 1);
  });

  test('a wrong password is a refusal in words, without the password', async () => {
    await setUp();
    const { client } = ingest({ password: 'not-this-one' });
    await until(() => client.state().phase === 'refused');
    expect(client.state().error).toMatchObject({ code: 'mqtt.access-denied' });
    expect(JSON.stringify(client.state().error)).not.toContain('not-this-one');
  });

  test('two ingests share the work, each message once', async () => {
    await setUp();
    const filters = ['$share/ingest/datayoti/sensor/#'];
    const [one, two] = [
      ingest({ filters, clientId: 'one' }).client,
      ingest({ filters, clientId: 'two' }).client,
    ];
    await Promise.all([connected(one), connected(two)]);
    const lines = Array.from({ length: 200 }, (_, second) => reading(second)).join('\n');
    const args = [
      '-p',
      String(broker.port),
      '-u',
      broker.username,
      '-P',
      broker.password,
      '-q',
      '1',
      '-t',
      topic,
      '-l',
    ];
    expect((await mosquitto('pub', args, `${lines}\n`)).code).toBe(0);
    await until(async () => (await stored()) === 200);
    const received = [one, two].map((client) => client.state().received);
    expect(received.reduce((sum, n) => sum + n, 0)).toBe(200);
    expect(Math.min(...received)).toBeGreaterThan(0);
    expect(bench.pipeline.counters()).toMatchObject({ received: 200, stored: 200, replaced: 0 });
  });

  test("a message far larger than any sensor's is kept aside, cut, and what follows is stored", async () => {
    await setUp();
    await connected(ingest().client);
    await publish(topic, Buffer.alloc(20_000_000, 120));
    await publish(topic, reading(1));
    await until(async () => (await stored()) === 1);
    expect(
      (await bench.owner.query('select reason, payload_bytes, length(payload) as kept from field.quarantine'))
        .rows,
    ).toEqual([{ reason: 'too-large', payload_bytes: 20_000_000, kept: 8_192 }]);
  });

  test('what a broker kept without a time is no new reading, and no sign of life, at any reconnect', async () => {
    await setUp();
    const silent = '24:6F:28:9A:F0:C4';
    await bench.owner.query(`insert into devices (device_mac_addr) values ($1)`, [silent]);
    await bench.pipeline.refreshKnownDevices();
    const body = (of: string, more: object): string => JSON.stringify({ device_id: of, ...more });
    const ageless = body(silent, { temperature: 7, humidity: 50 });
    await publish(`datayoti/sensor/${silent}/data`, ageless, 1, '-r');
    await publish(`datayoti/sensor/${silent}/heartbeat`, body(silent, { rssi: -60 }), 1, '-r');
    await publish(`datayoti/sensor/${silent}/status`, 'online', 1, '-r');
    await publish(topic, reading(1), 1, '-r');
    const begun = Date.now();
    for (let connection = 1; connection <= 3; connection++) {
      const { client } = ingest();
      await until(() => bench.pipeline.counters().received === connection * 4);
      await bench.pipeline.flush();
      await client.close();
    }
    const rows = async (text: string): Promise<readonly unknown[]> => (await bench.owner.query(text)).rows;
    const quarantined = 'select topic, reason, retained from field.quarantine order by topic';
    const waiting = ['data', 'heartbeat'].map((channel) => ({
      topic: `datayoti/sensor/${silent}/${channel}`,
      reason: 'unknown-age',
      retained: true,
    }));
    expect(await rows(quarantined)).toEqual(waiting);
    // The one with a time of its own is one row, however often it comes.
    expect(await rows('select device_mac_addr as mac, temperature from sensor_data')).toEqual([
      { mac, temperature: 20 },
    ]);
    expect(await count('select count(*) as n from device_heartbeats')).toBe(0);
    await bench.pipeline.close();
    const facts = await bench.owner.query<{ mac: string; seen: number; status: string | null }>(
      'select device_mac_addr as mac, last_seen as seen, status from field.device_facts order by 1',
    );
    expect(facts.rows).toMatchObject([
      { mac, status: null },
      { mac: silent, status: 'online' },
    ]);
    for (const { seen } of facts.rows) expect(seen).toBeLessThan(begun - 60_000);
    expect(await loadDevices(bench.owner, silent)).toMatchObject([{ seenMs: null, status: 'online' }]);
    expect(await replayQuarantine(bench.owner, { mac: silent })).toEqual({
      readings: 0,
      heartbeats: 0,
      stillQuarantined: 2,
    });
    expect(await rows(quarantined)).toEqual(waiting);
  });

  test('a message that is live is a reading of now, also where its publisher asks to keep it', async () => {
    await setUp();
    await connected(ingest().client);
    const begun = Date.now();
    await publish(topic, JSON.stringify({ device_id: mac, temperature: 7, humidity: 50 }), 1, '-r');
    await until(async () => (await stored()) === 1);
    const { rows } = await bench.owner.query<{ time: number }>('select time from sensor_data');
    expect(rows[0]?.time).toBeGreaterThanOrEqual(begun);
    expect(await count('select count(*) as n from field.quarantine')).toBe(0);
  });

  test("Mosquitto's own window of 20, a restart in between, and what waited for an absent ingest", async () => {
    await setUp({ maxInflight: 20 });
    const first = ingest().client;
    await connected(first);
    const args = [
      '-p',
      String(broker.port),
      '-u',
      broker.username,
      '-P',
      broker.password,
      '-q',
      '1',
      '-t',
      topic,
      '-l',
    ];
    const lines = (from: number): string =>
      Array.from({ length: 300 }, (_, i) => `${reading(from + i)}\n`).join('');
    expect((await mosquitto('pub', args, lines(0))).code).toBe(0);
    await until(async () => (await stored()) === 300);
    await broker.kill();
    await until(() => first.state().phase === 'connecting');
    await broker.restart();
    await connected(first);
    expect((await mosquitto('pub', args, lines(300))).code).toBe(0);
    await until(async () => (await stored()) === 600);
    await first.close();
    expect((await mosquitto('pub', args, lines(600))).code).toBe(0);
    await connected(ingest().client);
    await until(async () => (await stored()) === 900);
    expect(bench.pipeline.counters()).toMatchObject({ stored: 900, replaced: 0, failed: 0 });
  });
});
