import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader, LogLineReader } from './log-stream.ts';

function frame(stream: 1 | 2, content: Buffer | string): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

function pieces(data: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [0, ...[...cuts].map((cut) => cut % (data.length + 1)).sort((a, b) => a - b), data.length];
  return at.slice(1).map((end, index) => data.subarray(at[index] ?? 0, end));
}

const stamp = '2026-03-01T12:00:00.123456789Z';
const timeMs = Date.parse('2026-03-01T12:00:00.123Z');

test('frames come out the same, however the bytes arrive', () => {
  const stream = fc.constantFrom(1 as const, 2 as const);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(stream, fc.uint8Array({ maxLength: 300 })), { maxLength: 20 }),
      fc.array(fc.nat(8000), { maxLength: 30 }),
      (frames, cuts) => {
        const data = Buffer.concat(frames.map(([kind, content]) => frame(kind, Buffer.from(content))));
        const reader = new FrameReader();
        const read = pieces(data, cuts).flatMap((part) => [...reader.feed(part)]);
        expect(read.map(({ stream, content }) => [stream, [...content]])).toEqual(
          frames.map(([kind, content]) => [kind === 1 ? 'out' : 'error', [...content]]),
        );
      },
    ),
  );
});

test('lines of both streams, letters cut in two, a last line without an end', () => {
  const data = Buffer.concat([
    frame(1, `${stamp} caf`),
    frame(2, `${stamp} err\r\n`),
    frame(1, 'é\n'),
    frame(1, `${stamp}\n${stamp} end`),
  ]);
  for (let size = 1; size < 40; size += 1) {
    const reader = new LogLineReader(false);
    const lines = [];
    for (let at = 0; at < data.length; at += size) lines.push(...reader.feed(data.subarray(at, at + size)));
    lines.push(...reader.end());
    expect(lines).toEqual([
      { timeMs, stream: 'error', text: 'err' },
      { timeMs, stream: 'out', text: 'café' },
      { timeMs, stream: 'out', text: '' },
      { timeMs, stream: 'out', text: 'end' },
    ]);
  }
});

test('a terminal has no frames', () => {
  const reader = new LogLineReader(true);
  expect([...reader.feed(Buffer.from(`${stamp} {"a":1}\r\nno stamp here\n`))]).toEqual([
    { timeMs, stream: 'out', text: '{"a":1}' },
    { timeMs: 0, stream: 'out', text: 'no stamp here' },
  ]);
});

test('a line without an end keeps a bounded part', () => {
  const reader = new LogLineReader(true);
  for (let part = 0; part < 100; part += 1) expect([...reader.feed(Buffer.alloc(10_000, 97))]).toEqual([]);
  const [line] = [...reader.end()];
  expect(line?.text.length).toBe(64 * 1024);
});

test('bytes that are no frames are an error, not gigabytes to wait for', () => {
  expect(() => [...new FrameReader().feed(Buffer.from('HTTP/1.1 200 OK\r\n'))]).toThrow('format');
});
