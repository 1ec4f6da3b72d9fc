import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, InstanceLock, runningInstance, type Instance } from './instance-lock.ts';

let folder: string;
let locks: InstanceLock[];
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-lock-'));
  file = join(folder, 'instance.json');
  locks = [];
});
afterEach(async () => {
  for (const lock of locks) await lock.release();
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

async function take(): Promise<InstanceLock | Instance> {
  const taken = await InstanceLock.take(folder);
  if (taken instanceof InstanceLock) locks.push(taken);
  return taken;
}

test('the second start finds the first and is given what the first answers', async () => {
  const first = await take();
  const second = await take();
  if (!(first instanceof InstanceLock) || second instanceof InstanceLock) throw new Error('not one holder');
  expect(second.pid).toBe(process.pid);
  expect(await ask(second)).toEqual({ link: null });
  first.whenAsked(() => 'http://127.0.0.1:1/open?token=x');
  expect(await ask(second)).toEqual({ link: 'http://127.0.0.1:1/open?token=x' });
  expect(await ask({ ...second, controlSecret: 'guessed' })).toBeUndefined();
  await first.release();
  expect(await runningInstance(folder)).toBeUndefined();
  expect(await take()).toBeInstanceOf(InstanceLock);
});

test.skipIf(process.platform === 'win32')('only its owner can read the secret', async () => {
  await take();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each([
  ['a process that was killed, its number given to another', () => closedPort()],
  ['a file that is no JSON', () => Promise.resolve('{"pid":')],
  ['an empty file', () => Promise.resolve('')],
])('taken over: %s', async (_what, content) => {
  writeFileSync(file, await content());
  expect(await runningInstance(folder)).toBeUndefined();
  expect(await take()).toBeInstanceOf(InstanceLock);
});

test('taken over: another program that listens on the port of one that was killed', async () => {
  const other = createServer((socket) => socket.resume().end('220 mail\r\n'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  writeFileSync(file, instance((other.address() as AddressInfo).port));
  expect(await take()).toBeInstanceOf(InstanceLock);
  await new Promise((resolve) => other.close(resolve));
});

test.each([1, 2, 3, 4, 5])('of ten starts at once over a stale file exactly one gets in (%i)', async () => {
  writeFileSync(file, await closedPort());
  const taken = await Promise.all(Array.from({ length: 10 }, take));
  expect(taken.filter((result) => result instanceof InstanceLock)).toHaveLength(1);
});

test('a start that was killed while it took over holds nobody up for long', async () => {
  writeFileSync(file, await closedPort());
  mkdirSync(`${file}.takeover`);
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(`${file}.takeover`, longAgo, longAgo);
  expect(await take()).toBeInstanceOf(InstanceLock);
});

function instance(port: number): string {
  return JSON.stringify({ pid: process.pid, port, controlSecret: 'of the one that was killed' });
}

async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return instance(port);
}
