import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { sampleFirmware } from '../../src/simulator/esp32/sample-firmware.ts';
import { ProvisioningBench, wifi, wish } from '../support/provisioning-bench.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
let bench: ProvisioningBench;

beforeAll(async () => {
  bench = await ProvisioningBench.open();
});
afterAll(() => bench.close());

/** The last item of work that reports on its way. */
async function done<T extends { readonly type: string }>(
  work: AsyncIterable<T>,
): Promise<Extract<T, { type: 'done' }>> {
  let last: T | undefined;
  for await (const item of work) last = item;
  if (last?.type !== 'done') throw new Error('ended without a result');
  return last as Extract<T, { type: 'done' }>;
}

test('a backup brings a board back to what it was, and only that board unless told', async () => {
  const { boards } = bench.app.handlers;
  const { address } = await bench.plug('24:6F:28:8B:80:01');
  await bench.provision([wish(address, 'CR3-01')]);
  const before = await boards.identify({ address }, signal);
  const { result } = await done(boards.backup({ address, partition: null }, signal));
  expect((await boards.backups({}, signal)).items).toEqual([result]);

  await done(boards.eraseFlash({ address }, signal));
  expect(await boards.identify({ address }, signal)).toMatchObject({ blank: true, configuration: null });
  await done(boards.restore({ address, id: result.id, otherBoard: false }, signal));
  const after = await boards.identify({ address }, signal);
  expect({ ...after, identifiedMs: 0 }).toEqual({ ...before, identifiedMs: 0 });

  const other = await bench.plug('24:6F:28:8B:80:02');
  await expect(
    done(boards.restore({ address: other.address, id: result.id, otherBoard: false }, signal)),
  ).rejects.toMatchObject({ code: 'flash.backup-other-board' });
  await boards.removeBackup({ id: result.id }, signal);
  expect((await boards.backups({}, signal)).items).toEqual([]);
  await expect(boards.backupFile({ id: '../../etc/passwd' }, signal)).rejects.toMatchObject({
    code: 'request.invalid',
  });
});

test('who lets go of a backup ends it, and the port is free again', async () => {
  const { boards } = bench.app.handlers;
  const { address } = await bench.plug('24:6F:28:8B:80:03', { paced: true });
  for await (const item of boards.backup({ address, partition: null }, signal)) {
    expect(item.type).toBe('progress');
    break;
  }
  expect(await boards.identify({ address }, signal)).toMatchObject({ mac: '24:6F:28:8B:80:03' });
  expect((await boards.backups({}, signal)).items).toEqual([]);
});

test('the serial log is read, explained, saved, and makes way for other work', async () => {
  const { monitor, boards } = bench.app.handlers;
  const { board, address } = await bench.plug('24:6F:28:8B:80:04');
  await monitor.open({ address, baudRate: 115_200 }, signal);
  board.pressReset();
  await until(async () => {
    const { items } = await monitor.lines({ address, after: 0, max: 500, waitMs: 0 }, signal);
    return items.some(({ events }) => events.some(({ id }) => id === 'invalid-header'));
  });
  const { file } = await monitor.file({ address }, signal);
  expect(await file.text()).toContain('invalid header');
  await boards.identify({ address }, signal);
  const { open } = await monitor.lines({ address, after: 0, max: 1, waitMs: 0 }, signal);
  expect(open).toBe(false);
  await monitor.close({ address }, signal);
});

test('boards start as they are plugged in, named by the roster, while the page is locked', async () => {
  const { provisioning, ports } = bench.app.handlers;
  const before = new Set((await bench.jobs()).map(({ id }) => id));
  const roster = await provisioning.importRoster(
    { csv: 'mac,site,name\n24:6F:28:8B:90:02,HCS,OWN\n,HCS,FIRST\nnonsense,HCS,BAD\n' },
    signal,
  );
  expect(roster).toEqual({ taken: 2, problems: [{ line: 4, reason: 'mac' }] });
  const { address: _address, ...template } = wish('', 'ROW-09');
  await provisioning.setAutoStart(
    { on: true, settings: bench.settings(), profileId: null, template, lock: true },
    signal,
  );
  await expect(provisioning.importRoster({ csv: 'site\nHCS' }, signal)).rejects.toMatchObject({
    code: 'provisioning.locked',
  });
  for (const n of [1, 2, 3, 4]) {
    const { address } = await bench.plug(`24:6F:28:8B:90:0${n}`);
    await ports.addNetwork({ address, label: '' }, signal);
    await until(
      async () => (await bench.jobs()).some((job) => job.address === address && job.phase === 'ready'),
      {
        what: `board ${n} is ready`,
        timeoutMs: 30_000,
      },
    );
  }
  const started = (await bench.jobs()).filter(({ id }) => !before.has(id));
  expect(started.map(({ mac, name }) => `${mac} ${name}`)).toEqual([
    '24:6F:28:8B:90:01 FIRST',
    '24:6F:28:8B:90:02 OWN',
    '24:6F:28:8B:90:03 ROW-09',
    '24:6F:28:8B:90:04 ROW-10',
  ]);
  await provisioning.setAutoStart(
    { on: false, settings: null, profileId: null, template: null, lock: false },
    signal,
  );
  await provisioning.unlock({}, signal);
  expect(await bench.state()).toMatchObject({ autoStart: false, locked: false });
});

test('a profile keeps the Wi-Fi password out of its file and gives it to the board', async () => {
  const { provisioning } = bench.app.handlers;
  const { id } = await provisioning.saveProfile(
    { id: null, siteRef: 'HCS', name: 'Harbour', settings: bench.settings() },
    signal,
  );
  const { items } = await provisioning.profiles({}, signal);
  expect(items).toEqual([expect.objectContaining({ id, hasWifiPassword: true })]);
  expect(JSON.stringify(items)).not.toContain(wifi.password);
  const { address } = await bench.plug('24:6F:28:8B:A0:01');
  const settings = bench.settings({ wifiPassword: null });
  await provisioning.start({ boards: [wish(address, 'P-1')], settings, profileId: id }, signal);
  expect((await bench.ended()).find((job) => job.address === address)?.phase).toBe('ready');
  await provisioning.decommission({ mac: '24:6F:28:8B:A0:01' as MacAddress }, signal);
  const accounts = await bench.app.handlers.broker.accounts({}, signal);
  expect(accounts.items.map(({ username }) => username)).not.toContain('sensor-246F288BA001');
});

test('a board on the table blinks through its boot loader, one at the broker without being reset', async () => {
  const { boards } = bench.app.handlers;
  const { board, address } = await bench.plug('24:6F:28:8B:B0:01');
  const ledSeen = async (blinking: Promise<unknown>): Promise<boolean> => {
    let changes = 0;
    const stop = board.registers.gpio.onLevel((pin) => (changes += pin === 2 ? 1 : 0));
    await blinking;
    stop();
    return changes >= 2;
  };
  expect(await ledSeen(boards.blink({ address, seconds: 1 }, signal))).toBe(true);

  await bench.provision([wish(address, 'BL-1')]);
  await boards.identify({ address }, signal);
  const identifiedMs = Date.now();
  const seenMs = async (): Promise<number> => {
    for await (const update of bench.app.handlers.devices.watch({}, signal))
      return update.devices.find(({ mac }) => mac === '24:6F:28:8B:B0:01')?.seenMs ?? 0;
    return 0;
  };
  await until(async () => (await seenMs()) > identifiedMs, { what: 'the board sends again' });
  const { monitor } = bench.app.handlers;
  await monitor.open({ address, baudRate: 115_200 }, signal);
  expect(await ledSeen(boards.blink({ address, seconds: 2 }, signal))).toBe(true);
  const { items } = await monitor.lines({ address, after: 0, max: 500, waitMs: 0 }, signal);
  expect(items.filter(({ text }) => text.includes('rst:0x'))).toEqual([]);
});

test('other firmware is asked, scans and joins by Improv; one that does not speak it is no failure', async () => {
  const { improv, monitor } = bench.app.handlers;
  const { board, address } = await bench.plug('24:6F:28:8B:D0:01');
  for (const { offset, data } of sampleFirmware({ chip: 'esp32', project: 'lamp', version: '2.3.1' }))
    board.flash.program(offset, data);
  board.pressReset();
  // A watched port makes way, and one who asks while another asks has his turn.
  await monitor.open({ address, baudRate: 115_200 }, signal);
  const [{ facts }, { networks }] = await Promise.all([
    improv.info({ address }, signal),
    improv.scan({ address }, signal),
  ]);
  expect(facts).toEqual({
    state: 'ready',
    urls: [],
    device: {
      firmware: 'lamp',
      version: '2.3.1',
      chip: 'ESP32',
      deviceName: 'lamp',
      osName: null,
      osVersion: null,
    },
    hostname: 'device-d001',
    deviceName: 'lamp',
    network: { online: false, interfaces: ['wifi'], urls: [] },
  });
  expect(networks).toEqual([{ ssid: wifi.ssid, rssi: -58, secured: true }]);

  const names = { deviceName: null, hostname: null };
  const refused = improv.join({ address, ssid: wifi.ssid, password: 'not this one', ...names }, signal);
  await expect(refused).rejects.toMatchObject({ code: 'improv.wifi-refused' });
  const wish = { address, ...wifi, deviceName: 'Lamp 7', hostname: 'lamp-7' };
  expect(await improv.join(wish, signal)).toEqual({ urls: ['http://192.168.4.23'] });
  expect((await improv.info({ address }, signal)).facts).toMatchObject({
    state: 'provisioned',
    urls: ['http://192.168.4.23'],
    hostname: 'lamp-7',
    deviceName: 'Lamp 7',
    network: { online: true },
  });

  const blank = await bench.plug('24:6F:28:8B:D0:02');
  expect(await improv.info({ address: blank.address }, signal)).toEqual({ facts: null });
  await expect(improv.scan({ address: blank.address }, signal)).rejects.toMatchObject({
    code: 'improv.no-answer',
  });
}, 60_000);

test('a wish that cannot come true is refused before the board is touched', async () => {
  const { provisioning, boards } = bench.app.handlers;
  const { address } = await bench.plug('24:6F:28:8B:C0:01');
  const start = (change: object, settings = {}): Promise<unknown> =>
    provisioning.start(
      { boards: [{ ...wish(address, 'X'), ...change }], settings: bench.settings(settings), profileId: null },
      signal,
    );
  await expect(start({ siteRef: 'NOWHERE' })).rejects.toMatchObject({ code: 'site.unknown' });
  await expect(start({}, { mqttHost: 'no host!' })).rejects.toMatchObject({ code: 'configuration.invalid' });
  await expect(start({}, { wifiPassword: 'short' })).rejects.toMatchObject({ code: 'configuration.invalid' });
  expect((await bench.jobs()).filter((job) => job.address === address)).toEqual([]);
  expect(await boards.identify({ address }, signal)).toMatchObject({ blank: true });
});
