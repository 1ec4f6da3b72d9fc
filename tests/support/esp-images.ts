import { createHash } from 'node:crypto';

export interface ImageWish {
  readonly chipId?: number;
  /** Data of each segment; lengths are made multiples of four. */
  readonly segments?: readonly Uint8Array[];
  readonly minRevision?: number;
  readonly maxRevision?: number;
  /** Code of the flash size: 0 is 1 MiB, 2 is 4 MiB. */
  readonly flashSizeCode?: number;
  readonly hashed?: boolean;
}

/** An image as esptool's elf2image lays it out. */
export function espImage(wish: ImageWish = {}): Uint8Array {
  const segments = (wish.segments ?? [appDescriptor()]).map((data) => {
    const padded = new Uint8Array(Math.max(4, Math.ceil(data.length / 4) * 4));
    padded.set(data);
    return padded;
  });
  const header = Buffer.alloc(24);
  header.set([0xe9, segments.length, 2, ((wish.flashSizeCode ?? 2) << 4) | 0x0f]);
  header.writeUInt32LE(0x40080000, 4);
  header[8] = 0xee;
  header.writeUInt16LE(wish.chipId ?? 0, 12);
  header.writeUInt16LE(wish.minRevision ?? 0, 15);
  header.writeUInt16LE(wish.maxRevision ?? 0xffff, 17);
  header[23] = wish.hashed === false ? 0 : 1;
  const body = segments.flatMap((data) => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(0x3f400020, 0);
    head.writeUInt32LE(data.length, 4);
    return [head, data];
  });
  const unpadded = Buffer.concat([header, ...body]);
  const padding = Buffer.alloc(16 - (unpadded.length % 16));
  padding[padding.length - 1] = segments.reduce((sum, data) => data.reduce((x, byte) => x ^ byte, sum), 0xef);
  const image = Buffer.concat([unpadded, padding]);
  if (wish.hashed === false) return new Uint8Array(image);
  return new Uint8Array(Buffer.concat([image, createHash('sha256').update(image).digest()]));
}

export function appDescriptor(project = 'datayoti-sensor', version = '1.2.0', fill = 0): Uint8Array {
  const bytes = Buffer.alloc(256 + fill, 0x5a);
  bytes.fill(0, 0, 256);
  bytes.writeUInt32LE(0xabcd5432, 0);
  bytes.write(version, 16);
  bytes.write(project, 48);
  bytes.write('14:30:25', 80);
  bytes.write('Nov  3 2025', 96);
  bytes.write('v5.3.1', 112);
  bytes.fill(0xab, 144, 176);
  return bytes;
}

export function bootLoaderDescriptor(): Uint8Array {
  const bytes = Buffer.alloc(80);
  bytes[0] = 80;
  bytes.writeUInt32LE(1, 4);
  bytes.write('v5.3.1', 8);
  bytes.write('Nov  3 2025 14:30:25', 40);
  return bytes;
}
