import { createCipheriv, createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../shared/domain/app-error.ts';
import { nvsCrc, type NvsEntry } from './nvs-format.ts';
import { assertReadableNvs, buildNvsImage, mergeNvs, parseNvs } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const golden: readonly NvsEntry[] = [
  { namespace: 'datayoti', key: 'ssid', type: 'str', value: bytes('Plant-A') },
  { namespace: 'datayoti', key: 'port', type: 'u16', value: 1883 },
  {
    namespace: 'datayoti',
    key: 'cert',
    type: 'blob',
    value: new Uint8Array(Buffer.from('00112233445566778899aabbccddeeff', 'hex')),
  },
];
/** What `nvs_partition_gen.py generate a.csv a.bin 0x3000` wrote for them; everything after it is 0xFF. */
const goldenHead = [
  'feffffff00000000fe'.padEnd(56, 'f') + '842dbab9',
  'aaeaffff'.padEnd(64, 'f'),
  '000101ff7e24566d6461746179 6f74690000000000000000 01ffffffffffffff',
  '012102ffb66d169a73736964000000000000000000000000 0800ffff47a3cf3e',
  '506c616e742d4100'.padEnd(64, 'f'),
  '010201ffc45ad6cc706f7274000000000000000000000000 5b07ffffffffffff',
  '01420200504f334863657274000000000000000000000000 1000ffff31c14397',
  '00112233445566778899aabbccddeeff'.padEnd(64, 'f'),
  '014801ff0f8e64fc63657274000000000000000000000000 100000000100ffff',
]
  .join('')
  .replaceAll(' ', '');

/** One of each kind over several pages and namespaces; the generator's output for it is known by its hash. */
const large: readonly NvsEntry[] = [
  ...Array.from({ length: 150 }, (_, n): readonly NvsEntry[] => [
    { namespace: n % 3 === 0 ? 'phy' : 'net80211', key: `n${n}`, type: 'i16', value: n - 75 },
    { namespace: 'datayoti', key: `s${n}`, type: 'str', value: bytes('é'.repeat(n)) },
  ]).flat(),
  {
    namespace: 'datayoti',
    key: 'mqtt_ca',
    type: 'blob',
    value: Uint8Array.from({ length: 9000 }, (_, n) => (n * 7) % 251),
  },
  { namespace: 'datayoti', key: 'u64', type: 'u64', value: 2n ** 64n - 1n },
];

const name = fc.string({
  unit: fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz_09')),
  minLength: 1,
  maxLength: 15,
});
const value = fc.oneof(
  fc.record({ type: fc.constant('u8' as const), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ type: fc.constant('i8' as const), value: fc.integer({ min: -128, max: 127 }) }),
  fc.record({ type: fc.constant('i16' as const), value: fc.integer({ min: -32768, max: 32767 }) }),
  fc.record({ type: fc.constant('u32' as const), value: fc.nat({ max: 0xffffffff }) }),
  fc.record({
    type: fc.constant('i64' as const),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  }),
  fc.record({
    type: fc.constant('str' as const),
    value: fc.string({ unit: 'grapheme', maxLength: 400 }).map((text) => bytes(text.replaceAll('\0', ' '))),
  }),
  fc.record({ type: fc.constant('blob' as const), value: fc.uint8Array({ maxLength: 6000, size: 'max' }) }),
);
const configurations = fc
  .uniqueArray(fc.tuple(fc.constantFrom('datayoti', 'phy', 'nvs.net80211'), name, value), {
    maxLength: 40,
    selector: ([namespace, key]) => `${namespace}/${key}`,
    size: 'max',
  })
  .map((items) => items.map(([namespace, key, held]): NvsEntry => ({ namespace, key, ...held })));
const sorted = (entries: readonly NvsEntry[]) =>
  entries.toSorted((a, b) => `${a.namespace}/${a.key}`.localeCompare(`${b.namespace}/${b.key}`));
/** In a form that is compared at once, not byte for byte. */
const written = (entries: readonly NvsEntry[]) =>
  sorted(entries).map(({ value: held, ...entry }) => ({
    ...entry,
    value: held instanceof Uint8Array ? Buffer.from(held).toString('hex') : held,
  }));
const partition = 140 * 4096;

describe('NVS images', () => {
  it('equal the golden vector of the original generator byte for byte', () => {
    const image = Buffer.from(buildNvsImage(golden, 0x3000));
    expect(image.length).toBe(0x3000);
    expect(image.subarray(0, goldenHead.length / 2).toString('hex')).toBe(goldenHead);
    expect(image.subarray(goldenHead.length / 2).every((byte) => byte === 0xff)).toBe(true);
  });

  it('equal the original generator over several pages', () => {
    const image = buildNvsImage(large, 0x10000);
    expect(createHash('sha256').update(image).digest('hex')).toBe(
      'c4a4daf74b87fec3b1fe8c02adc12a8f7512562924c67a44880fb7ab05b5fe80',
    );
    expect(sorted(parseNvs(image).entries)).toEqual(sorted(large));
  });

  it('are read back as they were written, and again after a merge, across page boundaries', () => {
    let pagesUsed = 0;
    fc.assert(
      fc.property(configurations, configurations, (first, second) => {
        const image = buildNvsImage(first, partition);
        const contents = parseNvs(image);
        pagesUsed = Math.max(pagesUsed, contents.pages.filter((page) => page.state !== 'empty').length);
        expect(contents.problems).toEqual([]);
        expect(written(contents.entries)).toEqual(written(first));
        expect(contents.pages.at(-1)?.state).toBe('empty');

        const entries = second.filter((entry) => entry.namespace === 'datayoti');
        const owns = (key: string): boolean => key < 'm';
        const merged = parseNvs(mergeNvs(contents, { namespace: 'datayoti', entries, owns }, partition));
        const given = new Set(entries.map((entry) => entry.key));
        const expected = [
          ...first.filter((e) => e.namespace !== 'datayoti' || (!given.has(e.key) && !owns(e.key))),
          ...entries,
        ];
        expect(written(merged.entries)).toEqual(written(expected));
      }),
      { numRuns: 20 },
    );
    expect(pagesUsed).toBeGreaterThan(3);
  });

  it('keep one page empty and say so when the values do not fit', () => {
    const blob = (length: number): NvsEntry[] => [
      { namespace: 'n', key: 'k', type: 'blob', value: new Uint8Array(length) },
    ];
    // Two pages of 126 entries, less the namespace, two chunk heads and the index.
    const room = (2 * 126 - 4) * 32;
    expect(parseNvs(buildNvsImage(blob(room), 0x3000)).entries).toEqual(blob(room));
    expect(() => buildNvsImage(blob(room + 1), 0x3000)).toThrow(/does not fit/);
  });

  it.each([0, 0x2000, 0x3001, -4096, Number.NaN, Infinity])('refuse a partition of %s bytes', (size) => {
    expect(() => buildNvsImage([], size)).toThrow(expect.objectContaining({ code: 'nvs.size-invalid' }));
  });

  it.each<[string, Partial<NvsEntry>]>([
    ['out-of-range', { type: 'u8', value: 256 }],
    ['out-of-range', { type: 'i16', value: -32769 }],
    ['not-an-integer', { type: 'u16', value: 1.5 }],
    ['name-length', { key: 'sixteen_letters_' }],
    ['name-length', { namespace: '' }],
    ['name-characters', { key: '漢' }],
    ['string-with-nul', { type: 'str', value: new Uint8Array([65, 0]) }],
    ['string-too-long', { type: 'str', value: new Uint8Array(4000).fill(65) }],
  ])('refuse a value that cannot be stored: %s %j', (reason, wrong) => {
    const entry = { namespace: 'n', key: 'k', type: 'u8', value: 1, ...wrong } as NvsEntry;
    expect(() => buildNvsImage([entry], 0x3000)).toThrow(
      expect.objectContaining({
        code: 'nvs.entry-invalid',
        data: { namespace: entry.namespace, key: entry.key, reason },
      }),
    );
  });

  it('hold a string that needs a page for itself', () => {
    const entry: NvsEntry = { namespace: 'n', key: 'k', type: 'str', value: new Uint8Array(3999).fill(65) };
    expect(parseNvs(buildNvsImage([entry], 0x3000)).entries).toEqual([entry]);
  });
});

describe('reading NVS as boards leave it', () => {
  const page = (image: Uint8Array, index: number) => image.subarray(index * 4096, (index + 1) * 4096);
  const sign = (bytes: Uint8Array): void =>
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(28, nvsCrc(bytes.subarray(4, 28)), true);
  const withPort = (port: number): NvsEntry[] => [
    { namespace: 'datayoti', key: 'port', type: 'u16', value: port },
  ];

  it('takes the newer of two values, whatever the order of the pages on flash', () => {
    const image = new Uint8Array(0x3000).fill(0xff);
    image.set(page(buildNvsImage(withPort(2), 0x3000), 0), 0);
    image.set(page(buildNvsImage(withPort(1), 0x3000), 0), 0x1000);
    new DataView(image.buffer).setUint32(4, 7, true);
    sign(page(image, 0));
    const contents = parseNvs(image);
    expect(contents.entries).toEqual(withPort(2));
    expect(contents.problems).toContainEqual({ kind: 'duplicate', page: 0, key: 'port' });
  });

  it('reads pages that were full or being moved, and passes over corrupt ones', () => {
    for (const [state, found] of [
      [0xfc, true],
      [0xf8, true],
      [0xf0, false],
      [0x12, false],
    ] as const) {
      const image = buildNvsImage(withPort(5), 0x3000);
      image[0] = state;
      expect(parseNvs(image).entries).toEqual(found ? withPort(5) : []);
    }
  });

  it('passes over erased entries and entries whose mark was never set', () => {
    for (const bits of [0b00, 0b11]) {
      const image = buildNvsImage(golden, 0x3000);
      // The entry of "port" is the fourth: bits 6 and 7 of the first byte.
      image[32] = ((image[32] ?? 0) & 0b0011_1111) | (bits << 6);
      expect(parseNvs(image).entries.map((entry) => entry.key)).toEqual(['ssid', 'cert']);
    }
  });

  it('loses only the entry that was damaged, and says so', () => {
    const image = buildNvsImage(golden, 0x3000);
    image[0x82] = 0x58;
    const contents = parseNvs(image);
    expect(contents.entries.map((entry) => entry.key)).toEqual(['port', 'cert']);
    expect(contents.problems).toEqual([{ kind: 'entry-damaged', page: 0, key: null }]);
    expect(contents.encrypted).toBe(false);
  });

  it('leaves out a blob of which a part is missing', () => {
    const image = buildNvsImage(golden, 0x3000);
    image[0xe1] = 0x99;
    expect(parseNvs(image).problems).toContainEqual({ kind: 'blob-incomplete', page: 0, key: 'cert' });
  });

  it('reads blobs of the first format', () => {
    const image = buildNvsImage([{ namespace: 'n', key: 'k', type: 'str', value: bytes('abc') }], 0x3000);
    const head = image.subarray(96, 128);
    head[1] = 0x41;
    const covered = new Uint8Array([...head.subarray(0, 4), ...head.subarray(8)]);
    new DataView(image.buffer).setUint32(100, nvsCrc(covered), true);
    expect(parseNvs(image).entries).toEqual([
      { namespace: 'n', key: 'k', type: 'blob', value: bytes('abc\0') },
    ]);
  });

  it('never fails whatever the bytes, and only with a named error when they are to be merged', () => {
    const valid = buildNvsImage(large, 0x10000);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 9000, size: 'max' }),
          fc
            .array(fc.tuple(fc.nat({ max: 0x9fff }), fc.nat({ max: 255 })), { maxLength: 40 })
            .map((edits) => {
              const image = valid.slice();
              for (const [at, byte] of edits) image[at] = byte;
              return image;
            }),
        ),
        (image) => {
          const contents = parseNvs(image);
          try {
            mergeNvs(contents, { namespace: 'datayoti', entries: golden, owns: () => true }, partition);
          } catch (error) {
            if (!isAppError(error)) throw error;
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('recognises encrypted NVS, and never takes it for an empty one', () => {
    const plain = buildNvsImage(golden.slice(0, 2), 0x3000);
    const image = plain.slice();
    const key = Uint8Array.from({ length: 64 }, (_, n) => n);
    // XTS-AES-256 entry by entry, the tweak being the place of the entry in the partition.
    for (let at = 64; at < 64 + 4 * 32; at += 32) {
      const tweak = Buffer.alloc(16);
      tweak.writeUInt32LE(at);
      image.set(createCipheriv('aes-256-xts', key, tweak).update(plain.subarray(at, at + 32)), at);
    }
    // The same that the original generator writes for this key.
    expect(createHash('sha256').update(image).digest('hex')).toBe(
      'f66447c2bccd1261314b58cef1119947e1093df68aeff3f2b25344060f189d1b',
    );
    const contents = parseNvs(image);
    expect(contents.encrypted).toBe(true);
    expect(() => assertReadableNvs(contents)).toThrow(expect.objectContaining({ code: 'nvs.encrypted' }));
    const blank = parseNvs(new Uint8Array(0x3000).fill(0xff));
    expect(blank.blank).toBe(true);
    expect(() => assertReadableNvs(blank)).not.toThrow();
    expect(() => assertReadableNvs(blank, new Uint8Array(4096).fill(0xff))).not.toThrow();
    expect(() => assertReadableNvs(blank, key)).toThrow(expect.objectContaining({ code: 'nvs.encrypted' }));
  });

  it('refuses to write into what is no NVS', () => {
    const contents = parseNvs(new Uint8Array(0x3000).fill(0x42));
    expect(() => assertReadableNvs(contents)).toThrow(expect.objectContaining({ code: 'nvs.unreadable' }));
  });
});
