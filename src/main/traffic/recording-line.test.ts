import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { publishTopicFault } from '../../shared/domain/topics.ts';
import { readRecordingLine, recordingLine } from './recording-line.ts';
import type { SeenMessage } from './source.ts';

const seen = (part: Partial<SeenMessage>): SeenMessage => ({
  timeMs: Date.UTC(2025, 10, 3, 14, 30, 25, 123),
  topic: 'datayoti/sensor/1C:69:20:E9:18:24/data',
  payload: Buffer.from('{"temperature":4.2}'),
  qos: 0,
  retain: false,
  client: '',
  account: '',
  properties: null,
  ...part,
});

test('a line is what the documentation shows', () => {
  expect(recordingLine(seen({ qos: 1, client: 'board-1' }))).toBe(
    '{"time":"2025-11-03T14:30:25.123Z","topic":"datayoti/sensor/1C:69:20:E9:18:24/data",' +
      '"payload":"{\\"temperature\\":4.2}","qos":1,"retain":false,"client":"board-1"}\n',
  );
  expect(recordingLine(seen({ topic: 'b', payload: Buffer.from([0xff, 0xfe]), retain: true }))).toBe(
    '{"time":"2025-11-03T14:30:25.123Z","topic":"b","payload_base64":"//4=","qos":0,"retain":true}\n',
  );
});

test('what was recorded is read back byte for byte, whatever it holds', () => {
  fc.assert(
    fc.property(
      fc.record({
        timeMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
        topic: fc
          .string({ unit: 'binary', minLength: 1, maxLength: 30 })
          .filter((topic) => publishTopicFault(topic) === undefined),
        payload: fc.oneof(
          fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
          fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
          fc.constant(Buffer.from('\uFEFFwith a mark\r\n\u2028')),
        ),
        qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
        retain: fc.boolean(),
        user: fc.array(fc.record({ name: fc.string(), value: fc.string() }), { maxLength: 3 }),
      }),
      ({ user, ...part }) => {
        const properties = {
          contentType: 'text/plain',
          responseTopic: null,
          correlationData: null,
          payloadIsUtf8: null,
          expirySeconds: null,
          user,
        };
        const line = recordingLine(seen({ ...part, properties }));
        expect(line.indexOf('\n')).toBe(line.length - 1);
        const { timeMs, topic, payload, qos, retain } = part;
        const back = readRecordingLine(line);
        expect(back).toEqual({
          timeMs,
          message: { topic, payload, qos, retain, contentType: 'text/plain', user },
        });
      },
    ),
  );
});

test('a payload of control characters is not written six times as long', () => {
  const line = recordingLine(seen({ payload: Buffer.alloc(100_000, 1) }));
  expect(line.length).toBeLessThan(140_000);
});

const good = { time: '2025-11-03T14:30:25Z', topic: 'a', payload: 'x' };

test.each([
  ['{', 'not-json'],
  ['[1]', 'not-an-object'],
  ['null', 'not-an-object'],
  ['"text"', 'not-an-object'],
  [{ ...good, time: undefined }, 'bad-time'],
  [{ ...good, time: '2025-11-03 14:30:25' }, 'bad-time'],
  [{ ...good, time: '2025-13-41T14:30:25Z' }, 'bad-time'],
  [{ ...good, time: 1e300 }, 'bad-time'],
  [{ ...good, time: true }, 'bad-time'],
  [{ ...good, topic: 7 }, 'bad-topic'],
  [{ ...good, topic: '' }, 'bad-topic'],
  [{ ...good, topic: 'a/#' }, 'bad-topic'],
  [{ ...good, topic: 'a\0' }, 'bad-topic'],
  [{ ...good, payload: { a: 1 } }, 'bad-payload'],
  [{ ...good, payload: undefined }, 'bad-payload'],
  [{ ...good, payload_base64: 'eA==' }, 'bad-payload'],
  [{ ...good, payload: undefined, payload_base64: 'no base64!' }, 'bad-payload'],
  [{ ...good, payload: undefined, payload_base64: 'eA' }, 'bad-payload'],
  [{ ...good, qos: 3 }, 'bad-qos'],
  [{ ...good, qos: '1' }, 'bad-qos'],
  [{ ...good, retain: 1 }, 'bad-retain'],
  [{ ...good, user_properties: { a: 'b' } }, 'bad-properties'],
  [{ ...good, user_properties: [['a']] }, 'bad-properties'],
  [{ ...good, content_type: 5 }, 'bad-properties'],
])('%j is %s', (line, fault) => {
  expect(readRecordingLine(typeof line === 'string' ? line : JSON.stringify(line))).toBe(fault);
});

test('other zones, epoch milliseconds and unknown fields are read', () => {
  const at = (time: unknown): unknown => readRecordingLine(JSON.stringify({ ...good, time, more: [1] }));
  const expected = expect.objectContaining({ timeMs: Date.UTC(2025, 10, 3, 14, 30, 25) }) as unknown;
  expect(at('2025-11-03T15:30:25+01:00')).toEqual(expected);
  expect(at(Date.UTC(2025, 10, 3, 14, 30, 25))).toEqual(expected);
});
