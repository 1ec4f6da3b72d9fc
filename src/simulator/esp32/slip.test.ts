import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { slipFrame, SlipReader } from './slip.ts';

test('packets come out as they went in, however the stream is cut and whatever lies between', () => {
  const packet = fc.uint8Array({ minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1 }), fc.integer({ min: 1, max: 17 }), (packets, size) => {
      const stream = Buffer.concat([Buffer.from('boot log\r\n'), ...packets.map(slipFrame)]);
      const out: Buffer[] = [];
      const reader = new SlipReader((each) => out.push(each));
      for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
      expect(out).toEqual(packets.map((each) => Buffer.from(each)));
    }),
  );
});

test('a lone C0 puts the reader out of step for one packet at most', () => {
  const out: Buffer[] = [];
  const reader = new SlipReader((each) => out.push(each));
  reader.push(
    Buffer.concat([
      Buffer.of(0xc0, 0x55),
      slipFrame(Buffer.of(1)),
      slipFrame(Buffer.of(2)),
      slipFrame(Buffer.of(3)),
    ]),
  );
  expect(out.at(-1)).toEqual(Buffer.of(3));
});
