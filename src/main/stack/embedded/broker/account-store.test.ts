import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AccountStore } from './account-store.ts';

let folder: string;
let now = 1_000;
const clock = { now: () => now };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-accounts-'));
  now = 1_000;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const store = (name: string): AccountStore => new AccountStore(join(folder, name, 'accounts.json'), clock);
const names = async (of: AccountStore): Promise<readonly string[]> =>
  (await of.list()).map(({ username }) => username).sort();
const create = (of: AccountStore, username: string) =>
  of.create({ username, role: 'device', mac: '1C:69:20:E9:18:24', password: '' });

test('two installations take over from each other what the other did later', async () => {
  const [a, b] = [store('a'), store('b')];
  const told: string[] = [];
  b.afterChange(() => Promise.resolve(void told.push('b')));
  await create(a, 'board-a');
  await create(b, 'board-b');
  told.length = 0;
  await b.merge(await a.shared());
  await a.merge(await b.shared());
  expect([await names(a), await names(b)]).toEqual([
    ['board-a', 'board-b'],
    ['board-a', 'board-b'],
  ]);
  expect(told).toEqual([]);

  now = 2_000;
  const password = await a.setPassword('board-a', '');
  await a.remove('board-b');
  // An old state of the other one brings nothing back.
  await a.merge(await b.shared());
  expect(await names(a)).toEqual(['board-a']);
  await b.merge(await a.shared());
  expect(await names(b)).toEqual(['board-a']);
  expect(await b.verify('board-a', password)).toMatchObject({ username: 'board-a' });
  // In another process, too, it stays removed.
  expect(await names(store('b'))).toEqual(['board-a']);
  expect((await store('b').shared()).removed).toEqual([{ username: 'board-b', removedMs: 2_000 }]);
});

test('one that is made again under the name of a removed one counts, also with a clock that was set back', async () => {
  const [a, b] = [store('a'), store('b')];
  now = 5_000;
  await create(a, 'board');
  await b.merge(await a.shared());
  await a.remove('board');
  now = 100;
  const { password } = await create(a, 'board');
  await b.merge(await a.shared());
  expect(await b.verify('board', password)).toMatchObject({ username: 'board' });
});
