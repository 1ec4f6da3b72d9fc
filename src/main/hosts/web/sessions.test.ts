import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../foundation/log.ts';
import { Sessions, sessionSeconds } from './sessions.ts';

let folder: string;
let now = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-sessions-'));
  now = 1_000_000;
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (): string => join(folder, 'sessions.json');
const open = (passphrase?: string): Promise<Sessions> =>
  Sessions.open({ path: path(), passphrase, clock: { now: () => now }, log: silentLog });

test('a session is good after a restart, for thirty days, and its token is in no file', async () => {
  const before = await open();
  before.add('token');
  await before.close();
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(readFileSync(path(), 'utf8')).not.toContain('token');
  const after = await open();
  expect(after.has('token')).toBe(true);
  expect(after.has('guess')).toBe(false);
  now += sessionSeconds * 1000 - 1;
  expect(after.has('token')).toBe(true);
  now += 1;
  expect(after.has('token')).toBe(false);
});

test('of more than two hundred the oldest ends', async () => {
  const sessions = await open();
  for (let index = 0; index <= 200; index++) sessions.add(`token ${index}`);
  await sessions.close();
  const after = await open();
  expect([after.has('token 0'), after.has('token 1'), after.has('token 200')]).toEqual([false, true, true]);
});

test('another passphrase, or none, ends them all', async () => {
  const before = await open('correct horse');
  before.add('token');
  await before.close();
  expect((await open('correct horse')).has('token')).toBe(true);
  expect((await open('battery staple')).has('token')).toBe(false);
  expect((await open()).has('token')).toBe(false);
});

test('a damaged file costs the sessions and nothing else', async () => {
  for (const damage of ['', '{"version":1', '{"version":2}', '[]']) {
    writeFileSync(path(), damage);
    const sessions = await open();
    expect(sessions.has('token')).toBe(false);
    sessions.add('token');
    await sessions.close();
    expect((await open()).has('token')).toBe(true);
  }
});
