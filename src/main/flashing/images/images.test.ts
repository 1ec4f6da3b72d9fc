import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appDescriptor, bootLoaderDescriptor, espImage } from '../../../../tests/support/esp-images.ts';
import { isAppError, type ErrorCode } from '../../../shared/domain/app-error.ts';
import {
  buildPartitionTable,
  chipFamily,
  nvsKeysPartition,
  nvsPartition,
  parseEspImage,
  parsePartitionTable,
  printPartitionTable,
  readFlashLayout,
  type ChipFamily,
  type Partition,
} from './index.ts';

const code = (wanted: ErrorCode): unknown => expect.objectContaining({ code: wanted });
const esp32: ChipFamily = { name: 'ESP32', imageId: 0, bootLoaderOffset: 0x1000 };
const partition = (wish: Partial<Partition>): Partition => ({
  name: 'nvs',
  type: 1,
  subtype: 2,
  offset: 0x9000,
  size: 0x5000,
  encrypted: false,
  readonly: false,
  ...wish,
});
/** The layout of Arduino's default for 4 MB. */
const arduino: readonly Partition[] = [
  partition({}),
  partition({ name: 'otadata', subtype: 0, offset: 0xe000, size: 0x2000 }),
  partition({ name: 'app0', type: 0, subtype: 0x10, offset: 0x10000, size: 0x140000 }),
  partition({ name: 'app1', type: 0, subtype: 0x11, offset: 0x150000, size: 0x140000 }),
  partition({ name: 'spiffs', subtype: 0x82, offset: 0x290000, size: 0x160000 }),
];

function onlyNamedErrors(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!isAppError(error) || !error.code.startsWith('firmware.')) throw error;
  }
}

describe('ESP images', () => {
  it('tell what they are for', () => {
    const bytes = espImage({
      chipId: 9,
      minRevision: 1,
      maxRevision: 199,
      segments: [appDescriptor(), Buffer.from('abcd')],
    });
    const image = parseEspImage(bytes, 'app.bin');
    expect(image).toMatchObject({
      chipId: 9,
      minRevision: 1,
      maxRevision: 199,
      flashMode: 2,
      flashBytes: 4 * 2 ** 20,
      length: bytes.length,
      bootLoader: undefined,
      app: {
        project: 'datayoti-sensor',
        version: '1.2.0',
        built: 'Nov  3 2025 14:30:25',
        idfVersion: 'v5.3.1',
        elfSha256: 'ab'.repeat(32),
      },
    });
    expect(image.segments.map((segment) => [segment.offset, segment.length])).toEqual([
      [32, 256],
      [296, 4],
    ]);
    expect(parseEspImage(espImage({ segments: [bootLoaderDescriptor()] }), 'b')).toMatchObject({
      app: undefined,
      maxRevision: null,
      bootLoader: { idfVersion: 'v5.3.1', built: 'Nov  3 2025 14:30:25', version: 1 },
    });
  });

  it('may have padding or a signature behind them, and no hash', () => {
    for (const length of [4, 8, 12, 16, 20]) {
      const bytes = espImage({ hashed: false, segments: [new Uint8Array(length)] });
      const image = parseEspImage(Buffer.concat([bytes, Buffer.alloc(100, 0xff)]), 'x');
      expect([image.length, image.sha256]).toEqual([bytes.length, null]);
    }
  });

  it('are refused for one changed bit anywhere in a segment, and for any cut', () => {
    const bytes = espImage();
    for (let at = 32; at < 32 + 256; at += 5) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => parseEspImage(changed, 'x')).toThrow(code('firmware.checksum-wrong'));
    }
    const otherEntry = bytes.slice();
    otherEntry[4] = 1;
    expect(() => parseEspImage(otherEntry, 'x')).toThrow(code('firmware.hash-wrong'));
    for (let length = 1; length < bytes.length; length += 1)
      expect(() => parseEspImage(bytes.subarray(0, length), 'x')).toThrow(code('firmware.image-truncated'));
    expect(() => parseEspImage(new Uint8Array(0), 'x')).toThrow(code('firmware.not-an-image'));
    for (const count of [0, 17, 255]) {
      const changed = bytes.slice();
      changed[1] = count;
      expect(() => parseEspImage(changed, 'x')).toThrow(code('firmware.not-an-image'));
    }
  });

  it('throw nothing but their own errors, whatever the bytes', () => {
    const valid = espImage();
    const edits = fc.array(fc.tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        edits,
        fc.nat({ max: valid.length }),
        fc.uint8Array({ maxLength: 500 }),
        (changes, cut, noise) => {
          const bytes = valid.slice(0, cut);
          for (const [at, byte] of changes) if (at < cut) bytes[at] = byte;
          onlyNamedErrors(() => parseEspImage(bytes, 'x'));
          onlyNamedErrors(() => parseEspImage(Buffer.concat([Buffer.from([0xe9, 1]), noise]), 'x'));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('partition tables', () => {
  it('are read and printed as the original tools do', () => {
    const table = parsePartitionTable(buildPartitionTable(arduino), 'partitions.bin');
    expect(table).toEqual({ partitions: arduino, md5: 'right' });
    expect(printPartitionTable(table)).toBe(
      [
        '# Name, Type, SubType, Offset, Size, Flags',
        'nvs,data,nvs,0x9000,0x5000,',
        'otadata,data,ota,0xe000,0x2000,',
        'app0,app,ota_0,0x10000,0x140000,',
        'app1,app,ota_1,0x150000,0x140000,',
        'spiffs,data,spiffs,0x290000,0x160000,',
        '',
      ].join('\n'),
    );
    expect(nvsPartition(table)?.offset).toBe(0x9000);
    expect(nvsKeysPartition(table)).toBeUndefined();
  });

  it('are read back as they were written', () => {
    const any = fc.record({
      name: fc.stringMatching(/^[a-z0-9_]{1,16}$/),
      type: fc.constantFrom(0, 1, 0x40, 0xfe),
      subtype: fc.nat({ max: 255 }),
      sectors: fc.integer({ min: 1, max: 64 }),
      encrypted: fc.boolean(),
      readonly: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 95 }), (wishes) => {
        let offset = 0x10000;
        const partitions = wishes.map(({ sectors, ...rest }): Partition => {
          const placed = { ...rest, offset, size: sectors * 0x1000 };
          offset += Math.ceil(sectors / 16) * 0x10000;
          return placed;
        });
        expect(parsePartitionTable(buildPartitionTable(partitions), 'x')).toEqual({
          partitions,
          md5: 'right',
        });
      }),
    );
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['checksum', (bytes) => (bytes.set([0x51], 0x2c), bytes)],
    ['checksum', (bytes) => (bytes.set([0], 5 * 32 + 20), bytes)],
    ['not-a-table', (bytes) => (bytes.set([0], 32), bytes)],
    ['not-a-table', () => new Uint8Array(64).fill(0)],
    ['empty', () => new Uint8Array(0xc00).fill(0xff)],
    ['truncated', () => new Uint8Array(0)],
    ['truncated', (bytes) => bytes.slice(0, 40)],
    ['unaligned', () => buildPartitionTable([partition({ type: 0, offset: 0x9000 })])],
    ['unaligned', () => buildPartitionTable([partition({ offset: 0x9100 })])],
    ['overlap', () => buildPartitionTable([partition({}), partition({ offset: 0xd000 })])],
    ['no-size', () => buildPartitionTable([partition({ size: 0 })])],
    [
      'too-large',
      () => Buffer.concat(Array.from({ length: 97 }, () => buildPartitionTable(arduino).subarray(0, 32))),
    ],
  ])('are refused: %s', (reason, spoil) => {
    const bytes = spoil(buildPartitionTable(arduino));
    expect(() => parsePartitionTable(bytes, 'table.bin')).toThrow(
      expect.objectContaining({
        code: 'firmware.partition-table-invalid',
        data: expect.objectContaining({ part: 'table.bin', reason }) as unknown,
      }),
    );
  });

  it('need no MD5 row', () => {
    const bytes = buildPartitionTable(arduino).fill(0xff, 5 * 32);
    expect(parsePartitionTable(bytes, 'x').md5).toBe('absent');
    expect(parsePartitionTable(bytes.slice(0, 5 * 32), 'x').partitions).toEqual(arduino);
  });

  it('throw nothing but their own errors, whatever the bytes', () => {
    const row = fc
      .uint8Array({ minLength: 30, maxLength: 30 })
      .map((rest) => Buffer.from([0xaa, 0x50, ...rest]));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 100 }), fc.uint8Array({ maxLength: 40 }), (rows, tail) => {
        onlyNamedErrors(() => parsePartitionTable(Buffer.concat([...rows, tail]), 'x'));
      }),
    );
  });
});

describe('the layout of a flash', () => {
  const app = espImage();
  const bootLoader = espImage({ segments: [bootLoaderDescriptor()] });
  const parts = [
    { name: 'bootloader.bin', offset: 0x1000, bytes: bootLoader },
    { name: 'partitions.bin', offset: 0x8000, bytes: buildPartitionTable(arduino) },
    { name: 'app.bin', offset: 0x10000, bytes: app },
  ];

  it('is the same for single files and for one merged image', () => {
    const merged = new Uint8Array(0x20000).fill(0xff);
    for (const part of parts) merged.set(part.bytes, part.offset);
    for (const start of [0, 0x1000]) {
      const whole = [{ name: 'merged.bin', offset: start, bytes: merged.subarray(start) }];
      for (const given of [parts, whole]) {
        const layout = readFlashLayout(esp32, given);
        expect(layout.table?.partitions).toEqual(arduino);
        expect(layout.images.map((image) => image.offset)).toEqual([0x1000, 0x10000]);
        expect(layout.images[1]?.image.app?.project).toBe('datayoti-sensor');
      }
    }
  });

  it('wants an image where the chip looks for one', () => {
    const wrong = [{ name: 'x.bin', offset: 0x1000, bytes: new Uint8Array(100).fill(0xff) }];
    expect(() => readFlashLayout(esp32, wrong)).toThrow(code('firmware.not-an-image'));
  });

  it('throws nothing but its own errors, whatever the parts', () => {
    const part = fc.record({
      name: fc.constant('x'),
      offset: fc.constantFrom(0, 0x1000, 0x8000, 0x7fff, 0x10000),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 3000 }),
        fc.constant(app),
        fc.constant(buildPartitionTable(arduino)),
      ),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (given) => {
        onlyNamedErrors(() => readFlashLayout(esp32, given));
      }),
    );
  });
});

it('knows chips however they are spelled', () => {
  for (const name of ['ESP32-S3', 'esp32s3', 'ESP32 S3']) expect(chipFamily(name)?.imageId).toBe(9);
  expect(chipFamily('ESP8266')).toBeUndefined();
});
