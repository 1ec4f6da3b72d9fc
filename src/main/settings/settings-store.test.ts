import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultSettings } from '../../shared/domain/default-settings.ts';
import { silentLog } from '../foundation/log.ts';
import { migrateSettings } from './settings-migrations.ts';
import { SettingsStore } from './settings-store.ts';

let folder = '';
let path = '';
const opened = (): Promise<SettingsStore> => SettingsStore.open(path, silentLog);
const write = (version: number, settings: object): Promise<void> =>
  writeFile(path, JSON.stringify({ version, settings }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datayoti-settings-'));
  path = join(folder, 'deep', 'settings.json');
});
afterEach(() => rm(folder, { recursive: true }));

test('without a file the defaults hold, and nothing is written', async () => {
  expect((await opened()).current).toEqual(defaultSettings);
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

test('a change survives; only its owner may read the file', async () => {
  await (await opened()).update({ language: 'fr', mqttPort: 1999 });
  expect((await opened()).current).toEqual({ ...defaultSettings, language: 'fr', mqttPort: 1999 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('changes at the same time are all kept', async () => {
  const store = await opened();
  await Promise.all([
    store.update({ language: 'fr' }),
    store.update({ mqttPort: 1999 }),
    store.update({ display: 'dark' }),
  ]);
  expect((await opened()).current).toMatchObject({ language: 'fr', mqttPort: 1999, display: 'dark' });
});

test('a refused value changes nothing', async () => {
  const store = await opened();
  await expect(store.update({ mqttPort: 0 })).rejects.toThrow();
  expect(store.current).toEqual(defaultSettings);
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

test('engines that were added are kept, none with a password in its address', async () => {
  const store = await opened();
  const knownEngines = [
    'ssh://pi@raspberrypi.local:22',
    'tcp://192.168.1.20:2376',
    'unix:///run/docker.sock',
  ];
  await store.update({ knownEngines });
  await expect(store.update({ knownEngines: ['ssh://pi:secret@host'] })).rejects.toThrow();
  expect((await opened()).current.knownEngines).toEqual(knownEngines);
});

test('a damaged file gives way to the one before it, which the next change does not spoil', async () => {
  const store = await opened();
  await store.update({ mqttPort: 1999 });
  await store.update({ mqttPort: 2000 });
  await writeFile(path, '{"version": 1, "settings": {"mqttP');
  const again = await opened();
  expect(again.current.mqttPort).toBe(1999);
  await again.update({ language: 'fr' });
  expect(JSON.parse(await readFile(`${path}.bak`, 'utf8'))).toMatchObject({ settings: { mqttPort: 1999 } });
});

test('one bad field costs its own default only', async () => {
  await mkdir(join(folder, 'deep'));
  await write(1, { mqttPort: 'many', language: 'fr', gone: true });
  expect((await opened()).current).toEqual({ ...defaultSettings, language: 'fr' });
});

test('what a newer version wrote is refused and stays as it is', async () => {
  await mkdir(join(folder, 'deep'));
  await write(99, { mqttPort: 1999 });
  await expect(opened()).rejects.toMatchObject({
    code: 'settings.newer-than-application',
    data: { found: 99 },
  });
  expect(await readFile(path, 'utf8')).toContain('99');
});

test('a file that cannot be read is not taken for none', async () => {
  await mkdir(path, { recursive: true });
  await expect(opened()).rejects.toMatchObject({ code: 'settings.unreadable' });
});

test('a watcher gets the state, then the newest after changes', async () => {
  const store = await opened();
  const stop = new AbortController();
  const items = store.handlers.watch({}, stop.signal)[Symbol.asyncIterator]();
  expect((await items.next()).value).toEqual(defaultSettings);
  await store.update({ mqttPort: 1998 });
  await store.update({ mqttPort: 1999 });
  expect((await items.next()).value).toMatchObject({ mqttPort: 1999 });
  stop.abort();
  expect((await items.next()).done).toBe(true);
});

test('older settings go through every step that they miss, in order', () => {
  const steps = [
    (stored: object) => ({ ...stored, two: 1 }),
    (stored: object) => ({ ...stored, three: Object.keys(stored).length }),
  ];
  expect(migrateSettings(1, { one: 1 }, steps)).toEqual({ one: 1, two: 1, three: 2 });
  expect(migrateSettings(2, { one: 1 }, steps)).toEqual({ one: 1, three: 1 });
  expect(migrateSettings(3, { one: 1 }, steps)).toEqual({ one: 1 });
});
