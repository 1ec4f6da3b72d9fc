import { createHash, randomBytes } from 'node:crypto';
import type { FlashPart } from '../../src/main/flashing/index.ts';
import { appDescriptor, bootLoaderDescriptor, espImage } from './esp-images.ts';

interface Entry {
  readonly name: string;
  readonly type: number;
  readonly subtype: number;
  readonly offset: number;
  readonly size: number;
}

const entries: readonly Entry[] = [
  { name: 'nvs', type: 1, subtype: 2, offset: 0x9000, size: 0x5000 },
  { name: 'otadata', type: 1, subtype: 0, offset: 0xe000, size: 0x2000 },
  { name: 'app0', type: 0, subtype: 0x10, offset: 0x10000, size: 0x140000 },
  { name: 'app1', type: 0, subtype: 0x11, offset: 0x150000, size: 0x140000 },
  { name: 'spiffs', type: 1, subtype: 0x82, offset: 0x290000, size: 0x170000 },
];

function partitionTable(): Buffer {
  const rows = Buffer.concat(
    entries.map(({ name, type, subtype, offset, size }) => {
      const row = Buffer.alloc(32);
      row.writeUInt16LE(0x50aa, 0);
      row[2] = type;
      row[3] = subtype;
      row.writeUInt32LE(offset, 4);
      row.writeUInt32LE(size, 8);
      row.write(name, 12);
      return row;
    }),
  );
  const sum = Buffer.concat([
    Buffer.from([0xeb, 0xeb]),
    Buffer.alloc(14, 0xff),
    createHash('md5').update(rows).digest(),
  ]);
  return Buffer.concat([rows, sum, Buffer.alloc(0xc00 - rows.length - sum.length, 0xff)]);
}

/** Half text, half noise: compresses about as firmware does. */
export function code(bytes: number): Buffer {
  const half = Math.floor(bytes / 2);
  return Buffer.concat([Buffer.alloc(half, 'lorem ipsum dolor sit amet '), randomBytes(bytes - half)]);
}

/** What the Arduino core writes for a board with 4 MiB: boot loader, partition table, application. */
export function firmwareSet(options: {
  readonly chipId: number;
  readonly bootLoaderOffset: number;
  readonly appBytes: number;
  readonly version?: string;
}): FlashPart[] {
  const { chipId, bootLoaderOffset, appBytes, version = '1.2.0' } = options;
  return [
    {
      name: 'bootloader.bin',
      offset: bootLoaderOffset,
      bytes: espImage({ chipId, segments: [bootLoaderDescriptor(), code(16 * 1024)] }),
    },
    { name: 'partitions.bin', offset: 0x8000, bytes: partitionTable() },
    {
      name: 'firmware.bin',
      offset: 0x10000,
      bytes: espImage({ chipId, segments: [appDescriptor('other-firmware', version), code(appBytes)] }),
    },
  ];
}
