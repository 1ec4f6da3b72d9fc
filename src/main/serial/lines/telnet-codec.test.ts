import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comPortCommand, escapeTelnet, negotiation, TelnetDecoder } from './telnet-codec.ts';

type Item =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'command'; readonly code: number; readonly bytes: Uint8Array }
  | { readonly kind: 'negotiation'; readonly verb: number; readonly option: number };

const item: fc.Arbitrary<Item> = fc.oneof(
  fc.record({ kind: fc.constant('data' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) }),
  fc.record({
    kind: fc.constant('command' as const),
    code: fc.integer({ min: 0, max: 112 }),
    bytes: fc.uint8Array({ maxLength: 6 }),
  }),
  fc.record({
    kind: fc.constant('negotiation' as const),
    verb: fc.integer({ min: 251, max: 254 }),
    option: fc.integer({ min: 0, max: 255 }),
  }),
);

const encode = (one: Item): Buffer => {
  if (one.kind === 'data') return escapeTelnet(one.bytes);
  if (one.kind === 'command') return comPortCommand(one.code, one.bytes);
  return negotiation(one.verb, one.option);
};

function decode(pieces: readonly Buffer[]): readonly Item[] {
  const items: Item[] = [];
  const decoder = new TelnetDecoder({
    data: (bytes) => {
      const last = items.at(-1);
      if (last?.kind === 'data')
        items[items.length - 1] = { kind: 'data', bytes: Buffer.concat([last.bytes, bytes]) };
      else items.push({ kind: 'data', bytes: Buffer.from(bytes) });
    },
    negotiation: (verb, option) => items.push({ kind: 'negotiation', verb, option }),
    subnegotiation: (option, value) => {
      expect(option).toBe(44);
      items.push({ kind: 'command', code: value[0] ?? -1, bytes: value.subarray(1) });
    },
  });
  for (const piece of pieces) decoder.push(piece);
  return items;
}

/** Neighbouring data is one run of bytes, however it was cut. */
const merged = (items: readonly Item[]): readonly unknown[] =>
  items.reduce<unknown[]>((all, one, at) => {
    const before = items[at - 1];
    if (one.kind === 'data' && before?.kind === 'data') {
      const last = all.pop() as { readonly hex: string };
      return [...all, { kind: 'data', hex: last.hex + Buffer.from(one.bytes).toString('hex') }];
    }
    if (one.kind === 'negotiation') return [...all, one];
    const hex = Buffer.from(one.bytes).toString('hex');
    return [...all, one.kind === 'data' ? { kind: 'data', hex } : { kind: one.kind, code: one.code, hex }];
  }, []);

test('whatever is said in telnet is understood, in pieces of any size', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 20 }), fc.integer({ min: 1, max: 7 }), (items, size) => {
      const wire = Buffer.concat(items.map(encode));
      const pieces: Buffer[] = [];
      for (let at = 0; at < wire.length; at += size) pieces.push(wire.subarray(at, at + size));
      expect(merged(decode(pieces))).toEqual(merged(items));
      expect(merged(decode([wire]))).toEqual(merged(items));
    }),
  );
});

test('any bytes at all are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      new TelnetDecoder({
        data: () => undefined,
        negotiation: () => undefined,
        subnegotiation: () => undefined,
      }).push(Buffer.from(bytes));
    }),
  );
});

test('a subnegotiation that never ends does not fill the memory', () => {
  let length = 0;
  const decoder = new TelnetDecoder({
    data: () => undefined,
    negotiation: () => undefined,
    subnegotiation: (_, value) => {
      length = value.length;
    },
  });
  decoder.push(Buffer.from([255, 250, 44]));
  decoder.push(Buffer.alloc(1_000_000, 7));
  decoder.push(Buffer.from([255, 240]));
  expect(length).toBeLessThan(5_000);
});
