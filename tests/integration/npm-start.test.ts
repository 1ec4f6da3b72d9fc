import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../scripts/steps/build-application.mjs';
import { readStartOptions, startHelp, startOptions } from '../../scripts/steps/start-options.mjs';
import { addServeOptions } from '../../src/main/hosts/web/serve-options.ts';
import { freePort } from '../support/free-port.ts';
import { processesOf } from '../support/processes-of.ts';
import { writeSettings } from '../support/application-settings.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-npm-'));
  // Open to pass through, so that as root the database lies below it too and goes with it.
  chmodSync(folder, 0o755);
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(file, [...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, output: () => output, closed };
}

test('what npm start understands is what the web page understands, and --web and --help', () => {
  const { options } = addServeOptions(new Command());
  const theirs = options.map(({ long, flags, description }) => ({
    name: (long ?? '').replace(/^--/, ''),
    takesValue: flags.includes('<'),
    description,
  }));
  const ours = Object.entries(startOptions)
    .filter(([name]) => name !== 'web' && name !== 'help')
    .map(([name, { type, text }]) => ({ name, takesValue: type === 'string', description: text }));
  const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);
  expect(ours.sort(byName)).toEqual(theirs.sort(byName));
  for (const name of Object.keys(startOptions)) expect(startHelp()).toContain(`--${name} `);
});

test('options are passed on, and only those of the web page ask for it', () => {
  expect(readStartOptions(['--demo', '--data=x y'])).toEqual({
    help: false,
    webPage: false,
    passedOn: ['--demo', '--data', 'x y'],
  });
  expect(readStartOptions(['--web'])).toEqual({ help: false, webPage: true, passedOn: [] });
  for (const args of [['--no-open'], ['--port', '80'], ['--listen', '::1'], ['--passphrase-file', 'f']])
    expect(readStartOptions(args)).toEqual({ help: false, webPage: true, passedOn: args });
});

test.each([
  [['--demmo']],
  [['-x']],
  [['nonsense']],
  [['--demo=1']],
  [['--data']],
  [['--data', '--demo']],
  [['--port', 'abc']],
  [['--port=70000']],
])('%j is refused in one sentence', (args) => {
  expect(readStartOptions(args)).toEqual({
    problem: expect.stringMatching(/^[^\n]+; npm start -- --help lists what is\.$/) as unknown,
  });
});

test('a wrong option ends before anything is installed or built', async () => {
  // A project of nothing but its scripts: installing or building would fail or leave something here.
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
  const wrong = run(process.execPath, [join(folder, 'scripts/start.mjs'), '--nonsense']);
  expect(await wrong.closed).toBe(2);
  expect(wrong.output()).toBe('The option --nonsense is not known; npm start -- --help lists what is.\n');
  const help = run(process.execPath, [join(folder, 'scripts/start.mjs'), '--help']);
  expect(await help.closed).toBe(0);
  expect(help.output()).toContain('--web ');
  expect(readdirSync(folder)).toEqual(['scripts']);
});

describe.runIf(process.platform === 'linux')(
  'ending npm leaves no process behind',
  { timeout: 120_000 },
  () => {
    // What is stale would be built by the first `npm start`, within its time.
    beforeAll(() => ensureBuilt());

    async function started(through: 'npm' | 'terminal'): Promise<ReturnType<typeof run>> {
      const data = join(folder, 'data');
      await writeSettings(data, { firstRunDone: true });
      const npm = ['start', '--', '--web', '--no-open', '--data', data, '--port', String(await freePort())];
      const running =
        through === 'npm'
          ? run('npm', npm)
          : run('script', ['-qefc', ['npm', ...npm].join(' '), '/dev/null'], { TERM: 'dumb' });
      await until(() => existsSync(join(data, 'postgres/cluster/postmaster.pid')), {
        timeoutMs: 60_000,
        what: 'the database runs',
      });
      expect(processesOf(data).length).toBeGreaterThan(4);
      return running;
    }

    test('SIGTERM to npm', async () => {
      const { child, output } = await started('npm');
      child.kill('SIGTERM');
      await until(() => processesOf(folder).length === 0, { timeoutMs: 30_000, what: 'all ended' });
      expect(output()).toContain('Closed.');
    });

    test.skipIf(!existsSync('/usr/bin/script'))('Ctrl+C in a terminal', async () => {
      const { child, closed, output } = await started('terminal');
      child.stdin?.write('\x03');
      await closed;
      await until(() => processesOf(folder).length === 0, { timeoutMs: 30_000, what: 'all ended' });
      expect(output()).toContain('Closed.');
      expect(output()).toContain('SIGINT');
    });
  },
);
