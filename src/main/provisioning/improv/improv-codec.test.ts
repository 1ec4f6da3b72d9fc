import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeImprovResult,
  encodeImprov,
  encodeImprovCommand,
  encodeImprovStrings,
  improvCommand,
  ImprovDecoder,
  improvType,
  type ImprovPacket,
} from './improv-codec.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

test.each([
  ['current state', encodeImprovCommand(2), '49 4d 50 52 4f 56 01 03 02 02 00 e5'],
  ['device info', encodeImprovCommand(3), '49 4d 50 52 4f 56 01 03 02 03 00 e6'],
  ['scan', encodeImprovCommand(4), '49 4d 50 52 4f 56 01 03 02 04 00 e7'],
  ['hostname', encodeImprovCommand(5), '49 4d 50 52 4f 56 01 03 02 05 00 e8'],
  ['device name', encodeImprovCommand(6), '49 4d 50 52 4f 56 01 03 02 06 00 e9'],
  ['network state', encodeImprovCommand(7), '49 4d 50 52 4f 56 01 03 02 07 00 ea'],
  [
    'wifi',
    encodeImprovCommand(improvCommand.sendWifi, encodeImprovStrings(['Plant-A', 'secret12'])),
    '49 4d 50 52 4f 56 01 03 13 01 11 07 50 6c 61 6e 74 2d 41 08 73 65 63 72 65 74 31 32 6b',
  ],
  ['ready', encodeImprov(improvType.state, Buffer.of(2)), '49 4d 50 52 4f 56 01 01 01 02 e2'],
  ['provisioned', encodeImprov(improvType.state, Buffer.of(4)), '49 4d 50 52 4f 56 01 01 01 04 e4'],
  ['error 3', encodeImprov(improvType.error, Buffer.of(3)), '49 4d 50 52 4f 56 01 02 01 03 e4'],
  ['end of scan', encodeImprov(improvType.result, Buffer.of(4, 0)), '49 4d 50 52 4f 56 01 04 02 04 00 e8'],
])('%s is written as the specification computes it, and read back', (_, packet, expected) => {
  expect(packet.toString('hex')).toBe(hex(expected).toString('hex'));
  const { packets, log } = decode([hex(expected)]);
  expect(packets).toHaveLength(1);
  expect(log).toBe('');
});

function decode(pieces: readonly Buffer[]): { packets: ImprovPacket[]; log: string } {
  const packets: ImprovPacket[] = [];
  const log: Buffer[] = [];
  const decoder = new ImprovDecoder(
    (packet) => packets.push(packet),
    (bytes) => log.push(Buffer.from(bytes)),
  );
  for (const piece of pieces) decoder.push(piece);
  decoder.flush();
  return { packets, log: Buffer.concat(log).toString('latin1') };
}

function cut(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

/** Log text of the sort that could be taken for a packet. */
const logText = fc
  .array(fc.constantFrom('I', 'IM', 'IMPRO', 'IMPROX', 'boot\r\n', 'ok ', '\u0001'), { maxLength: 6 })
  .map((parts) => `${parts.join('')}.`);
const packet = fc.record({
  type: fc.integer({ min: 1, max: 4 }),
  data: fc.uint8Array({ maxLength: 255 }).map((bytes) => Buffer.from(bytes)),
});

test('packets between log text are all found, and the log loses nothing, in pieces of any size', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ text: logText, packet }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      (items, size) => {
        const wire = Buffer.concat(
          items.flatMap(({ text, packet: { type, data } }) => [
            Buffer.from(text, 'latin1'),
            encodeImprov(type, data),
            Buffer.of(0x0a),
          ]),
        );
        const { packets, log } = decode(cut(wire, size));
        expect(packets).toEqual(items.map((item) => item.packet));
        expect(log).toBe(items.map(({ text }) => text).join(''));
      },
    ),
  );
});

test('any bytes at all are survived, and what is no packet stays in the log', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 30 }), (bytes, size) => {
      const { packets, log } = decode(cut(Buffer.from(bytes), size));
      if (packets.length === 0) expect(log).toBe(Buffer.from(bytes).toString('latin1'));
    }),
  );
});

test('a packet with one wrong byte is log, and the one after it is found', () => {
  const good = encodeImprov(improvType.state, Buffer.of(2));
  for (let at = 0; at < good.length; at++) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 0x01;
    const { packets } = decode([bad, Buffer.from('\n'.repeat(300)), good]);
    expect(packets.at(-1)).toEqual({ type: improvType.state, data: Buffer.of(2) });
    expect(packets.filter(({ data }) => data.length === 1)).toHaveLength(1);
  }
});

test('results are read string by string, and refused where lengths do not add up', () => {
  const strings = ['ESPHome', '2026.1', 'ESP32', 'Küche 漢'];
  const list = encodeImprovStrings(strings);
  const data = Buffer.concat([Buffer.of(3, list.length), list]);
  expect(decodeImprovResult(data)).toEqual({ command: 3, strings });
  expect(decodeImprovResult(Buffer.of(4, 0))).toEqual({ command: 4, strings: [] });
  for (const broken of ['', '03', '03 05 01', '03 02 05 41', '03 03 01 41'])
    expect(decodeImprovResult(hex(broken))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      decodeImprovResult(Buffer.from(bytes));
    }),
  );
});

test('what does not fit a packet is refused', () => {
  expect(() => encodeImprov(1, Buffer.alloc(256))).toThrow(RangeError);
  expect(encodeImprov(1, Buffer.alloc(255))).toHaveLength(265);
});
