import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { PublishStream } from './publish-stream.ts';

const publish = fc.record({
  cmd: fc.constant('publish' as const),
  topic: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => !/[\0+#]/.test(text)),
  payload: fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes)),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  retain: fc.boolean(),
  dup: fc.boolean(),
  messageId: fc.integer({ min: 1, max: 65_535 }),
});
const other = fc.constantFrom(
  generate({ cmd: 'pingresp' }),
  generate({ cmd: 'puback', messageId: 7 }),
  Buffer.from([0x90, 3, 0, 1, 1]),
);

function read(chunks: readonly Buffer[]): unknown[] {
  const got: unknown[] = [];
  const stream = new PublishStream({
    publish: (packet) => got.push({ ...packet, payload: Buffer.from(packet.payload) }),
    other: (packet) => got.push(Buffer.from(packet)),
  });
  for (const chunk of chunks) stream.feed(chunk);
  return got;
}

test('what the general generator writes is read, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(publish, other), { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1 }),
      (packets, cuts) => {
        const bytes = Buffer.concat(
          packets.map((packet) => (Buffer.isBuffer(packet) ? packet : generate(packet))),
        );
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(read(chunks)).toEqual(
          packets.map((packet) => {
            if (Buffer.isBuffer(packet)) return packet;
            const { topic, payload, qos, retain, dup, messageId } = packet;
            return { topic, payload, qos, retain, dup, messageId: qos === 0 ? 0 : messageId };
          }),
        );
      },
    ),
  );
});

test('bytes that are not MQTT end in an error, never in a message', () => {
  expect(() => read([Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01])])).toThrow('four bytes');
  expect(() => read([Buffer.from([0x36, 0x05, 0, 1, 0x61, 0, 1])])).toThrow('QoS 3');
  expect(() => read([Buffer.from([0x32, 0x05, 0, 1, 0x61, 0, 0])])).toThrow('identifier 0');
  expect(() => read([Buffer.from([0x30, 0x03, 0, 9, 0x61])])).toThrow('ends before');
  expect(() => read([Buffer.from([0x30, 0x01, 0])])).toThrow('ends before');
  expect(() => read([Buffer.from([0x30, 0x00])])).toThrow('ends before');
});
