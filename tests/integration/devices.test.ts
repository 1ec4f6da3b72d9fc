import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { Devices } from '../../src/main/devices/index.ts';
import type { BoardUpdate } from '../../src/shared/contract/devices.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { ingestBench, type IngestBench } from '../support/ingest-bench.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';

const mac = '1C:69:20:E9:18:24' as MacAddress;
const signal = new AbortController().signal;
let server: PlainPostgres;
let bench: IngestBench;
let devices: Devices;

beforeAll(async () => {
  server = await startPlainPostgres({ durable: true });
});
beforeEach(async () => {
  bench = await ingestBench(await server.createDatabase(), []);
  devices = new Devices({
    clock: systemClock,
    refreshKnownDevices: () => bench.pipeline.refreshKnownDevices(),
  });
  await devices.open(bench.owner);
  bench.pipeline.onCommitted((messages) => devices.accept(messages));
  bench.pipeline.onKnownDevices((change) => void devices.followForeign(change));
});
afterEach(async () => {
  await devices.detach();
  await bench.close();
});
afterAll(async () => {
  await server.stop();
});

function send(second: number, temperature: number, of: string = mac): Promise<void> {
  const timestamp = new Date(Date.UTC(2025, 10, 3, 14, 0, second)).toISOString();
  const payload = Buffer.from(JSON.stringify({ device_id: of, timestamp, temperature, humidity: 50 }));
  return new Promise((resolve, reject) => {
    bench.pipeline.submit(
      { topic: `datayoti/sensor/${of}/data`, payload, qos: 1, retain: false, receivedMs: Date.now() },
      (error) => (error === undefined ? resolve() : reject(error)),
    );
  });
}

async function count(table: string): Promise<number> {
  const { rows } = await bench.owner.query<{ n: number }>(`select count(*) as n from ${table}`);
  return rows[0]?.n ?? -1;
}

const adopt = { mac, siteRef: 'SITE_001', name: 'CR1-01', zoneId: null };

test('adopting a candidate stores everything that it had sent, once', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, i) => send(i, 20 + i / 10)));
  const result = await devices.handlers.adopt(adopt, signal);
  expect(result).toEqual({ readings: 50, heartbeats: 0, stillQuarantined: 0 });
  expect(await count('sensor_data')).toBe(50);
  expect(await count('field.quarantine')).toBe(0);
  expect(await count('field.candidates')).toBe(0);
  expect(devices.board.devices).toMatchObject([
    { mac, name: 'CR1-01', siteRef: 'SITE_001', temperature: expect.closeTo(24.9) as number },
  ]);
  await expect(devices.handlers.adopt(adopt, signal)).rejects.toMatchObject({
    code: 'device.already-adopted',
  });
});

test('no message is lost or doubled while a device is adopted in the middle of its sending', async () => {
  const sent: Promise<void>[] = [];
  for (let i = 0; i < 40; i++) sent.push(send(i, 20));
  const adopting = devices.handlers.adopt(adopt, signal);
  for (let i = 40; i < 400; i++) {
    sent.push(send(i, 20));
    if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all([...sent, adopting]);
  expect(await count('sensor_data')).toBe(400);
  expect(await count('field.quarantine')).toBe(0);
});

test('what is being written while its device is adopted is replayed with the rest', async () => {
  await bench.close();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let writing = false;
  bench = await ingestBench(await server.createDatabase(), [], undefined, (store) => ({
    write: async (rows) => {
      writing = true;
      await held;
      return store.write(rows);
    },
    writeFacts: (rows) => store.writeFacts(rows),
    trimQuarantine: (bounds) => store.trimQuarantine(bounds),
    addEvictions: (evicted) => store.addEvictions(evicted),
    knownDevices: () => store.knownDevices(),
    existingDays: () => store.existingDays(),
  }));
  await devices.open(bench.owner);
  const first = send(1, 20);
  await until(() => writing);
  const second = send(2, 21);
  const adopting = devices.handlers.adopt(adopt, signal);
  await until(async () => (await count('devices')) === 1);
  release();
  await Promise.all([first, second, adopting]);
  expect([await count('sensor_data'), await count('field.quarantine')]).toEqual([2, 0]);
});

test('an older answer about known devices does not forget the one just adopted', async () => {
  await bench.close();
  const asked: (() => void)[] = [];
  let lateAnswers = false;
  bench = await ingestBench(await server.createDatabase(), [], undefined, (store) => ({
    write: (rows) => store.write(rows),
    writeFacts: (rows) => store.writeFacts(rows),
    trimQuarantine: (bounds) => store.trimQuarantine(bounds),
    addEvictions: (evicted) => store.addEvictions(evicted),
    knownDevices: async () => {
      const answer = await store.knownDevices();
      if (asked.length === 0 && lateAnswers) await new Promise<void>((resolve) => asked.push(resolve));
      return answer;
    },
    existingDays: () => store.existingDays(),
  }));
  lateAnswers = true;
  await devices.open(bench.owner);
  const late = bench.pipeline.refreshKnownDevices();
  await until(() => asked.length === 1);
  await devices.handlers.adopt(adopt, signal);
  asked[0]?.();
  await late;
  await send(1, 20);
  expect([await count('sensor_data'), await count('field.quarantine')]).toEqual([1, 0]);
});

test('a device that another process adopts gets what waited for it, and is on the board', async () => {
  await Promise.all([send(1, 20), send(2, 21)]);
  await new Promise<void>((resolve) => {
    bench.pipeline.submit(
      {
        topic: `datayoti/sensor/${mac}/data`,
        payload: Buffer.from('{'),
        qos: 1,
        retain: false,
        receivedMs: Date.now(),
      },
      () => resolve(),
    );
  });
  expect([await count('sensor_data'), await count('field.candidates')]).toEqual([0, 1]);
  await bench.owner.query('insert into devices (device_mac_addr, site_ref) values ($1, $2)', [
    mac,
    'SITE_001',
  ]);
  // The look that is due each half minute.
  await bench.pipeline.refreshKnownDevices();
  await until(() => devices.board.devices.length === 1, { what: 'the board shows the device' });
  expect([await count('sensor_data'), await count('field.candidates')]).toEqual([2, 0]);
  expect(await devices.handlers.quarantine({ limit: 10 }, signal)).toMatchObject({
    byReason: { 'not-json': 1 },
  });
  expect(devices.board.devices).toMatchObject([{ mac, siteRef: 'SITE_001', temperature: 21 }]);

  await bench.owner.query('delete from devices');
  await bench.pipeline.refreshKnownDevices();
  await until(() => devices.board.devices.length === 0, { what: 'the board forgets the device' });
});

test('an adoption of our own counts its messages itself, whatever looks come in between', async () => {
  for (let round = 0; round < 20; round++) {
    const own = `24:6F:28:9A:F0:${round.toString(16).toUpperCase().padStart(2, '0')}` as MacAddress;
    await Promise.all([send(1, 20, own), send(2, 21, own), send(3, 22, own)]);
    const adopting = devices.handlers.adopt({ ...adopt, mac: own }, signal);
    const adopted = new AbortController();
    const looks = (async () => {
      while (!adopted.signal.aborted) {
        await devices.followForeign();
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const result = await adopting;
    adopted.abort();
    await looks;
    expect(result).toEqual({ readings: 3, heartbeats: 0, stillQuarantined: 0 });
  }
});

test('what was bad when it came is bad after adoption and stays, with its reason', async () => {
  await send(1, 20);
  await new Promise<void>((resolve) => {
    bench.pipeline.submit(
      {
        topic: `datayoti/sensor/${mac}/data`,
        payload: Buffer.from('{"a":\u0007'),
        qos: 1,
        retain: false,
        receivedMs: 5,
      },
      () => resolve(),
    );
  });
  expect(await devices.handlers.adopt(adopt, signal)).toEqual({
    readings: 1,
    heartbeats: 0,
    stillQuarantined: 1,
  });
  const kept = await devices.handlers.quarantine({ limit: 10 }, signal);
  expect(kept).toMatchObject({
    total: 1,
    byReason: { 'not-json': 1 },
    items: [{ reason: 'not-json', mac, preview: '{"a":\\x07', bytes: 6 }],
  });
  expect(await devices.handlers.discardQuarantine({ mac }, signal)).toEqual({ removed: 1 });
});

test('an unknown site, a foreign zone and crossed limits are refused by name', async () => {
  await expect(devices.handlers.adopt({ ...adopt, siteRef: 'NOWHERE' }, signal)).rejects.toMatchObject({
    code: 'site.unknown',
  });
  await devices.handlers.createSite({ ref: 'OTHER', name: 'Other', description: '' }, signal);
  await expect(
    devices.handlers.createSite({ ref: 'OTHER', name: 'Other', description: '' }, signal),
  ).rejects.toMatchObject({ code: 'site.exists' });
  const limits = { temperatureMin: 2, temperatureMax: 8, humidityMin: null, humidityMax: null };
  const { id } = await devices.handlers.saveZone(
    { id: null, siteRef: 'OTHER', name: 'Cold room', ...limits },
    signal,
  );
  await expect(devices.handlers.adopt({ ...adopt, zoneId: id }, signal)).rejects.toMatchObject({
    code: 'request.invalid',
  });
  await expect(
    devices.handlers.saveZone({ id, siteRef: 'OTHER', name: 'x', ...limits, temperatureMax: 1 }, signal),
  ).rejects.toMatchObject({ code: 'request.invalid' });
});

test('a watching screen gets a snapshot, then only what changed', async () => {
  await devices.handlers.adopt(adopt, signal);
  const watching = new AbortController();
  const updates: BoardUpdate[] = [];
  const done = (async () => {
    for await (const update of devices.handlers.watch({}, watching.signal))
      updates.push(update as BoardUpdate);
  })();
  await until(() => updates.length === 1);
  expect(updates[0]).toMatchObject({ type: 'snapshot', devices: [{ mac }] });
  await send(5, 21);
  await send(4, 19);
  await until(() => updates.flatMap((update) => update.devices).some((device) => device.temperature === 21));
  await send(6, 22, '24:6F:28:9A:F0:C4');
  await until(() => updates.some((update) => update.candidates?.[0]?.mac === '24:6F:28:9A:F0:C4'));
  expect(devices.board.devices[0]).toMatchObject({ temperature: 21 });
  watching.abort();
  await done;
});

test('the board learned from messages equals the board loaded from the database', async () => {
  await devices.handlers.adopt(adopt, signal);
  for (const [second, temperature] of [
    [3, 1],
    [9, 2],
    [5, 3],
    [9, 4],
    [7, 5],
  ] as const)
    await send(second, temperature);
  const live = devices.board.devices;
  const fresh = new Devices({ clock: systemClock, refreshKnownDevices: () => Promise.resolve() });
  await fresh.open(bench.owner);
  const values = (board: typeof live) =>
    board.map(({ mac: of, readingMs, temperature, humidity }) => ({ of, readingMs, temperature, humidity }));
  expect(values(fresh.board.devices)).toEqual(values(live));
});

test('sparklines give one mean per bucket and null where nothing was measured', async () => {
  await devices.handlers.adopt(adopt, signal);
  const now = Date.now();
  const { upsertReadings } = await import('../../src/main/storage/queries/upsert-readings.ts');
  const { createPartitionsAhead } = await import('../../src/main/storage/index.ts');
  await createPartitionsAhead(bench.owner, now);
  const row = { mac, humidity: 1, receptionMs: now };
  await upsertReadings(bench.owner, [
    { ...row, timeMs: now - 30 * 60_000, temperature: 4 },
    { ...row, timeMs: now - 29 * 60_000, temperature: 6 },
  ]);
  const { series } = await devices.handlers.sparklines({ macs: [mac], hours: 1, buckets: 10 }, signal);
  expect(series[mac]?.filter((value) => value !== null)).toEqual(
    (series[mac] ?? []).includes(5) ? [5] : [4, 6],
  );
  expect(series[mac]).toHaveLength(10);
});

test('a demo site leaves nothing, and no other site can be removed that way', async () => {
  await devices.handlers.adopt({ ...adopt, mac: '24:6F:28:9A:F0:C4' as MacAddress }, signal);
  const demo = {
    site: { ref: 'DEMO', name: 'Demo', description: '' },
    zone: { name: 'Cold room', temperatureMin: 2, temperatureMax: 8 },
    devices: [{ mac, name: 'D1', position: '' }],
  };
  await devices.createDemoSite(demo);
  await devices.createDemoSite(demo);
  await send(1, 5);
  expect(await count('sensor_data')).toBe(1);
  await devices.removeDemoSite('DEMO');
  await devices.removeDemoSite('SITE_001');
  expect([
    await count('sensor_data'),
    await count('sites'),
    await count('devices'),
    await count('field.zones'),
  ]).toEqual([0, 1, 1, 0]);
});
