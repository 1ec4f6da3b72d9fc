import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { desktopIsPossible, electronRuntime } from '../../scripts/steps/electron-runtime.mjs';
import { openApplication } from '../../scripts/steps/open-application.mjs';
import { makeElectronFolder, startFakeDownloads, type FakeDownloads } from '../support/fake-downloads.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

let folder: string;
let said: string[];
let downloads: FakeDownloads | undefined;
const say = (text: string): void => void said.push(text);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-runtime-'));
  said = [];
});
afterEach(async () => {
  await downloads?.close();
  downloads = undefined;
  rmSync(folder, { recursive: true, force: true });
});

test('a window is wanted where there is a display, on Linux not as root', () => {
  expect(desktopIsPossible({ platform: 'linux', env: {}, uid: 1000 })).toBe(false);
  expect(desktopIsPossible({ platform: 'linux', env: { DISPLAY: ':0' }, uid: 1000 })).toBe(true);
  expect(desktopIsPossible({ platform: 'linux', env: { WAYLAND_DISPLAY: 'w' }, uid: 1000 })).toBe(true);
  expect(desktopIsPossible({ platform: 'linux', env: { DISPLAY: ':0' }, uid: 0 })).toBe(false);
  expect(desktopIsPossible({ platform: 'win32', env: {} })).toBe(true);
});

describe.runIf(process.platform === 'linux')('fetching the runtime', () => {
  async function fetchFrom(
    answer: (response: ServerResponse, archive: Buffer) => void,
    more: { fetchLimitMs?: number; silenceLimitMs?: number; checksumOf?: Buffer; mirror?: string } = {},
  ): Promise<string | undefined> {
    downloads = await startFakeDownloads('#!/bin/sh\nexit 0\n', answer);
    const { fetchLimitMs = 30_000, silenceLimitMs = 30_000 } = more;
    return electronRuntime({
      electronFolder: makeElectronFolder(join(folder, 'electron'), more.checksumOf ?? downloads.archive),
      env: { ELECTRON_MIRROR: more.mirror ?? downloads.mirror, electron_config_cache: join(folder, 'cache') },
      fetchLimitMs,
      silenceLimitMs,
      noticeEveryMs: 10,
      say,
    });
  }

  function expectFailed(result: string | undefined, reason: RegExp): void {
    expect(result).toBeUndefined();
    expect(said.at(-1)).toMatch(/^The desktop runtime could not be fetched \(.*\); opening as a web page/);
    expect(said.at(-1)).toMatch(reason);
    expect(existsSync(join(folder, 'electron', 'path.txt'))).toBe(false);
  }

  test('says how many bytes came, checks and unpacks them, and does not fetch twice', async () => {
    const runtime: string | undefined = await fetchFrom((response, archive) => {
      response.writeHead(200, { 'content-length': archive.length });
      response.write(archive.subarray(0, 50));
      const rest = (): void => void response.end(archive.subarray(50));
      void until(() => said.some((line) => line.includes(' of '))).then(rest);
    });
    expect(runtime).toBe(join(folder, 'electron', 'dist', 'electron'));
    expect(said.find((line) => line.includes(' of '))).toMatch(/^ {2}0\.0 of 0\.0 MB$/);
    expect(said.at(-1)).toMatch(/^Desktop runtime fetched in /);
    expect(downloads?.asked).toHaveLength(1);
    const electronFolder = join(folder, 'electron');
    expect(await electronRuntime({ electronFolder, env: {}, say })).toBe(runtime);
    expect(await openApplication({ ...opening(), runtime })).toBe(0);
  });

  test.each([
    ['a server that refuses', (response: ServerResponse): void => void response.writeHead(404).end(), /404/],
    [
      'a connection that breaks',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': 1_000 });
        response.write('x', () => response.destroy());
      },
      /\(.+\)/,
    ],
  ] as const)('%s', async (_what, answer, reason) => {
    expectFailed(await fetchFrom(answer), reason);
  });

  test('nobody there', async () => {
    const mirror = `http://127.0.0.1:${await freePort()}/`;
    expectFailed(await fetchFrom(() => undefined, { mirror }), /ECONNREFUSED/);
  });

  test('another archive than the package names', async () => {
    const answer = (response: ServerResponse, archive: Buffer): void => void response.end(archive);
    expectFailed(await fetchFrom(answer, { checksumOf: Buffer.from('other') }), /checksum/i);
  });

  test('a server that falls silent, and one that is too slow', async () => {
    const silent = (response: ServerResponse): void => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('x');
    };
    expectFailed(await fetchFrom(silent, { silenceLimitMs: 300 }), /nothing came for 1 s/);
    await downloads?.close();
    const slow = (response: ServerResponse): void => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      const dripping = setInterval(() => response.write('x'), 20);
      response.once('close', () => clearInterval(dripping));
    };
    expectFailed(await fetchFrom(slow, { fetchLimitMs: 900, silenceLimitMs: 600 }), /longer than 1 s/);
  });
});

/** What stands for the web page: it leaves a file and ends with a code of its own. */
function opening(): Parameters<typeof openApplication>[0] {
  const page = `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'page'))}, ''); process.exit(7)`;
  return {
    runtime: undefined,
    windowArgs: [folder, '--demo'],
    page: [process.execPath, '-e', page],
    cwd: folder,
    follow: () => undefined,
    ended: () => false,
    limitMs: 30_000,
    say,
  };
}

describe.skipIf(process.platform === 'win32')('opening the window', () => {
  function program(code: string): string {
    const file = join(folder, 'runtime.cjs');
    writeFileSync(file, `#!${process.execPath}\n${code}\n`, { mode: 0o755 });
    return file;
  }
  const pageOpened = (): boolean => existsSync(join(folder, 'page'));

  test.each([
    [
      'lacks a library',
      "console.error('electron: error while loading shared libraries: libnss3.so: cannot open'); process.exit(127)",
      {},
      /libnss3\.so/,
    ],
    [
      'has no sandbox',
      "console.error('[1:2/3:FATAL:sandbox.cc(1)] No usable sandbox!\\n#0 0x55'); process.kill(process.pid, 'SIGTRAP')",
      {},
      /\(No usable sandbox!\)/,
    ],
    ['ends without a word', 'process.exit(1)', {}, /ended with code 1/],
    ['never answers', 'setInterval(() => undefined, 1000)', { limitMs: 700 }, /no answer in 1 s/],
  ])('a runtime that %s: one sentence, and the web page', async (_what, code, more, reason) => {
    expect(await openApplication({ ...opening(), ...more, runtime: program(code) })).toBe(7);
    expect(pageOpened()).toBe(true);
    expect(said).toEqual([
      expect.stringMatching(/^The desktop window could not start .*web page instead\.$/),
    ]);
    expect(said[0]).toMatch(reason);
  });

  test('a runtime that cannot be run at all', async () => {
    const runtime = join(folder, 'none');
    expect(await openApplication({ ...opening(), runtime })).toBe(7);
    expect(said[0]).toContain('ENOENT');
  });

  test('one that came up gets the options, and its end is the end', async () => {
    const seen = join(folder, 'seen');
    const runtime = program(
      `require('node:fs').writeFileSync(${JSON.stringify(seen)}, process.argv.slice(2).join(' '));
       process.send('runtime-started', () => process.exit(3))`,
    );
    expect(await openApplication({ ...opening(), runtime })).toBe(3);
    expect(readFileSync(seen, 'utf8')).toBe(`${folder} --demo`);
    expect([pageOpened(), said]).toEqual([false, []]);
  });

  test('a second start, which only shows the first window, and one that was told to end open no page', async () => {
    expect(await openApplication({ ...opening(), runtime: program('process.exit(0)') })).toBe(0);
    const ending = { ...opening(), ended: () => true, runtime: program('process.exit(1)') };
    expect(await openApplication(ending)).toBe(130);
    expect([pageOpened(), said]).toEqual([false, []]);
  });

  test('no runtime: the web page without a word', async () => {
    expect(await openApplication({ ...opening(), runtime: undefined })).toBe(7);
    expect([pageOpened(), said]).toEqual([true, []]);
  });
});
