import { rmSync } from 'node:fs';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { runCommand, startCommand } from '../support/command-line.ts';
import { freePorts, newDataFolder, openApplication, type Ports } from '../support/embedded-application.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

const good = '1C:69:20:00:00:01' as MacAddress;
const weak = '1C:69:20:00:00:02' as MacAddress;
const signal = new AbortController().signal;

let folder: string;
let data: string;
let ports: Ports;

/** A site with two boards, of which one is heard badly; and the application closed again. */
beforeAll(async () => {
  ports = await freePorts();
  ({ folder, data } = newDataFolder({
    ...ports,
    firstRunDone: true,
    onStart: 'start-stack',
    tlsEnabled: false,
    websocketEnabled: false,
    announce: false,
  }));
  const app = await openApplication(data);
  try {
    await app.handlers.stack.start({}, signal);
    await app.handlers.devices.createSite({ ref: 'HCS', name: 'Harbour', description: '' }, signal);
    for (const mac of [good, weak])
      await app.handlers.devices.adopt(
        { mac, siteRef: 'HCS', name: mac === good ? 'Good' : 'Weak', zoneId: null },
        signal,
      );
    const { password } = await app.handlers.broker.createAccount(
      { username: 'boards', role: 'admin', mac: null, password: '' },
      signal,
    );
    const board = await connectAsync(`mqtt://127.0.0.1:${ports.mqttPort}`, { username: 'boards', password });
    for (let minute = 8; minute >= 0; minute--)
      for (const mac of [good, weak]) {
        const timestamp = new Date(Date.now() - minute * 60_000).toISOString();
        const send = (channel: string, body: object) =>
          board.publishAsync(
            `datayoti/sensor/${mac}/${channel}`,
            JSON.stringify({ device_id: mac, timestamp, ...body }),
            { qos: 1, retain: channel === 'status' },
          );
        if (minute === 8) await send('status', { status: 'online' });
        await send('data', { temperature: 5.5, humidity: 60.2 });
        await send('heartbeat', { rssi: mac === good ? -60 : -88, free_heap: 180_000, ntp_sync: true });
      }
    // Somebody who is not known, so that there is something to tell.
    const stranger = { device_id: '1C:69:20:00:00:99', timestamp: new Date().toISOString() };
    await board.publishAsync(
      'datayoti/sensor/1C:69:20:00:00:99/data',
      JSON.stringify({ ...stranger, temperature: 20.1, humidity: 50 }),
      { qos: 1 },
    );
    await board.endAsync();
  } finally {
    await app.close();
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => runCommand([...args, '--data', data], { DATAYOTI_LANG: 'en' });

test('the verdict on each device in words and in JSON, without an application that runs', async () => {
  const told = await run('health', '--json');
  expect(told.code).toBe(1);
  expect(JSON.parse(told.stdout)).toMatchObject({
    items: [
      { mac: good, verdict: 'healthy', reasons: [] },
      { mac: weak, verdict: 'faulty', reasons: [{ code: 'signal-unusable', data: { dbm: -88 } }] },
    ],
  });
  const words = await run('health', '--site', 'HCS');
  expect(words.stdout).toContain(`Healthy       ${good}  Good\n`);
  expect(words.stdout).toMatch(/RSSI -88 dBm for \d+ min\. Move the board or the access point\./);
  expect(words.stdout).toContain('2 devices, 1 of them not healthy.');
  const unknown = await run('health', '--site', 'NONE', '--json');
  expect([unknown.code, JSON.parse(unknown.stdout)]).toMatchObject([1, { error: { code: 'site.unknown' } }]);
}, 120_000);

test('a commissioning check fails for the device that fails, and is kept', async () => {
  const failed = await run('check', 'HCS', '--technician', 'Ana');
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain(`passed  ${good}  Good\n`);
  expect(failed.stdout).toContain(
    `FAILED  ${weak}  Weak\n    Signal: -88 dBm, wanted -80 dBm\nFAILED: 1 of 2 devices`,
  );
  const passed = await run('check', 'HCS', '--rssi', '-90', '--json');
  expect(passed.code).toBe(0);
  expect(JSON.parse(passed.stdout)).toMatchObject({ id: 2, siteRef: 'HCS', passed: true, rssiLeastDbm: -90 });
  expect((await run('check', 'HCS', '--readings', '99')).code).toBe(2);
  expect((await run('check', 'NONE')).code).toBe(1);
}, 120_000);

test('alerts of the application that runs: listed, taken note of, put off, logged', async () => {
  const serve = startCommand([
    'serve',
    '--no-open',
    '--json',
    '--data',
    data,
    '--port',
    String(await freePort()),
  ]);
  try {
    // Before it has the data folder, a command would take it for itself.
    await until(() => serve.lines().some(({ link }) => typeof link === 'string'), {
      timeoutMs: 60_000,
      what: 'the application listens',
    });
    await until(async () => (await run('alerts', '--json')).stdout.includes('unknown-device'), {
      timeoutMs: 110_000,
      what: 'the stranger is told after its minute',
    });
    const before = await run('alerts', '--json');
    expect(before.code).toBe(1);
    const { active, open } = JSON.parse(before.stdout) as { active: { id: string }[]; open: number };
    expect(open).toBe(1);
    const id = active[0]?.id ?? '';
    expect((await run('alerts')).stdout).toContain(`${id}  1 unknown device sends.`);
    expect((await run('alerts', 'acknowledge', id, '--by', 'Ana', '--note', 'A neighbour')).code).toBe(0);
    const after = await run('alerts', 'list');
    expect(after.code).toBe(0);
    expect(after.stdout).toContain('(acknowledged by Ana)');
    expect((await run('alerts', 'snooze', id, '--hours', '2')).code).toBe(0);
    const log = JSON.parse((await run('alerts', 'list', '--log', '--json')).stdout) as { items: unknown[] };
    expect(log.items).toMatchObject([
      { id, acknowledged: { by: 'Ana', note: 'A neighbour' }, snoozedUntilMs: expect.any(Number) as number },
    ]);
    const none = '00000000-0000-4000-8000-000000000000';
    const refused = await run('alerts', 'acknowledge', none, '--by', 'Ana', '--json');
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([
      1,
      { error: { code: 'alerts.unknown' } },
    ]);
    const watching = startCommand(['health', '--watch', '--json', '--data', data]);
    await until(() => watching.lines().length > 0, { timeoutMs: 30_000, what: 'the snapshot is told' });
    expect(watching.lines()[0]).toMatchObject({ type: 'snapshot', rows: [{ mac: good }, { mac: weak }] });
    watching.child.kill('SIGTERM');
    expect((await watching.ended()).code).toBe(0);
  } finally {
    serve.child.kill('SIGTERM');
    await serve.ended();
  }
}, 240_000);
