import { Buffer } from 'node:buffer';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { messageFilter } from '../../shared/contract/traffic-messages.ts';
import { Recorder } from './recorder.ts';
import { RecordingFolder } from './recording-folder.ts';
import { RecordingUploads } from './recording-uploads.ts';
import type { SeenMessage } from './source.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datayoti-recordings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const message = (topic: string, payload: Buffer = Buffer.from('x')): SeenMessage => ({
  timeMs: Date.UTC(2025, 10, 3),
  topic,
  payload,
  qos: 0,
  retain: false,
  client: '',
  account: '',
  properties: null,
});
const open = (name = 'a.ndjson', reserveBytes = 0): Promise<Recorder> =>
  Recorder.open({
    path: join(folder, name),
    startedMs: 5,
    source: 'stack',
    filter: messageFilter.parse({}),
    tell: () => undefined,
    ended: () => undefined,
    reserveBytes,
  });
const topicsOf = async (name: string): Promise<readonly string[]> =>
  (await readFile(join(folder, name), 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { topic: string }).topic);

test('all that came before the end is in the file, in its order', async () => {
  const recorder = await open();
  const topics = Array.from({ length: 20_000 }, (_, number) => `t/${number}`);
  for (const [index, topic] of topics.entries()) {
    recorder.take(message(topic));
    if (index % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await recorder.stop();
  recorder.take(message('too late'));
  expect(await topicsOf('a.ndjson')).toEqual(topics);
  const { bytes, ...state } = recorder.state();
  expect(state).toMatchObject({ messages: 20_000, missed: 0, running: false, error: null });
  expect(bytes).toBe((await readFile(join(folder, 'a.ndjson'))).length);
});

test('what the disk has no time for is counted and not held', async () => {
  const recorder = await open();
  // All in one turn of the event loop: nothing can be written meanwhile.
  for (let number = 0; number < 40; number++)
    recorder.take(message(`t/${number}`, Buffer.alloc(1_000_000, 65)));
  recorder.take(message('large', Buffer.alloc(17_000_000, 65)));
  await recorder.stop();
  const { messages, missed } = recorder.state();
  expect(messages).toBe(16);
  expect(missed).toBe(25);
  expect(await topicsOf('a.ndjson')).toEqual(Array.from({ length: 16 }, (_, number) => `t/${number}`));
});

test('no recording begins on a disk that is nearly full, and none replaces a file', async () => {
  await expect(open('a.ndjson', Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
    code: 'traffic.disk-full',
  });
  await writeFile(join(folder, 'b.ndjson'), 'mine');
  await expect(open('b.ndjson')).rejects.toMatchObject({ code: 'file.unwritable' });
  expect(await readFile(join(folder, 'b.ndjson'), 'utf8')).toBe('mine');
});

test('the folder lists plain files with a usable name alone', async () => {
  const files = new RecordingFolder(folder);
  const line = (day: string): string => `{"time":"${day}T00:00:00Z","topic":"a","payload":""}\n`;
  await writeFile(join(folder, 'old.ndjson'), line('2025-01-01'));
  await writeFile(join(folder, 'new.ndjson'), line('2025-02-01'));
  await writeFile(join(folder, 'notes.txt'), 'x');
  await writeFile(join(folder, 'odd name.ndjson'), 'x');
  await symlink('/etc/passwd', join(folder, 'link.ndjson'));
  expect((await files.list()).map(({ name }) => name)).toEqual(['new.ndjson', 'old.ndjson']);
  for (const name of ['link.ndjson', '../x.ndjson', 'gone.ndjson'])
    await expect(files.find(name)).rejects.toMatchObject({ code: 'traffic.recording-unknown' });
  expect(await files.take('../../Été à la cave.ndjson')).toBe('Ete-a-la-cave.ndjson');
  expect(await files.take('Été à la cave')).toBe('Ete-a-la-cave-2.ndjson');
  expect(await files.take('...')).toBe('recording.ndjson');
});

test('a file of elsewhere arrives in pieces, is read line by line, and leaves nothing where it is bad', async () => {
  const files = new RecordingFolder(folder);
  const uploads = new RecordingUploads(files, { now: () => 0 });
  await writeFile(join(folder, '.upload-of-before'), 'left by a crash');
  const line = '{"time":"2025-11-03T14:30:25Z","topic":"a","payload":"x"}\n';
  const { upload } = await uploads.append(null, 0, new Blob([line.slice(0, 20)]));
  await expect(uploads.append(upload, 5, new Blob(['x']))).rejects.toMatchObject({ code: 'request.invalid' });
  expect(await uploads.append(upload, 20, new Blob([line.slice(20)]))).toEqual({
    upload,
    received: line.length,
  });
  expect(await uploads.finish(upload, new Blob([line]), 'Given', signal)).toEqual({
    name: 'Given.ndjson',
    messages: 2,
  });
  expect(await readFile(join(folder, 'Given.ndjson'), 'utf8')).toBe(line + line);

  await expect(uploads.finish(null, new Blob([line, '{}\n']), 'bad', signal)).rejects.toMatchObject({
    code: 'traffic.recording-damaged',
    data: { line: 2, reason: 'bad-time' },
  });
  await expect(uploads.finish(null, new Blob(['\n']), 'none', signal)).rejects.toMatchObject({
    data: { line: 1, reason: 'empty' },
  });
  await expect(uploads.finish('gone', new Blob(['\n']), 'x', signal)).rejects.toMatchObject({
    code: 'request.invalid',
  });
  for (let number = 0; number < 4; number++) await uploads.append(null, 0, new Blob(['x']));
  await expect(uploads.append(null, 0, new Blob(['x']))).rejects.toMatchObject({ code: 'traffic.too-many' });
  await uploads.close();
  expect((await files.list()).map(({ name }) => name)).toEqual(['Given.ndjson']);
  expect(await readdir(folder)).toEqual(['Given.ndjson']);
});
