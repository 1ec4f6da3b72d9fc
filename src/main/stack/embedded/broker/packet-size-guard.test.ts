import * as fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { PacketSizeGuard } from './packet-size-guard.ts';

const packet = (bytes: number): Buffer =>
  generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(bytes), qos: 0, dup: false, retain: false });

test('packets up to the limit pass in chunks of any size; the first above it is named', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 8_000 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 500 }),
      (sizes, step) => {
        const guard = new PacketSizeGuard(8_192);
        const stream = Buffer.concat(sizes.map(packet));
        for (let at = 0; at < stream.length; at += step)
          expect(guard.check(stream.subarray(at, at + step))).toBeUndefined();
        expect(guard.check(packet(9_000))).toBeGreaterThan(8_192);
      },
    ),
  );
});

test('a length that never ends is refused', () => {
  expect(new PacketSizeGuard(1e9).check(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff]))).toBeDefined();
});
