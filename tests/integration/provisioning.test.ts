import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BatchSettings, BoardJob } from '../../src/shared/contract/provisioning.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { BoardLog } from '../support/board-log.ts';
import { ProvisioningBench, wifi, wish } from '../support/provisioning-bench.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
let bench: ProvisioningBench;

beforeAll(async () => {
  bench = await ProvisioningBench.open();
});
beforeEach(() => bench.app.handlers.provisioning.dismiss({ id: null }, signal));
afterAll(() => bench.close());

test('from a blank board to its first committed reading, its record and its label', async () => {
  const { address } = await bench.plug('24:6F:28:8B:40:1C');
  const [job] = await bench.provision([wish(address, 'CR2-06')]);
  expect(job).toMatchObject({
    phase: 'ready',
    mac: '24:6F:28:8B:40:1C',
    chip: 'ESP32',
    boardState: 'configured',
    finding: null,
    error: null,
    reading: { rssi: expect.any(Number) as number },
  });
  expect(job?.steps.map(({ step, state }) => `${step} ${state}`)).toEqual([
    'connect done',
    'backup skipped',
    'erase skipped',
    'write done',
    'configure done',
    'boot done',
    'wifi done',
    'broker done',
    'reading done',
  ]);
  const { items, chainIntact } = await bench.app.handlers.provisioning.records({ limit: 10 }, signal);
  expect(chainIntact).toBe(true);
  expect(items[0]).toMatchObject({
    mac: '24:6F:28:8B:40:1C',
    result: 'ready',
    firmwareSha256: bench.firmwareId,
  });
  expect(JSON.stringify(items)).not.toContain(wifi.password);
  const accounts = await bench.app.handlers.broker.accounts({}, signal);
  expect(accounts.items).toContainEqual(
    expect.objectContaining({ username: 'sensor-246F288B401C', role: 'device', mac: '24:6F:28:8B:40:1C' }),
  );
  const label = await bench.app.handlers.provisioning.label(
    { macs: ['24:6F:28:8B:40:1C' as MacAddress], size: '62x29', format: 'pdf' },
    signal,
  );
  expect(
    Buffer.from(await label.file.arrayBuffer())
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-');

  // Once more: the firmware is not sent again, and the account on the board is kept.
  const [again] = await bench.provision([wish(address, 'CR2-06')]);
  expect(again).toMatchObject({ phase: 'ready' });
  expect(again?.steps.find(({ step }) => step === 'write')?.note).toBe('unchanged');
  const identity = await bench.app.handlers.boards.identify({ address }, signal);
  expect(identity).toMatchObject({
    blank: false,
    firmware: { project: 'datayoti-sensor' },
    configuration: { wifiSsid: wifi.ssid, siteRef: 'HCS', name: 'CR2-06', hasWifiPassword: true },
  });
  expect(JSON.stringify(identity)).not.toContain(wifi.password);
});

test.each<[string, Partial<BatchSettings>, Partial<BoardJob>]>([
  ['no such network', { wifiSsid: 'Elsewhere' }, { finding: 'no-such-network' }],
  ['a broker that is not there', { mqttPort: 9 }, { finding: 'broker-unreachable' }],
])('%s is found out', async (_what, change, expected) => {
  const { address } = await bench.plug('24:6F:28:8B:40:1D');
  const [job] = await bench.provision([wish(address, 'CR2-07')], change);
  expect(job).toMatchObject({ phase: 'needs-you', boardState: 'configured', ...expected });
});

test('a board that was just made is restarted by command, and says so itself', async () => {
  const mac = '24:6F:28:8B:40:30' as MacAddress;
  const { address, board } = await bench.plug(mac);
  const [job] = await bench.provision([wish(address, 'CR2-11')]);
  expect(job).toMatchObject({ phase: 'ready' });
  const log = new BoardLog(board.connect('console'));
  const row = async () => {
    for await (const { rows } of bench.app.handlers.health.watch({}, AbortSignal.timeout(30_000)))
      return rows.find((one) => one.mac === mac);
    return undefined;
  };
  await until(async () => (await row())?.commands === 'answers', { what: 'its firmware answers commands' });
  const told: string[] = [];
  for await (const { state } of bench.app.handlers.health.command(
    { mac, command: { cmd: 'restart' } },
    signal,
  ))
    told.push(state);
  expect(told).toEqual(['sent', 'confirmed']);
  expect(log.text).toContain('rst:0xc (SW_CPU_RESET)');
  const { items } = await bench.app.handlers.health.timeline({ mac, limit: 20 }, signal);
  expect(items).toContainEqual(
    expect.objectContaining({ kind: 'command', data: { command: 'restart', state: 'confirmed' } }),
  );
});

test('a wrong Wi-Fi password is found out; corrected, it needs no new flash', async () => {
  const { address } = await bench.plug('24:6F:28:8B:40:1E');
  const [failed] = await bench.provision([wish(address, 'CR2-08')], { wifiPassword: 'wrong horse 1' });
  expect(failed).toMatchObject({ phase: 'needs-you', finding: 'wrong-wifi-password' });
  const written = failed?.steps.find(({ step }) => step === 'write');
  await bench.app.handlers.provisioning.retry({ id: failed?.id ?? '', wifi }, signal);
  const [job] = await bench.ended();
  expect(job).toMatchObject({ phase: 'ready', finding: null });
  expect(job?.steps.find(({ step }) => step === 'write')?.note).toBe('unchanged');
  expect(written?.state).toBe('done');
});

test('eight boards at once: one that fails disturbs none of the others', async () => {
  const boards = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      bench.plug(`24:6F:28:8B:50:0${n}`, n === 3 ? { faults: [{ kind: 'silent' }] } : {}),
    ),
  );
  const result = await bench.provision(boards.map(({ address }, n) => wish(address, `B-${n}`)));
  expect(result.map(({ phase }) => phase)).toEqual(boards.map((_, n) => (n === 3 ? 'needs-you' : 'ready')));
  expect(result[3]?.error?.code).toMatch(/^flash\./);
  const report = await bench.app.handlers.provisioning.report({}, signal);
  expect((await report.file.text()).split('\r\n').filter(Boolean)).toHaveLength(9);
});

test('swapping a sensor keeps site and name, and ends the old account', async () => {
  const old = await bench.plug('24:6F:28:8B:60:01');
  await bench.provision([wish(old.address, 'CR2-09')]);
  const next = await bench.plug('24:6F:28:8B:60:02');
  const jobs = await bench.provision([
    { ...wish(next.address, 'CR2-09'), replaces: '24:6F:28:8B:60:01' as MacAddress },
  ]);
  expect(jobs.find(({ address }) => address === next.address)?.phase).toBe('ready');
  const { items } = await bench.app.handlers.broker.accounts({}, signal);
  const usernames = items.map(({ username }) => username);
  expect(usernames).toContain('sensor-246F288B6002');
  expect(usernames).not.toContain('sensor-246F288B6001');
  for await (const update of bench.app.handlers.devices.watch({}, signal)) {
    const named = update.devices.filter(({ name }) => name === 'CR2-09').map(({ mac }) => mac);
    expect(named).toEqual(['24:6F:28:8B:60:02']);
    break;
  }
});

test('cancelling says in which state the board is, and the next run completes it', async () => {
  const { address } = await bench.plug('24:6F:28:8B:70:01', { paced: true });
  await bench.app.handlers.provisioning.start(
    { boards: [wish(address, 'CR2-10')], settings: bench.settings(), profileId: null },
    signal,
  );
  await until(
    async () =>
      ((await bench.jobs())[0]?.steps.find(({ step }) => step === 'write')?.progress?.fraction ?? 0) > 0.2,
    {
      what: 'a fifth is written',
    },
  );
  await bench.app.handlers.provisioning.cancel({ id: null }, signal);
  const [cancelled] = await bench.ended();
  expect(cancelled).toMatchObject({ phase: 'cancelled', boardState: 'firmware-incomplete' });
  await bench.app.handlers.provisioning.retry({ id: cancelled?.id ?? '', wifi: null }, signal);
  const [job] = await bench.ended();
  expect(job).toMatchObject({ phase: 'ready' });
});

test('a board that is online but gives no reading is found out, and is ready once its wire is back', async () => {
  const mac = '24:6F:28:8B:40:77' as MacAddress;
  const { board, address } = await bench.plug(mac, { faults: [{ kind: 'silent-sensor' }] });
  const [job] = await bench.provision([wish(address, 'CR2-11')]);
  expect(job).toMatchObject({
    phase: 'needs-you',
    finding: 'sensor-silent',
    error: null,
    boardState: 'configured',
    reading: null,
  });
  expect(job?.lastLogLine).toContain('dht22: no response pulse');
  expect(job?.steps.map(({ step, state }) => `${step} ${state}`).slice(-3)).toEqual([
    'wifi done',
    'broker done',
    'reading failed',
  ]);
  // Asked to measure again, it beats but does not read; its device stands on the page without a value.
  const device = async () => {
    for await (const update of bench.app.handlers.devices.watch({}, signal))
      return update.devices.find((one) => one.mac === mac);
    throw new Error('no snapshot');
  };
  await until(async () => (await device())?.heartbeatMs !== null, { what: 'a heartbeat' });
  expect((await device())?.readingMs).toBeNull();

  const configuration = board.flash.read(0x9000, 0x6000);
  board.faults.clear();
  await bench.app.handlers.provisioning.retry({ id: job?.id ?? '', wifi: null }, signal);
  const [again] = await bench.ended();
  expect(again).toMatchObject({ phase: 'ready', finding: null });
  // What was right on the board was left alone.
  expect(board.flash.read(0x9000, 0x6000)).toEqual(configuration);
});

test('firmware that does not fit is refused before anything is erased', async () => {
  const { board, address } = await bench.plug('24:6F:28:8B:40:66', { chip: 'esp32s3' });
  board.flash.program(0, Buffer.from([1, 2, 3]));
  const [job] = await bench.provision([wish(address, 'CR2-06')], { eraseAll: true });
  expect(job).toMatchObject({
    phase: 'needs-you',
    boardState: 'untouched',
    error: { code: 'firmware.wrong-chip' },
  });
  expect([...board.flash.read(0, 3)]).toEqual([1, 2, 3]);
});

test('firmware of the demo goes to no real board, and the demo takes its boards with it', async () => {
  await bench.app.handlers.demo.start({}, signal);
  await bench.app.handlers.demo.plugBoard({ kind: 'blank' }, signal);
  const { items } = await bench.app.handlers.firmware.list({}, signal);
  const demo = items.find(({ origin }) => origin === 'demo');
  const { address } = await bench.plug('24:6F:28:8B:41:B2');
  const [refused] = await bench.provision([wish(address, 'CR2-06')], {
    firmwareId: demo?.id ?? '',
    eraseAll: true,
  });
  expect(refused).toMatchObject({ boardState: 'untouched', error: { code: 'firmware.demo-only' } });

  await bench.app.handlers.provisioning.dismiss({ id: null }, signal);
  const [practised] = await bench.provision(
    [{ ...wish('virtual://demo-board-1', 'DEMO-04'), siteRef: 'DEMO' }],
    {
      firmwareId: demo?.id ?? '',
    },
  );
  expect(practised).toMatchObject({ phase: 'ready', mac: '02:DE:70:00:01:00' });
  const usernames = async (): Promise<readonly string[]> =>
    (await bench.app.handlers.broker.accounts({}, signal)).items.map(({ username }) => username);
  expect(await usernames()).toContain('sensor-02DE70000100');
  await bench.app.handlers.demo.remove({}, signal);
  expect(await usernames()).not.toContain('sensor-02DE70000100');
});
