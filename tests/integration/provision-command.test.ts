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

async function plug(kind: 'pty' | 'rfc2217', mac: string): Promise<BoardProcess> {
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

/** Rows of a device in the embedded database while its application runs. */
async function rows(mac: string): Promise<number> {
  const address = lastLine(
    await runCommand(['db', 'shell-env', '--with-password', '--json', '--data', data]),
  ) as unknown as pg.ClientConfig;
  const client = new pg.Client(address);
  await client.connect();
  try {
    const found = await client.query<{ count: string }>(
      'select count(*) from sensor_data where device_mac_addr = $1 and temperature is not null',
      [mac],
    );
    return Number(found.rows[0]?.count);
  } finally {
    await client.end();
  }
}

const macs = ['24:6F:28:00:01:01', '24:6F:28:00:01:02', '24:6F:28:00:01:03', '24:6F:28:00:01:04'] as const;

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
