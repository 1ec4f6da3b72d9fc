import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileSecrets, keptPassword } from './file-secrets.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datayoti-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a secret is read back later, and lies neither in sight nor open to others', async () => {
  const secrets = new FileSecrets(join(folder, 'secrets'));
  expect(await secrets.get('a')).toBeUndefined();
  await secrets.set('a', 'top secret value');
  expect(await new FileSecrets(join(folder, 'secrets')).get('a')).toBe('top secret value');
  for (const name of await readdir(join(folder, 'secrets'))) {
    const file = join(folder, 'secrets', name);
    expect((await readFile(file)).includes('top secret')).toBe(false);
    expect((await stat(file)).mode & 0o077).toBe(0);
  }
  await secrets.delete('a');
  expect(await secrets.get('a')).toBeUndefined();
});

test('secrets set at the same time are all kept', async () => {
  const secrets = new FileSecrets(folder);
  const names = Array.from({ length: 20 }, (_, index) => `secret ${index}`);
  await Promise.all(names.map((name) => secrets.set(name, name)));
  expect(await Promise.all(names.map((name) => new FileSecrets(folder).get(name)))).toEqual(names);
});

test('a password that is kept is made once', async () => {
  const made = await keptPassword(new FileSecrets(folder), 'owner');
  expect(made).toMatch(/^[\w-]{32}$/);
  expect(await keptPassword(new FileSecrets(folder), 'owner')).toBe(made);
});

test('a key given by the system opens the secrets, another one does not', async () => {
  const key = join(folder, 'given.key');
  await writeFile(key, 'k'.repeat(40));
  const kept = join(folder, 'secrets');
  await new FileSecrets(kept, key).set('a', '1');
  expect(await readdir(kept)).toEqual(['secrets.bin']);
  expect(await new FileSecrets(kept, key).get('a')).toBe('1');
  await writeFile(key, 'x'.repeat(40));
  await expect(new FileSecrets(kept, key).get('a')).rejects.toMatchObject({ code: 'secret.unreadable' });
  await writeFile(key, 'short');
  await expect(new FileSecrets(kept, key).set('b', '2')).rejects.toMatchObject({ code: 'secret.unreadable' });
});

test.each(['secrets.bin', 'secrets.key'])('where %s cannot be read, nothing is replaced', async (name) => {
  const secrets = new FileSecrets(folder);
  await secrets.set('a', '1');
  const file = join(folder, name);
  const content = await readFile(file);
  await rm(file);
  await mkdir(file);
  await expect(secrets.get('a')).rejects.toMatchObject({ code: 'secret.unreadable' });
  await expect(secrets.set('b', '2')).rejects.toMatchObject({ code: 'secret.unreadable' });
  await rm(file, { recursive: true });
  await writeFile(file, content);
  expect(await secrets.get('a')).toBe('1');
});

test('a lost key is said, and no new one is made over the old secrets', async () => {
  const secrets = new FileSecrets(folder);
  await secrets.set('a', '1');
  const key = await readFile(join(folder, 'secrets.key'));
  await rm(join(folder, 'secrets.key'));
  await expect(secrets.set('b', '2')).rejects.toMatchObject({ code: 'secret.unreadable' });
  await writeFile(join(folder, 'secrets.key'), key);
  expect(await secrets.get('a')).toBe('1');
});

test.each([0, 5, 20])('secrets damaged at byte %i are refused, not half read', async (at) => {
  const secrets = new FileSecrets(folder);
  await secrets.set('a', '1');
  const sealed = await readFile(join(folder, 'secrets.bin'));
  sealed[at] = (sealed[at] ?? 0) ^ 1;
  await writeFile(join(folder, 'secrets.bin'), sealed);
  await expect(secrets.get('a')).rejects.toMatchObject({ code: 'secret.unreadable' });
  await writeFile(join(folder, 'secrets.bin'), sealed.subarray(0, at));
  await expect(secrets.get('a')).rejects.toMatchObject({ code: 'secret.unreadable' });
});
