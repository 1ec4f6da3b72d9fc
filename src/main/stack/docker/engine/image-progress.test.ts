import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { engineMessages, failureOf, progressOf, type EngineMessage } from './image-progress.ts';

async function read(...parts: readonly string[]): Promise<readonly EngineMessage[]> {
  const messages: EngineMessage[] = [];
  const answer = Readable.from(parts.map((part) => Buffer.from(part, 'latin1')));
  for await (const message of engineMessages(answer, () => undefined)) messages.push(message);
  return messages;
}

test('messages, however the bytes arrive', async () => {
  expect(await read('{"status":"a"}\r\n{"sta', 'tus":"\xc3', '\xa9"}\n\n', '{"status":"end"}')).toEqual([
    { status: 'a' },
    { status: 'é' },
    { status: 'end' },
  ]);
});

test('what is no message is an error', async () => {
  await expect(read('<html>\n')).rejects.toThrow(SyntaxError);
  await expect(read('42\n')).rejects.toThrow(SyntaxError);
  await expect(read('x'.repeat(600_000), 'x'.repeat(600_000))).rejects.toThrow(SyntaxError);
});

test('progress by layer; unknown totals are not numbers', () => {
  expect(progressOf({ status: 'Pulling from library/x', id: '2.0.18' })?.layer).toBeNull();
  expect(
    progressOf({ status: 'Downloading', id: 'ab12', progressDetail: { current: 5, total: 10 } }),
  ).toEqual({ layer: 'ab12', status: 'Downloading', currentBytes: 5, totalBytes: 10 });
  expect(
    progressOf({ status: 'Extracting', id: 'ab12', progressDetail: { current: 5, total: -1 } })?.totalBytes,
  ).toBeNull();
  expect(progressOf({ stream: 'Loaded image: x' })).toBeUndefined();
});

test('failures, the detail before the short form', () => {
  expect(failureOf({ error: 'short', errorDetail: { message: 'long' } })).toBe('long');
  expect(failureOf({ error: 'short' })).toBe('short');
  expect(failureOf({ status: 'ok' })).toBeUndefined();
});
