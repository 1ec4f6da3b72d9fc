import { createHash } from 'node:crypto';
import type { FlashChip } from './flash-chip.ts';
import { textUpToNul } from './partition-table.ts';

export interface ImageSegment {
  readonly address: number;
  readonly offset: number;
  readonly length: number;
}

export interface FirmwareImage {
  readonly chipId: number;
  readonly minRevision: number;
  readonly flashSizeMb: number;
  readonly entry: number;
  readonly segments: readonly ImageSegment[];
  /** From the application descriptor; `null` where the image has none, as a boot loader. */
  readonly app: AppDescription | null;
}

export interface AppDescription {
  readonly version: string;
  readonly project: string;
  readonly compiled: string;
  readonly idf: string;
  readonly elfSha256: string;
}

export type ImageProblem =
  | { readonly kind: 'magic'; readonly word: number }
  | { readonly kind: 'segments' }
  | { readonly kind: 'checksum'; readonly calculated: number; readonly stored: number }
  | { readonly kind: 'hash' };

export type ImageReading =
  | { readonly ok: true; readonly image: FirmwareImage }
  | { readonly ok: false; readonly problem: ImageProblem };

const headerSize = 24;
const appDescriptorMagic = 0xabcd5432;

/**
 * Reads and checks an image in flash as ROM and boot loader do (esptool documentation, "Firmware Image
 * Format"): magic, segments within the space, checksum, appended SHA-256.
 *
 * @param space bytes from the offset that the image may take
 */
export function readImage(flash: FlashChip, offset: number, space: number): ImageReading {
  const header = flash.read(offset, headerSize);
  if (header[0] !== 0xe9) return { ok: false, problem: { kind: 'magic', word: header.readUInt32LE(0) } };
  const count = header[1] ?? 0;
  const segments: ImageSegment[] = [];
  let at = headerSize;
  let checksum = 0xef;
  for (let i = 0; i < count; i++) {
    const head = flash.read(offset + at, 8);
    const [address, length] = [head.readUInt32LE(0), head.readUInt32LE(4)];
    if (count > 16 || at + 8 + length > space) return { ok: false, problem: { kind: 'segments' } };
    segments.push({ address, offset: offset + at + 8, length });
    for (const byte of flash.read(offset + at + 8, length)) checksum ^= byte;
    at += 8 + length;
  }
  // The checksum is the last byte of a block of sixteen.
  const end = at - (at % 16) + 16;
  const stored = flash.read(offset + end - 1, 1)[0] ?? 0;
  if (stored !== checksum) return { ok: false, problem: { kind: 'checksum', calculated: checksum, stored } };
  if (header[23] === 1) {
    const digest = createHash('sha256').update(flash.read(offset, end)).digest();
    if (!digest.equals(flash.read(offset + end, 32))) return { ok: false, problem: { kind: 'hash' } };
  }
  return {
    ok: true,
    image: {
      chipId: header.readUInt16LE(12),
      minRevision: header.readUInt16LE(15),
      flashSizeMb: 2 ** ((header[3] ?? 0) >> 4),
      entry: header.readUInt32LE(4),
      segments,
      app: appDescription(flash, segments[0]),
    },
  };
}

function appDescription(flash: FlashChip, segment: ImageSegment | undefined): AppDescription | null {
  if (segment === undefined || segment.length < 256) return null;
  const raw = flash.read(segment.offset, 256);
  if (raw.readUInt32LE(0) !== appDescriptorMagic) return null;
  return {
    version: textUpToNul(raw.subarray(16, 48)),
    project: textUpToNul(raw.subarray(48, 80)),
    compiled: `${textUpToNul(raw.subarray(96, 112))} ${textUpToNul(raw.subarray(80, 96))}`,
    idf: textUpToNul(raw.subarray(112, 144)),
    elfSha256: raw.subarray(144, 176).toString('hex'),
  };
}
