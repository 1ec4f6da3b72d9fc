import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { profileInput, publication, type Publication } from '../../shared/contract/traffic-parts.ts';
import { messageFilter } from '../../shared/contract/traffic-messages.ts';
import { FileSecrets } from '../foundation/file-secrets.ts';
import { silentLog } from '../foundation/log.ts';
import { KeptStore } from './kept-store.ts';

let folder: string;
let path: string;
let secrets: FileSecrets;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datayoti-kept-'));
  path = join(folder, 'traffic.json');
  secrets = new FileSecrets(join(folder, 'secrets'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (): Promise<KeptStore> => KeptStore.open(path, secrets, silentLog);
const wish = profileInput.parse({
  id: null,
  name: 'Cellar',
  scheme: 'mqtt',
  host: 'cellar.local',
  port: 1883,
});
const sent = (topic: string, text = 'x'): Publication =>
  publication.parse({ topic, payload: { form: 'text', text }, qos: 0, retain: false });

test('a profile is kept, its password only among the secrets', async () => {
  const store = await open();
  const changed: string[] = [];
  store.onChange((id) => changed.push(id));
  const { id } = await store.saveProfile({ ...wish, username: 'ada', password: 'hush-hush' });
  expect(await readFile(path, 'utf8')).not.toContain('hush');
  const again = await open();
  expect(again.profiles()).toEqual([
    expect.objectContaining({ id, name: 'Cellar', hasPassword: true, hasKey: false }),
  ]);
  expect(JSON.stringify(again.kept())).not.toContain('hush');
  expect(await again.secretsOf(id)).toEqual({ password: 'hush-hush', key: null });

  // null leaves it, empty removes it.
  await store.saveProfile({ ...wish, id, name: 'Attic', password: null });
  expect(await store.secretsOf(id)).toEqual({ password: 'hush-hush', key: null });
  expect(await store.saveProfile({ ...wish, id, password: '' })).toMatchObject({ hasPassword: false });
  expect(await store.secretsOf(id)).toEqual({ password: null, key: null });
  await store.saveProfile({ ...wish, id, password: 'again' });
  await store.removeProfile(id);
  expect(store.profiles()).toEqual([]);
  expect(await store.secretsOf(id)).toEqual({ password: null, key: null });
  expect(changed).toEqual([id, id, id, id, id]);
});

test('certificates that make no sense are not kept', async () => {
  const store = await open();
  const fails = (part: object, context: string): Promise<void> =>
    expect(store.saveProfile({ ...wish, ...part })).rejects.toMatchObject({
      code: 'traffic.certificate',
      data: { context },
    });
  await fails({ ca: 'no certificate' }, 'ca-unreadable');
  await fails(
    { ca: '-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n' },
    'ca-unreadable',
  );
  await fails({ key: 'k' }, 'certificate-missing');
  await fails({ certificate: 'c' }, 'key-missing');
  expect(store.profiles()).toEqual([]);
});

test('a profile that is not there cannot be replaced, and there are at most 50', async () => {
  const store = await open();
  await expect(store.saveProfile({ ...wish, id: 'gone' })).rejects.toMatchObject({
    code: 'traffic.source-unknown',
  });
  for (let number = 0; number < 50; number++) await store.saveProfile(wish);
  await expect(store.saveProfile(wish)).rejects.toMatchObject({ code: 'traffic.too-many' });
});

test('bookmarks and templates are kept within their bounds', async () => {
  const store = await open();
  const filter = messageFilter.parse({ topic: 'a/#' });
  for (let number = 0; number < 200; number++) await store.saveBookmark(`b ${number}`, filter);
  await expect(store.saveBookmark('one more', filter)).rejects.toMatchObject({ code: 'traffic.too-many' });
  const [first] = store.kept().bookmarks;
  await store.removeBookmark(first?.id ?? '');
  await store.saveBookmark('one more', filter);
  const megabyte = 'x'.repeat(1_000_000);
  for (let number = 0; number < 15; number++) await store.saveTemplate('big', sent('t', megabyte));
  await expect(store.saveTemplate('big', sent('t', megabyte))).rejects.toMatchObject({
    code: 'traffic.too-many',
  });
  const again = (await open()).kept();
  expect([again.bookmarks.length, again.bookmarks.at(-1)?.name, again.templates.length]).toEqual([
    200,
    'one more',
    15,
  ]);
});

test('of what was published the last hundred are kept, also over a restart', async () => {
  const store = await open();
  for (let number = 1; number <= 120; number++) store.published(number, sent(`t/${number}`));
  store.published(121, sent('t/120'));
  await store.close();
  const { history } = (await open()).kept();
  expect(history).toHaveLength(100);
  expect(history.slice(0, 2).map(({ timeMs, publication: { topic } }) => [timeMs, topic])).toEqual([
    [121, 't/120'],
    [119, 't/119'],
  ]);
  const large = await open();
  for (let number = 0; number < 10; number++)
    large.published(number, sent(`l/${number}`, 'x'.repeat(1_000_000)));
  expect(large.kept().history).toHaveLength(3);
  await large.clearHistory();
  await large.close();
  expect((await open()).kept().history).toEqual([]);
});

test.each([
  ['{"version":1,"kept":', 'damaged'],
  ['{"version":1,"kept":{"profiles":[{}]}}', 'damaged'],
  ['{"version":2,"kept":{}}', 'newer'],
])('a file with %s is told of and left as it is', async (content, reason) => {
  await writeFile(path, content);
  const store = await open();
  const expected = expect.objectContaining({
    code: 'traffic.file-unreadable',
    data: { path, reason },
  }) as unknown;
  expect(() => store.kept()).toThrow(expect.objectContaining({ code: 'traffic.file-unreadable' }));
  await expect(store.saveProfile(wish)).rejects.toEqual(expected);
  await expect(store.clearHistory()).rejects.toEqual(expected);
  store.published(1, sent('t'));
  await store.close();
  expect(await readFile(path, 'utf8')).toBe(content);
});
