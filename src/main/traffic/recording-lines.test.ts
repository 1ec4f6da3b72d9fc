import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { recordedLines, type RecordedLine } from './recording-lines.ts';

const line = (topic: string, payload = 'x'): string =>
  JSON.stringify({ time: '2025-11-03T14:30:25Z', topic, payload });

async function read(
  content: string | Buffer,
  pieceBytes = 7,
): Promise<{ readonly lines: readonly RecordedLine[]; readonly error: unknown }> {
  const bytes = Buffer.from(content);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieceBytes)
      yield await Promise.resolve(bytes.subarray(at, at + pieceBytes));
  }
  const lines: RecordedLine[] = [];
  try {
    for await (const found of recordedLines(chunks())) lines.push(found);
  } catch (error) {
    return { lines, error };
  }
  return { lines, error: undefined };
}

test.each([1, 3, 64, 100_000])('lines are put together from pieces of %i bytes', async (pieceBytes) => {
  const text = `\uFEFF${line('é/1')}\r\n\n  \n${line('é/2', '😀')}\n${line('3')}`;
  const { lines, error } = await read(text, pieceBytes);
  expect(error).toBeUndefined();
  expect(lines.map(({ message }) => [message.topic, message.payload.toString()])).toEqual([
    ['é/1', 'x'],
    ['é/2', '😀'],
    ['3', 'x'],
  ]);
  expect(lines.at(-1)?.readBytes).toBe(Buffer.byteLength(text));
});

test.each([
  ['{"time"', 'not-json'],
  ['7', 'not-an-object'],
  ['{"time":"2025-11-03T14:30:25Z","topic":"a"}', 'bad-payload'],
  [Buffer.from([0x22, 0xff, 0x22]), 'not-utf8'],
])('the good lines before %s are given, then its number and reason', async (bad, reason) => {
  const content = Buffer.concat([
    Buffer.from(`${line('1')}\n\n${line('2')}\n`),
    Buffer.from(bad),
    Buffer.from(`\n${line('3')}\n`),
  ]);
  const { lines, error } = await read(content);
  expect(lines.map(({ message }) => message.topic)).toEqual(['1', '2']);
  expect(error).toMatchObject({ code: 'traffic.recording-damaged', data: { line: 4, reason } });
});

test('a line of 20 MB that says nothing is refused, and so is one without an end', async () => {
  const garbage = await read(
    Buffer.concat([Buffer.from(`${line('1')}\n`), Buffer.alloc(20_000_000, 0x61)]),
    65_536,
  );
  expect(garbage.error).toMatchObject({ data: { line: 2, reason: 'not-json' } });
  const endless = await read(Buffer.alloc(30_000_000, 0x61), 65_536);
  expect(endless.error).toMatchObject({ data: { line: 1, reason: 'too-long' } });
});

test('a payload of 15 MB is one line that is read', async () => {
  const payload = Buffer.alloc(15_000_000, 0xfe);
  const { lines } = await read(
    JSON.stringify({ time: 0, topic: 'big', payload_base64: payload.toString('base64') }),
    65_536,
  );
  expect(lines[0]?.message.payload.equals(payload)).toBe(true);
});
