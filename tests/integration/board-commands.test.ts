import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createLineOpener } from '../../src/main/serial/index.ts';
import { startBoardProcess, type BoardProcess } from '../support/board-process.ts';
import { runCommand, startCommand, type Outcome } from '../support/command-line.ts';
import { samplePackage } from '../support/sample-package.ts';
import { hasSer2net, hasSocat, openPtyPair } from '../support/serial-ports.ts';
import { until } from '../support/until.ts';

let folder: string;
let firmware: { readonly file: string; readonly id: string };
let later: { readonly file: string; readonly id: string };
const boards: BoardProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-board-cli-'));
  chmodSync(folder, 0o755);
  firmware = await samplePackage(folder);
  later = await samplePackage(folder, { version: '2.0.0' });
});
afterEach(async () => {
  for (const board of boards.splice(0)) await board.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function plug(...args: Parameters<typeof startBoardProcess> extends [string, ...infer R] ? R : never) {
  const board = await startBoardProcess(folder, ...args);
  boards.push(board);
  return board;
}

const data = (): readonly string[] => ['--data', join(folder, 'data')];
const lastLine = ({ stdout }: Outcome): Readonly<Record<string, unknown>> =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Readonly<Record<string, unknown>>;

/** In the loader again, then one command; its answer in JSON. */
async function inLoader(board: BoardProcess, ...args: string[]): Promise<Readonly<Record<string, unknown>>> {
  await board.holdBoot();
  const outcome = await runCommand([...args, '--port', board.port, '--json', ...data()]);
  expect([args[0], outcome.code, outcome.stderr, outcome.code === 0 ? '' : outcome.stdout]).toEqual([
    args[0],
    0,
    '',
    '',
  ]);
  return lastLine(outcome);
}

describe.each([
  ['pty', hasSocat, '24:6F:28:00:00:01'],
  ['rfc2217', hasSer2net, '24:6F:28:00:00:02'],
] as const)('a board behind %s', (kind, possible, mac) => {
  test.skipIf(!possible)(
    'is identified, written, backed up, restored and watched',
    async () => {
      const board = await plug(kind, { mac });
      expect(await inLoader(board, 'identify')).toMatchObject({ chip: 'ESP32', mac, blank: true });

      await board.holdBoot();
      const written = await runCommand([
        'flash',
        firmware.file,
        '--port',
        board.port,
        '--json',
        '--events',
        ...data(),
      ]);
      expect([written.code, written.stderr]).toEqual([0, '']);
      const events = written.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { readonly type: string; readonly fraction?: number });
      expect(events.find(({ type }) => type === 'board')).toMatchObject({ mac });
      expect(events.filter(({ type }) => type === 'progress').at(-1)?.fraction).toBe(1);
      expect(events.at(-1)).toMatchObject({ type: 'done', boot: 'running', unchangedBytes: 0, mac });

      const file = join(folder, `${kind}.zip`);
      expect(await inLoader(board, 'backup', '-o', file)).toMatchObject({ file, bytes: statSync(file).size });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      // The library has it by now: its id is enough.
      expect(await inLoader(board, 'flash', firmware.id.slice(0, 12))).toMatchObject({ sentBytes: 0 });
      expect(await inLoader(board, 'flash', later.file, '--no-stub')).toMatchObject({ boot: 'running' });
      expect(await inLoader(board, 'identify')).toMatchObject({ firmware: { version: '2.0.0' } });
      expect(await inLoader(board, 'restore', file)).toMatchObject({ boot: 'running' });
      expect(await inLoader(board, 'identify')).toMatchObject({ firmware: { version: '1.0.0' } });
      const nvs = join(folder, `${kind}-nvs.zip`);
      expect(await inLoader(board, 'backup', '--partition', 'nvs', '-o', nvs)).toMatchObject({
        partition: 'nvs',
      });

      const monitor = startCommand(['monitor', '--port', board.port, '--json']);
      await until(() => {
        board.reset();
        return monitor.lines().some(({ events: told }) => Array.isArray(told) && told.length > 0);
      });
      const explained = monitor
        .lines()
        .flatMap(({ events: told }) => told as readonly { text: string | null }[]);
      expect(explained.every(({ text }) => typeof text === 'string' && text !== '')).toBe(true);
      monitor.child.kill('SIGINT');
      expect((await monitor.ended()).code).toBe(0);
    },
    120_000,
  );
});

describe.runIf(hasSocat)('a command that does not end well', () => {
  test('Ctrl+C in the middle of a write: 130, and in which state the board is', async () => {
    const board = await plug('pty', { mac: '24:6F:28:00:00:03', args: ['--paced'] });
    const flash = startCommand([
      'flash',
      firmware.file,
      '--port',
      board.port,
      '--json',
      '--events',
      ...data(),
    ]);
    await until(() => flash.lines().some(({ fraction }) => Number(fraction) > 0));
    flash.child.kill('SIGINT');
    const outcome = await flash.ended();
    expect([outcome.code, lastLine(outcome)]).toMatchObject([
      130,
      { error: { data: { boardState: 'firmware-incomplete' } } },
    ]);
    // The port is free again, and the board takes the next try.
    expect(await inLoader(board, 'flash', firmware.id)).toMatchObject({ boot: 'running' });
  }, 60_000);

  test('firmware for another chip, a board that runs its program, no such port, wrong use', async () => {
    const board = await plug('pty', { mac: '24:6F:28:00:00:04' });
    const s3 = await samplePackage(folder, { chip: 'esp32s3', version: '3.0.0' });
    const other = await runCommand(['flash', s3.file, '--port', board.port, '--json', ...data()]);
    expect([other.code, lastLine(other)]).toMatchObject([1, { error: { code: 'firmware.wrong-chip' } }]);
    // It runs now, what there is: without DTR nobody but a person brings it into its loader.
    const running = await runCommand(['identify', '--port', board.port, ...data()]);
    expect([running.code, running.stdout]).toEqual([1, '']);
    expect(running.stderr).toMatch(/BOOT/);
    for (const [args, code, error] of [
      [['identify', '--port', '/dev/ttyUSB97'], 1, 'serial.port-not-found'],
      [['identify', '--port', 'nonsense'], 1, 'serial.address-invalid'],
      [['identify'], 2, 'request.invalid'],
      [['flash', '/none.zip', '--port', board.port], 1, 'file.unreadable'],
      [['restore', '/none.zip', '--port', board.port], 1, 'file.unreadable'],
      [['monitor', '--port', board.port, '--baud', 'fast'], 2, 'request.invalid'],
      [['firmware', 'remove', 'abcdef012345'], 1, 'firmware.unknown-bundle'],
    ] as const) {
      const outcome = await runCommand([...args, '--json', ...(args[0] === 'monitor' ? [] : data())]);
      expect([args, outcome.code, lastLine(outcome)]).toMatchObject([args, code, { error: { code: error } }]);
    }
  }, 60_000);

  test('the library: imported, exported, listed, removed', async () => {
    const own = ['--data', join(folder, 'library'), '--json'];
    const imported = await runCommand(['firmware', 'import', firmware.file, ...own]);
    expect([imported.code, lastLine(imported)]).toMatchObject([0, { id: firmware.id, name: 'Sensor' }]);
    const target = join(folder, 'exported.zip');
    expect((await runCommand(['firmware', 'export', firmware.id.slice(0, 8), target, ...own])).code).toBe(0);
    expect(readFileSync(target).equals(readFileSync(firmware.file))).toBe(true);
    expect(lastLine(await runCommand(['firmware', 'list', ...own]))).toMatchObject({
      items: [{ id: firmware.id }],
    });
    expect((await runCommand(['firmware', 'remove', firmware.id, ...own])).code).toBe(0);
    expect(lastLine(await runCommand(['firmware', 'list', ...own]))).toEqual({ items: [], damaged: [] });
  }, 60_000);
});

test.each([
  ['silent', /says nothing at all.*\n.*power light/],
  ['wrong-boot-mode', /restarted into its program.*\n.*Hold BOOT/],
])(
  'a board that is %s: the doctor says why and what to do',
  async (fault, words) => {
    const board = startCommand(['virtual-board', '--json', '--rfc2217', '0', '--firmware', '--fault', fault]);
    await until(() => board.lines().length > 0);
    const port = String(board.lines()[0]?.['url']);
    const outcome = await runCommand(['identify', '--port', port]);
    board.send('quit');
    await board.ended();
    expect([outcome.code, outcome.stdout]).toEqual([1, '']);
    expect(outcome.stderr).toMatch(words);
  },
  60_000,
);

test('French by --lang or by the locale; what a script reads stays as it is', async () => {
  const board = startCommand(['virtual-board', '--json', '--rfc2217', '0']);
  await until(() => board.lines().length > 0);
  const port = String(board.lines()[0]?.['url']);
  const flash = ['flash', firmware.file, '--port', port, ...data()];
  const french = await runCommand([...flash, '--lang', 'fr']);
  expect([french.code, french.stdout]).toMatchObject([
    0,
    expect.stringMatching(/octets vérifiés.*\nLa carte a démarré\./),
  ]);
  expect(french.stderr).toMatch(/^Connexion à .*\n(?:.*\n)*Écriture de Sensor 1\.0\.0/);
  const asJson = await runCommand([...flash, '--json'], { LANG: 'fr_FR.UTF-8' });
  board.send('quit');
  await board.ended();
  expect([asJson.code, asJson.stderr, lastLine(asJson)]).toMatchObject([0, '', { boot: 'running' }]);

  const gone = ['identify', '--port', '/dev/ttyUSB97'];
  const failed = await runCommand(gone, { LC_ALL: 'fr_CA.UTF-8' });
  expect([failed.code, failed.stdout]).toEqual([1, '']);
  expect(failed.stderr).toMatch(/^Le port \/dev\/ttyUSB97 n’existe pas\.\n/);
  const [english, inFrench] = [
    await runCommand([...gone, '--json']),
    await runCommand([...gone, '--json', '--lang=fr']),
  ];
  expect(inFrench.stdout).toBe(english.stdout);
  const unknown = await runCommand([...gone, '--json', '--lang', 'de']);
  expect([unknown.code, lastLine(unknown)]).toMatchObject([2, { error: { code: 'request.invalid' } }]);
}, 60_000);

test.runIf(hasSocat)(
  'improv: who it is, what it hears, joining a network; no Improv is no error',
  async () => {
    const board = await plug('pty', { mac: '24:6F:28:00:00:05', args: ['--firmware'] });
    const inLoaderStill = await runCommand(['improv', 'info', '--port', board.port, '--json']);
    expect([inLoaderStill.code, lastLine(inLoaderStill)]).toEqual([0, { improv: false }]);
    board.reset();
    const info = await runCommand(['improv', 'info', '--port', board.port, '--json']);
    expect([info.code, lastLine(info)]).toMatchObject([0, { improv: true, state: 'ready' }]);
    expect(lastLine(info)['device']).toMatchObject({ chip: 'ESP32' });
    const scan = await runCommand(['improv', 'scan', '--port', board.port, '--json']);
    expect([scan.code, lastLine(scan)]).toMatchObject([0, { networks: expect.any(Array) as unknown }]);
    const join = ['improv', 'wifi', '--port', board.port, '--ssid', 'Plant', '--json'];
    const without = await runCommand(join);
    expect([without.code, lastLine(without)]).toMatchObject([2, { error: { code: 'request.invalid' } }]);
    const joined = await runCommand(join, { DATAYOTI_WIFI_PASSWORD: 'correct horse 1' });
    expect([joined.code, lastLine(joined)]).toMatchObject([0, { state: 'provisioned' }]);
    expect(joined.stdout + joined.stderr).not.toContain('correct horse 1');
  },
  90_000,
);

test.runIf(hasSocat)(
  'blink, and a start of what is on the board',
  async () => {
    const board = await plug('pty', { mac: '24:6F:28:00:00:06', args: ['--firmware'] });
    expect(await inLoader(board, 'blink', '--seconds', '1')).toMatchObject({ port: board.port });
    expect(await inLoader(board, 'reset', '--boot-loader')).toMatchObject({ outcome: 'boot-loader' });
    // It was left in its loader: nobody has to hold BOOT for the next command.
    const reset = await runCommand(['reset', '--port', board.port, '--json']);
    expect([reset.code, lastLine(reset)]).toMatchObject([0, { outcome: 'running' }]);
  },
  60_000,
);

test.runIf(hasSocat)(
  'monitor --raw gives every byte and sends lines; a lost port is a failure',
  async () => {
    const { host, board, ...ends } = await openPtyPair();
    const there = await createLineOpener().open(board, { baudRate: 115_200 }, new AbortController().signal);
    let received = '';
    there.onData((bytes) => (received += bytes.toString('latin1')));
    const monitor = startCommand(['monitor', '--port', host, '--raw']);
    await until(() => {
      monitor.send('version');
      return received.includes('version\n');
    });
    await there.write(Buffer.from('\u001b[0;32mI (12) wifi: up\u001b[0m\r\n', 'latin1'));
    await until(() => monitor.stdout().includes('\u001b[0;32mI (12) wifi: up\u001b[0m\r\n'));
    await there.close();
    await ends.unplug();
    const { code, stderr } = await monitor.ended();
    expect([code, stderr]).toMatchObject([1, expect.stringContaining(host)]);
  },
  30_000,
);

test('ports answers with what there is, also where there is none', async () => {
  const outcome = await runCommand(['ports', '--json']);
  expect([outcome.code, lastLine(outcome)]).toMatchObject([0, { ports: expect.any(Array) as unknown }]);
  const watch = startCommand(['ports', '--watch', '--json']);
  await until(() => watch.lines().length > 0);
  watch.child.kill('SIGTERM');
  expect((await watch.ended()).code).toBe(0);
});
