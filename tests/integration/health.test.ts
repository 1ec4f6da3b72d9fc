import { rmSync } from 'node:fs';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import { loadWords } from '../../src/main/hosts/cli/words.ts';
import { fleetColumns } from '../../src/shared/domain/fleet-columns.ts';
import { siteCheck, type CheckProgress } from '../../src/shared/contract/site-check.ts';
import type { HealthRow, HealthUpdate } from '../../src/shared/contract/health.ts';
import { isAppError, type ErrorCode } from '../../src/shared/domain/app-error.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { freePorts, newDataFolder, openApplication, type Ports } from '../support/embedded-application.ts';
import { until } from '../support/until.ts';

const old = '1C:69:20:00:00:01' as MacAddress;
const ours = '1C:69:20:00:00:02' as MacAddress;
const signal = new AbortController().signal;

let folder: string;
let data: string;
let ports: Ports;
let app: App;
let board: MqttClient;
/** As the operating system would have shown them. */
const notifications: { readonly title: string; readonly body: string }[] = [];
const open = (): Promise<App> =>
  openApplication(
    data,
    {},
    { notify: (title, body) => void notifications.push({ title, body }), words: () => loadWords('en') },
  );

beforeAll(async () => {
  ports = await freePorts();
  ({ folder, data } = newDataFolder({
    ...ports,
    firstRunDone: true,
    tlsEnabled: false,
    websocketEnabled: false,
    announce: false,
  }));
  app = await open();
  await app.handlers.stack.start({}, signal);
  await app.handlers.devices.createSite({ ref: 'HCS', name: 'Harbour', description: '' }, signal);
  for (const mac of [old, ours])
    await app.handlers.devices.adopt(
      { mac, siteRef: 'HCS', name: mac === old ? 'Old' : 'New', zoneId: null },
      signal,
    );
  const { password } = await app.handlers.broker.createAccount(
    { username: 'boards', role: 'admin', mac: null, password: '' },
    signal,
  );
  board = await connectAsync(`mqtt://127.0.0.1:${ports.mqttPort}`, { username: 'boards', password });
}, 60_000);
afterAll(async () => {
  await board?.endAsync();
  await app?.close();
  rmSync(folder, { recursive: true, force: true });
});

const publish = (mac: string, channel: string, body: object) =>
  board.publishAsync(`datayoti/sensor/${mac}/${channel}`, JSON.stringify({ device_id: mac, ...body }), {
    qos: 1,
    retain: channel === 'status',
  });

/** A reading and a heartbeat of some minutes ago, as boards that had queued them send. */
async function report(mac: string, minutesAgo: number, more: object = {}, celsius = 5.5): Promise<void> {
  const timestamp = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  await publish(mac, 'data', { timestamp, temperature: celsius, humidity: 60.2 });
  const beat = { rssi: -61, free_heap: 180_000, uptime: 100_000 - minutesAgo * 60, ntp_sync: true };
  await publish(mac, 'heartbeat', { timestamp, ...beat, ...more });
}

async function rowOf(mac: string): Promise<HealthRow | undefined> {
  const stop = new AbortController();
  for await (const update of app.handlers.health.watch({}, stop.signal)) {
    stop.abort();
    return update.rows.find((row) => row.mac === mac) as HealthRow | undefined;
  }
  return undefined;
}

async function refused(work: Promise<unknown>): Promise<ErrorCode | undefined> {
  const error: unknown = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  return isAppError(error) ? error.code : undefined;
}

test('a verdict follows the messages within a second, and a restart forgets nothing', async () => {
  expect(await rowOf(old)).toMatchObject({ verdict: 'unknown', reasons: [{ code: 'never-heard' }] });
  for (let minute = 12; minute >= 1; minute--) {
    await report(old, minute, { rssi: -88 });
    await report(ours, minute, { fw: '2.4.1', chip: 'ESP32', ip: '192.168.1.9' });
  }
  await until(async () => (await rowOf(ours))?.verdict === 'healthy', {
    what: 'the healthy board is healthy',
  });

  const stop = new AbortController();
  const updates: HealthUpdate[] = [];
  const watching = (async () => {
    for await (const update of app.handlers.health.watch({}, stop.signal))
      updates.push(update as HealthUpdate);
  })();
  await until(() => updates.length > 0);
  const sentMs = Date.now();
  await report(ours, 0, { fw: '2.5.0' });
  await until(() =>
    updates.some(({ rows }) => rows.some((row) => row.mac === ours && row.firmware === '2.5.0')),
  );
  expect(Date.now() - sentMs).toBeLessThan(1_000);
  stop.abort();
  await watching;

  const before = await rowOf(old);
  expect(before).toMatchObject({
    verdict: 'faulty',
    rssiMedian: -88,
    commands: 'published-firmware',
    reasons: [{ code: 'signal-unusable', data: { dbm: -88 } }],
  });
  await app.handlers.stack.stop({}, signal);
  await app.close();
  app = await open();
  await app.handlers.stack.start({}, signal);
  await until(async () => (await rowOf(old))?.verdict === 'faulty', {
    what: 'the stored past is known again',
  });
  const after = await rowOf(old);
  expect(after?.reasons).toEqual(before?.reasons);
  expect(after?.intervalMs).toEqual(before?.intervalMs);
  const { password } = await app.handlers.broker.setPassword({ username: 'boards', password: '' }, signal);
  await board.endAsync(true);
  board = await connectAsync(`mqtt://127.0.0.1:${ports.mqttPort}`, { username: 'boards', password });
}, 60_000);

test('commands go to boards that answer, and what follows is told', async () => {
  await board.subscribeAsync(`datayoti/sensor/${ours}/cmd`);
  const heard: string[] = [];
  board.on('message', (_topic, payload) => {
    heard.push(payload.toString());
    void report(ours, 0, { fw: '2.5.0' }, 5.6);
  });
  const states: string[] = [];
  for await (const { state } of app.handlers.health.command(
    { mac: ours, command: { cmd: 'measure' } },
    signal,
  ))
    states.push(state);
  expect(heard).toEqual(['{"cmd":"measure"}']);
  expect(states).toEqual(['sent', 'confirmed']);

  const blinked: string[] = [];
  for await (const { state } of app.handlers.health.command(
    { mac: ours, command: { cmd: 'blink', seconds: 3 } },
    signal,
  ))
    blinked.push(state);
  expect(blinked).toEqual(['sent', 'cannot-know']);

  const told = app.handlers.health.command({ mac: old, command: { cmd: 'measure' } }, signal);
  const toOld = told[Symbol.asyncIterator]();
  expect(await refused(toOld.next())).toBe('health.command-not-understood');

  const { items } = await app.handlers.health.timeline({ mac: ours, limit: 50 }, signal);
  expect(items.filter(({ kind }) => kind === 'command').map(({ data }) => data['state'])).toEqual([
    'cannot-know',
    'sent',
    'confirmed',
    'sent',
  ]);
});

test('thresholds of a site are checked, kept, logged and judged by', async () => {
  const wrong = { offlineAfterMinutes: 3, watchAfterMinutes: 5 };
  expect(await refused(app.handlers.health.saveThresholds({ siteRef: 'HCS', own: wrong }, signal))).toBe(
    'health.bad-thresholds',
  );
  expect(await refused(app.handlers.health.saveThresholds({ siteRef: 'NONE', own: {} }, signal))).toBe(
    'site.unknown',
  );
  await app.handlers.health.saveThresholds(
    { siteRef: 'HCS', own: { rssiFaultyDbm: -95, rssiWatchDbm: -90 } },
    signal,
  );
  await until(async () => (await rowOf(old))?.verdict === 'healthy', { what: '-88 dBm is permitted there' });
  expect((await app.handlers.health.thresholds({ siteRef: 'HCS' }, signal)).effective).toMatchObject({
    rssiFaultyDbm: -95,
    heapWatchBytes: 50_000,
  });
  await app.handlers.health.saveThresholds({ siteRef: 'HCS', own: {} }, signal);
  await until(async () => (await rowOf(old))?.verdict === 'faulty', { what: 'the default counts again' });
});

test('an alert is shown by the operating system, in words and with what to do', async () => {
  const { rules } = await app.handlers.alerts.rules({}, signal);
  await app.handlers.alerts.saveRules(
    { rules: { ...rules, 'unknown-device': { ...rules['unknown-device'], raiseAfterS: 0 } } },
    signal,
  );
  await publish('1C:69:20:00:00:77', 'data', { temperature: 5, humidity: 60 });
  await until(() => notifications.length > 0, { what: 'a notification' });
  expect(notifications).toEqual([{ title: '1 unknown device sends.', body: 'Adopt or ignore them.' }]);
});

test('views are kept under their names, and the list goes to CSV', async () => {
  const view = {
    columns: ['verdict', 'name'] as const,
    sort: { column: 'verdict' as const, descending: false },
    siteRef: null,
    verdicts: [],
    text: '',
    groupBySite: true,
  };
  const save = (id: number | null, name: string) =>
    app.handlers.health.saveView({ ...view, columns: [...view.columns], id, name }, signal);
  const { id } = await save(null, 'Cellars');
  expect(await refused(save(null, 'Cellars'))).toBe('health.view-exists');
  await save(id, 'Cold rooms');
  expect((await app.handlers.health.views({}, signal)).items).toEqual([{ ...view, id, name: 'Cold rooms' }]);
  await app.handlers.health.removeView({ id }, signal);
  expect(await refused(app.handlers.health.removeView({ id }, signal))).toBe('health.view-unknown');

  const { file } = await app.handlers.health.exportCsv({ columns: [...fleetColumns] }, signal);
  const [head, first, second] = (await file.text()).split('\r\n');
  expect(head).toMatch(/^verdict,name,reasons,device_mac_addr,/);
  expect(head).not.toContain('sparkline');
  expect(first).toMatch(/^faulty,Old,signal-unusable,1C:69:20:00:00:01,HCS,/);
  expect(second).toMatch(/^healthy,New,,1C:69:20:00:00:02,HCS,/);
});

test('a commissioning check says what fails on which device, and is kept', async () => {
  await publish(ours, 'status', { status: 'online' });
  await publish(old, 'status', { timestamp: new Date().toISOString() });
  const wish = { siteRef: 'HCS', readings: 5, mode: 'stored' as const, firmware: '2.5.0', technician: 'Ana' };
  await until(async () => {
    const last = await run(wish);
    return last?.type === 'done' && last.check.items.find(({ mac }) => mac === ours)?.passed === true;
  });
  const { items } = await app.handlers.siteCheck.list({ siteRef: 'HCS', limit: 10 }, signal);
  const [summary] = items;
  expect(summary).toMatchObject({
    devices: 2,
    passedDevices: 1,
    passed: false,
    technician: 'Ana',
    siteName: 'Harbour',
  });
  const check = await app.handlers.siteCheck.get({ id: summary?.id ?? 0 }, signal);
  const lines = Object.fromEntries(
    (check.items.find(({ mac }) => mac === old)?.lines ?? []).map(({ check, result, cause }) => [
      check,
      [result, cause],
    ]),
  );
  expect(lines).toEqual({
    online: ['pass', null],
    'readings-on-time': ['pass', null],
    signal: ['fail', 'too-weak'],
    clock: ['pass', null],
    'values-plausible': ['pass', null],
    'retained-status': ['not-applicable', 'firmware-does-not-tell'],
    firmware: ['fail', 'firmware-does-not-tell'],
  });
  const csv = await (
    await app.handlers.siteCheck.export({ id: check.id, format: 'csv' }, signal)
  ).file.text();
  expect(csv).toContain(`${old},Old,,,signal,fail,too-weak,-88,-80`);
  const json = await app.handlers.siteCheck.export({ id: check.id, format: 'json' }, signal);
  expect([json.fileName, json.file.type]).toEqual([
    expect.stringMatching(/^check-HCS-\d{4}-\d\d-\d\d-\d+\.json$/),
    'application/json',
  ]);
  expect(siteCheck.parse(JSON.parse(await json.file.text()))).toEqual(check);
  await app.handlers.siteCheck.remove({ id: check.id }, signal);
  expect(await refused(app.handlers.siteCheck.get({ id: check.id }, signal))).toBe('site-check.unknown');
});

test('a fresh check waits for new readings, one at a time, and letting go keeps nothing', async () => {
  const before = (await app.handlers.siteCheck.list({ siteRef: 'HCS', limit: 200 }, signal)).items.length;
  const stop = new AbortController();
  const wish = { siteRef: 'HCS', readings: 5, mode: 'fresh' as const, technician: '' };
  const running = app.handlers.siteCheck.run(wish, stop.signal)[Symbol.asyncIterator]();
  expect((await running.next()).value).toMatchObject({ type: 'progress', ready: 0, devices: 2 });
  const second = app.handlers.siteCheck.run(wish, signal)[Symbol.asyncIterator]();
  expect(await refused(second.next())).toBe('site-check.busy');
  stop.abort();
  await running.next().catch(() => undefined);
  const none = app.handlers.siteCheck.run({ ...wish, siteRef: 'NONE' }, signal)[Symbol.asyncIterator]();
  expect(await refused(none.next())).toBe('site.unknown');
  expect((await app.handlers.siteCheck.list({ siteRef: 'HCS', limit: 200 }, signal)).items).toHaveLength(
    before,
  );
});

test('logins of a board that are refused again and again lead to their verdict', async () => {
  const account = `sensor-${ours.replaceAll(':', '')}`;
  await app.handlers.broker.createAccount(
    { username: account, role: 'device', mac: ours, password: '' },
    signal,
  );
  const knock = () =>
    connectAsync(`mqtt://127.0.0.1:${ports.mqttPort}`, {
      username: account,
      password: 'not the one',
      reconnectPeriod: 0,
    }).then(
      () => 'let in',
      () => 'refused',
    );
  for (let time = 1; time <= 4; time++) expect(await knock()).toBe('refused');
  await report(ours, 0, { fw: '2.5.0' });
  expect((await rowOf(ours))?.verdict).toBe('healthy');
  expect(await knock()).toBe('refused');
  await until(async () => (await rowOf(ours))?.verdict === 'watch', { what: 'five refusals are too many' });
  expect((await rowOf(ours))?.reasons).toMatchObject([{ code: 'login-refused', data: { times: 5 } }]);
});

async function run(
  wish: Parameters<App['handlers']['siteCheck']['run']>[0],
): Promise<CheckProgress | undefined> {
  let last: CheckProgress | undefined;
  for await (const progress of app.handlers.siteCheck.run(wish, signal)) last = progress as CheckProgress;
  return last;
}
