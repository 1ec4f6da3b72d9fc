import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '../../shared/domain/app-error.ts';
import { ApplicationLog, LogRing } from './pino-log.ts';
import { RotatingFile } from './rotating-file.ts';

const never = new AbortController().signal;
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datayoti-log-'));
});
afterEach(() => rm(folder, { recursive: true }));

const add = (ring: LogRing, text: string, source: 'app' | 'broker' = 'app'): void =>
  ring.add({ timeMs: 0, source, level: 'info', text });
const texts = ({ items }: { readonly items: readonly { readonly text: string }[] }): readonly string[] =>
  items.map(({ text }) => text);

test('a line goes to the file as JSON and to the screen as a sentence, its secrets to neither', async () => {
  const { log, ring, close } = ApplicationLog.open(join(folder, 'logs'));
  log.from('broker').warn('refused mqtt://jo:hunter2@host', {
    password: 'hunter2',
    error: new AppError('mqtt.access-denied', 'token=hunter2', { user: 'jo' }),
  });
  log.debug('only for the file', { passed: 1n });
  await close();
  const file = join(folder, 'logs', 'datayoti.log');
  const lines = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([
    { source: 'broker', level: 40, msg: 'refused mqtt://…@host', error: { code: 'mqtt.access-denied' } },
    { source: 'app', level: 20, passed: '1' },
  ]);
  const shown = await ring.next({ after: 0, max: 10, waitMs: 0 }, never);
  expect(texts(shown)).toEqual(['refused mqtt://…@host (password=[hidden], error=token=[hidden])']);
  expect(JSON.stringify([lines, shown])).not.toContain('hunter2');
  expect((await stat(file)).mode & 0o077).toBe(0);
});

test('who speaks after the end does no harm', async () => {
  const { log, close } = ApplicationLog.open(folder);
  await close();
  log.info('too late');
  await close();
  expect(await readFile(join(folder, 'datayoti.log'), 'utf8')).toBe('');
});

test('the files stay within their bound, the oldest lines go first', async () => {
  const file = new RotatingFile(folder, 'x.log', { bytes: 1_000, files: 3 });
  for (let index = 0; index < 200; index++)
    file.write(`line ${String(index).padStart(4, '0')} ${'.'.repeat(40)}\n`);
  await file.finish();
  expect((await readdir(folder)).toSorted()).toEqual(['x.log', 'x.log.1', 'x.log.2']);
  const read = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const kept =
    ((await read('x.log.2')) + (await read('x.log.1')) + (await read('x.log'))).match(/line \d+/g) ?? [];
  expect(kept.at(-1)).toBe('line 0199');
  expect(kept).toEqual(kept.toSorted());
  expect(new Set(kept).size).toBe(kept.length);
  for (const name of ['x.log', 'x.log.1', 'x.log.2'])
    expect((await stat(join(folder, name))).size).toBeLessThan(1_100);
});

test('a new start goes on in the same file', async () => {
  for (const text of ['one\n', 'two\n']) {
    const file = new RotatingFile(folder, 'x.log');
    file.write(text);
    await file.finish();
  }
  expect(await readFile(join(folder, 'x.log'), 'utf8')).toBe('one\ntwo\n');
});

test('a log that cannot be written does not stop the application', async () => {
  const file = new RotatingFile(folder, '.', {});
  await new Promise((resolve) => file.write('lost\n', resolve));
  await new Promise((resolve) => file.write('lost too\n', resolve));
  await file.finish();
});

test('the first look shows the newest lines, then each look the next ones', async () => {
  const ring = new LogRing();
  for (let index = 1; index <= 5; index++) add(ring, `${index}`);
  const first = await ring.next({ after: 0, max: 2, waitMs: 0 }, never);
  expect(texts(first)).toEqual(['4', '5']);
  add(ring, '6');
  add(ring, '7');
  add(ring, '8');
  const second = await ring.next({ after: first.next, max: 2, waitMs: 0 }, never);
  expect(texts(second)).toEqual(['6', '7']);
  expect(texts(await ring.next({ after: second.next, max: 2, waitMs: 0 }, never))).toEqual(['8']);
});

test('a reader that waits is woken by a line of its source, or let go by its signal', async () => {
  const ring = new LogRing();
  const waiting = ring.next({ after: 0, max: 9, waitMs: 60_000, source: 'broker' }, never);
  add(ring, 'not for it');
  add(ring, 'for it', 'broker');
  expect(texts(await waiting)).toEqual(['for it']);
  const stop = new AbortController();
  const leaving = ring.next({ after: 2, max: 9, waitMs: 60_000 }, stop.signal);
  stop.abort();
  expect(await leaving).toEqual({ items: [], next: 2, dropped: 0 });
});

test('a slow reader is told how many lines it missed', async () => {
  const ring = new LogRing();
  for (let index = 1; index <= 7_000; index++) add(ring, `${index}`);
  const { items, dropped } = await ring.next({ after: 10, max: 1, waitMs: 0 }, never);
  expect(items[0]?.seq).toBe(11 + dropped);
  expect(dropped).toBeGreaterThan(1_000);
});

test('the cursor of an earlier run begins again', async () => {
  const ring = new LogRing();
  add(ring, 'new');
  expect(texts(await ring.next({ after: 4_000, max: 9, waitMs: 0 }, never))).toEqual(['new']);
});
