import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBoardProcess, type BoardProcess } from '../support/board-process.ts';
import { runCommand, startCommand, type Outcome } from '../support/command-line.ts';
import { freePorts, newDataFolder } from '../support/embedded-application.ts';
import { freePort } from '../support/free-port.ts';
import { samplePackage } from '../support/sample-package.ts';
import { hasSer2net, hasSocat } from '../support/serial-ports.ts';
import { until } from '../support/until.ts';

const password = 'correct horse 1';
let folder: string;
let data: string;
let firmware: string;
const boards: BoardProcess[] = [];
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const ports = await freePorts();
  ({ folder, data } = newDataFolder(ports));
  firmware = (await samplePackage(folder)).file;
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
  for (const board of boards) await board.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function plug(kind: 'pty' | 'rfc2217' | 'wired', mac: string): Promise<BoardProcess> {
  const board = await startBoardProcess(folder, kind, { mac });
  boards.push(board);
  return board;
}

const provision = (...args: readonly string[]): Promise<Outcome> => started(...args).ended();
const started = (...args: readonly string[]) =>
  startCommand(
    [
      'provision',
      '--data',
      data,
      '--firmware',
      firmware,
      '--wifi-ssid',
      'Plant',
      '--mqtt-host',
      '127.0.0.1',
      ...args,
    ],
    { DATAYOTI_WIFI_PASSWORD: password },
  );
const lastLine = ({ stdout }: Outcome): Readonly<Record<string, unknown>> =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Readonly<Record<string, unknown>>;

/** What the embedded database answers while its application runs. */
async function ask<Row extends pg.QueryResultRow>(
  sql: string,
  values: readonly string[],
): Promise<readonly Row[]> {
  const address = lastLine(
    await runCommand(['db', 'shell-env', '--with-password', '--json', '--data', data]),
  ) as unknown as pg.ClientConfig;
  const client = new pg.Client(address);
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** Readings of a device. */
async function rows(mac: string): Promise<number> {
  const [found] = await ask<{ count: string }>(
    'select count(*) from sensor_data where device_mac_addr = $1 and temperature is not null',
    [mac],
  );
  return Number(found?.count);
}

const macs = [
  '24:6F:28:00:01:01',
  '24:6F:28:00:01:02',
  '24:6F:28:00:01:03',
  '24:6F:28:00:01:04',
  '24:6F:28:00:01:05',
  '24:6F:28:00:01:06',
  '24:6F:28:00:01:07',
] as const;

test.runIf(hasSocat)(
  'a blank board on a pty: the stack runs inside the command, and its reading is stored',
  async () => {
    const board = await plug('pty', macs[0]);
    const unknown = await provision('--port', board.port, '--site', 'HCS', '--name', 'CR2-06', '--json');
    expect([unknown.code, lastLine(unknown)]).toMatchObject([1, { error: { code: 'site.unknown' } }]);

    const outcome = await provision(
      '--port',
      board.port,
      '--site',
      'HCS',
      '--site-name',
      'Harbour',
      '--name',
      'CR2-06',
    );
    expect([outcome.code, outcome.stderr]).toMatchObject([0, expect.stringContaining('inside this command')]);
    expect(outcome.stdout).toMatch(/^CR2-06 24:6F:28:00:01:01 is ready: -?[\d.]+ °C, [\d.]+ %/);
    expect(outcome.stderr).toContain('CR2-06: waiting for the first reading');
    expect(outcome.stdout + outcome.stderr).not.toContain(password);
  },
  90_000,
);

test.runIf(hasSer2net)(
  'a blank board behind ser2net and one on a pty at once: the application that runs does it, and shows it',
  async () => {
    const port = await freePort();
    const serve = startCommand(['serve', '--no-open', '--json', '--data', data, '--port', String(port)]);
    ends.push(() => {
      serve.child.kill('SIGTERM');
      return serve.ended();
    });
    // Before that another command would start the database for itself.
    await until(() => serve.lines().some((line) => 'link' in line), { timeoutMs: 30_000 });
    await until(async () => (await runCommand(['db', 'status', '--data', data, '--json'])).code === 0, {
      timeoutMs: 30_000,
      what: 'the application answers',
    });
    // What the first command stored is there.
    expect(await rows(macs[0])).toBeGreaterThan(0);

    const board = await plug('rfc2217', macs[1]);
    const second = await plug('pty', macs[2]);
    const outcome = await provision(
      '--port',
      board.port,
      '--port',
      second.port,
      '--site',
      'HCS',
      '--name',
      'CR2-07',
      '--json',
      '--events',
    );
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
    expect(lastLine(outcome)).toMatchObject({
      type: 'done',
      where: 'running-application',
      boards: [
        {
          name: 'CR2-07',
          phase: 'ready',
          mac: macs[1],
          reading: { temperature: expect.any(Number) as number },
        },
        { name: 'CR2-08', phase: 'ready', mac: macs[2] },
      ],
    });
    expect(outcome.stdout).toContain('"step":"reading","state":"done"');
    expect(outcome.stdout).not.toContain(password);
    for (const mac of macs.slice(1, 3)) expect(await rows(mac)).toBeGreaterThan(0);
  },
  120_000,
);

test.runIf(hasSer2net)(
  'named by a roster; a broker that is not there is told, and Ctrl+C cancels the board',
  async () => {
    const board = await plug('pty', macs[3]);
    const roster = join(folder, 'roster.csv');
    writeFileSync(roster, 'mac,site,name,position\n,HCS,CR2-08,Rack D\n');
    const failed = await provision('--port', board.port, '--roster', roster, '--mqtt-port', '9', '--json');
    expect([failed.code, lastLine(failed)]).toMatchObject([
      1,
      { boards: [{ name: 'CR2-08', position: 'Rack D', phase: 'needs-you', finding: 'broker-unreachable' }] },
    ]);

    await board.holdBoot();
    const cancelled = started(
      '--port',
      board.port,
      '--roster',
      roster,
      '--mqtt-port',
      '9',
      '--json',
      '--events',
    );
    await until(() => cancelled.lines().some(({ step }) => step === 'broker'), { timeoutMs: 40_000 });
    cancelled.child.kill('SIGINT');
    const outcome = await cancelled.ended();
    expect([outcome.code, lastLine(outcome)]).toMatchObject([
      130,
      { boards: [{ phase: 'cancelled', boardState: 'configured' }] },
    ]);
  },
  120_000,
);

test.runIf(hasSer2net)(
  'a roster by MAC address: each board becomes what its own line says, whatever port it is on',
  async () => {
    const [first, second] = [await plug('wired', macs[4]), await plug('wired', macs[5])];
    const roster = join(folder, 'by-mac.csv');
    const lines = [
      `${macs[5]},HCS,CR3-02,Rack B`,
      `${macs[4]},HCS,CR3-01,Rack A`,
      '24:6F:28:00:0F:FF,HCS,CR3-09,',
    ];
    writeFileSync(roster, `mac,site,name,position\n${lines.join('\n')}\n`);
    const outcome = await provision(
      '--port',
      first.port,
      '--port',
      second.port,
      '--roster',
      roster,
      '--json',
    );
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
    expect(lastLine(outcome)['boards']).toMatchObject([
      { address: first.port, mac: macs[4], name: 'CR3-01', position: 'Rack A', phase: 'ready' },
      { address: second.port, mac: macs[5], name: 'CR3-02', position: 'Rack B', phase: 'ready' },
    ]);
    for (const mac of macs.slice(4, 6)) expect(await rows(mac)).toBeGreaterThan(0);

    // A board of which the roster knows nothing is not touched, and the other one neither.
    writeFileSync(roster, `mac,site,name\n${macs[4]},HCS,CR3-11\n`);
    const short = await provision('--port', first.port, '--port', second.port, '--roster', roster, '--json');
    expect([short.code, lastLine(short)]).toMatchObject([
      1,
      { error: { code: 'provisioning.roster-invalid' } },
    ]);
    expect(lastLine(short)['error']).toMatchObject({ message: expect.stringContaining(macs[5]) as unknown });
    const named = await ask<{ name: string }>(
      'select name from field.device_profiles where device_mac_addr = $1',
      [macs[4]],
    );
    expect(named).toEqual([{ name: 'CR3-01' }]);
  },
  120_000,
);

test.runIf(hasSer2net)(
  'a swap: the new board has site, name and position of the old one, whose account ends and whose readings stay',
  async () => {
    const unknown = await provision(
      '--port',
      'socket://127.0.0.1:9',
      '--replaces',
      '24:6F:28:00:0F:FF',
      '--json',
    );
    expect([unknown.code, lastLine(unknown)]).toMatchObject([1, { error: { code: 'device.unknown' } }]);

    const accounts = async (): Promise<unknown> =>
      lastLine(await runCommand(['accounts', 'list', '--data', data, '--json']))['items'];
    const account = (mac: string): unknown => expect.objectContaining({ mac, role: 'device' });
    expect(await accounts()).toContainEqual(account(macs[4]));
    const before = await rows(macs[4]);

    const spare = await plug('wired', macs[6]);
    const outcome = await provision('--port', spare.port, '--replaces', macs[4], '--json');
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
    expect(lastLine(outcome)['boards']).toMatchObject([
      { mac: macs[6], siteRef: 'HCS', name: 'CR3-01', position: 'Rack A', phase: 'ready' },
    ]);
    expect(await rows(macs[6])).toBeGreaterThan(0);
    expect(await rows(macs[4])).toBeGreaterThanOrEqual(before);
    expect(await accounts()).toContainEqual(account(macs[6]));
    expect(await accounts()).not.toContainEqual(account(macs[4]));
    expect(
      await ask('select new_mac_addr from field.device_replacements where old_mac_addr = $1', [macs[4]]),
    ).toEqual([{ new_mac_addr: macs[6] }]);
  },
  120_000,
);

test.runIf(hasSer2net)('a port that nobody answers at: the doctor says why and what to do', async () => {
  const outcome = await provision('--port', 'rfc2217://127.0.0.1:9', '--site', 'HCS', '--name', 'x');
  expect(outcome.code).toBe(1);
  expect(outcome.stdout).toMatch(/127\.0\.0\.1:9 does not answer\.\n.*serial server runs/);
});

test.each([
  ['no name', ['--site', 'HCS']],
  ['a site that is none', ['--site', 'a b', '--name', 'x']],
  ['a network name of 33 bytes', ['--site', 'HCS', '--name', 'x', '--wifi-ssid', 'x'.repeat(33)]],
  ['a device that is none', ['--site', 'HCS', '--name', 'x', '--replaces', 'sensor 7']],
  ['a pin that is none', ['--site', 'HCS', '--name', 'x', '--dht-gpio', 'seventeen']],
])('refused before anything is started: %s', async (_what, args) => {
  const outcome = await provision('--port', 'socket://127.0.0.1:9', '--json', ...args);
  expect([outcome.code, lastLine(outcome)]).toMatchObject([2, { error: { code: 'request.invalid' } }]);
  expect(outcome.stdout).not.toContain(password);
});

test('a password that is too short is refused without being repeated', async () => {
  const file = join(folder, 'wifi-password');
  writeFileSync(file, 'hushhus\n');
  const args = ['--port', 'socket://127.0.0.1:9', '--site', 'HCS', '--name', 'x'];
  const outcome = await provision(...args, '--wifi-password-file', file);
  expect(outcome.code).toBe(2);
  expect(outcome.stdout + outcome.stderr).not.toContain('hushhus');
});
