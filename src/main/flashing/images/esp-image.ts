import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/domain/app-error.ts';
import { readAppDescriptor, readBootLoaderDescriptor } from './descriptors.ts';
import type { AppDescriptor, BootLoaderDescriptor } from './descriptors.ts';

/**
 * The image that boot ROM and boot loader load: a header of 24 bytes, up to 16 segments, a checksum, and usually
 * a SHA-256. Sources: esptool "Firmware Image Format", ESP-IDF `esp_app_format.h`.
 */
export const imageMagic = 0xe9;
const headerBytes = 24;
const segmentHeadBytes = 8;
/** Where the content of the first segment begins. */
export const firstSegmentOffset = headerBytes + segmentHeadBytes;
const mostSegments = 16;
const checksumSeed = 0xef;
const hashBytes = 32;

export interface EspImage {
  readonly chipId: number;
  readonly entryPoint: number;
  /** 0 QIO, 1 QOUT, 2 DIO, 3 DOUT, 4 fast read, 5 slow read. */
  readonly flashMode: number;
  /** The flash that the image was built for; `undefined` for a code that nobody knows. */
  readonly flashBytes: number | undefined;
  /** Code of the frequency; what it stands for differs from chip to chip. */
  readonly flashFrequencyCode: number;
  /** Major times 100 plus minor; `null`: none is too new. */
  readonly minRevision: number;
  readonly maxRevision: number | null;
  readonly segments: readonly {
    readonly loadAddress: number;
    /** Of the data, from the beginning of the image. */
    readonly offset: number;
    readonly length: number;
  }[];
  /** Appended SHA-256, hexadecimal, checked; `null` where the image has none. */
  readonly sha256: string | null;
  /** With checksum and SHA-256; what follows is padding or a signature. */
  readonly length: number;
  readonly app: AppDescriptor | undefined;
  readonly bootLoader: BootLoaderDescriptor | undefined;
}

/**
 * Reads an image and checks all that it says about itself.
 *
 * @param part how the file is called in the error
 * @throws AppError `firmware.not-an-image`, `firmware.image-truncated`, `firmware.checksum-wrong`,
 *   `firmware.hash-wrong`; each with `part`
 */
export function parseEspImage(bytes: Uint8Array, part: string): EspImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] !== imageMagic) throw refusal('firmware.not-an-image', part, 'no image begins with this byte');
  if (bytes.length < headerBytes) throw refusal('firmware.image-truncated', part, 'the header is not whole');
  const count = view.getUint8(1);
  if (count === 0 || count > mostSegments)
    throw refusal('firmware.not-an-image', part, `an image has no ${count} segments`);

  const segments: EspImage['segments'][number][] = [];
  let checksum = checksumSeed;
  let end = headerBytes;
  for (let n = 0; n < count; n += 1) {
    const data = end + segmentHeadBytes;
    if (data > bytes.length) throw refusal('firmware.image-truncated', part, `segment ${n} is missing`);
    const length = view.getUint32(end + 4, true);
    if (data + length > bytes.length)
      throw refusal('firmware.image-truncated', part, `segment ${n} is cut off`);
    segments.push({ loadAddress: view.getUint32(end, true), offset: data, length });
    for (let at = data; at < data + length; at += 1) checksum ^= bytes[at] ?? 0;
    end = data + length;
  }
  // Zeros up to the last byte of a row of 16, which is the checksum.
  const checksumAt = end - (end % 16) + 15;
  if (checksumAt >= bytes.length) throw refusal('firmware.image-truncated', part, 'the checksum is missing');
  if (bytes[checksumAt] !== checksum)
    throw refusal('firmware.checksum-wrong', part, 'the checksum of its segments is wrong');
  const hashAt = checksumAt + 1;
  const hashed = view.getUint8(23) === 1;
  const sha256 = hashed ? checkedHash(bytes, hashAt, part) : null;
  return {
    chipId: view.getUint16(12, true),
    entryPoint: view.getUint32(4, true),
    flashMode: view.getUint8(2),
    flashBytes: flashBytesOf(view.getUint8(3) >> 4),
    flashFrequencyCode: view.getUint8(3) & 0x0f,
    minRevision: view.getUint16(15, true),
    maxRevision: maxRevisionOf(view.getUint16(17, true)),
    segments,
    sha256,
    length: hashAt + (hashed ? hashBytes : 0),
    app: readAppDescriptor(bytes, segments[0]),
    bootLoader: readBootLoaderDescriptor(bytes, segments[0]),
  };
}

function checkedHash(bytes: Uint8Array, at: number, part: string): string {
  if (at + hashBytes > bytes.length)
    throw refusal('firmware.image-truncated', part, 'the SHA-256 is cut off');
  const hash = createHash('sha256').update(bytes.subarray(0, at)).digest();
  if (!hash.equals(bytes.subarray(at, at + hashBytes)))
    throw refusal('firmware.hash-wrong', part, 'its SHA-256 is wrong');
  return hash.toString('hex');
}

/** 0 stands for 1 MiB, each further code for twice as much. */
function flashBytesOf(code: number): number | undefined {
  return code <= 7 ? 2 ** (20 + code) : undefined;
}

/** Images from before this field have 0 there. */
function maxRevisionOf(field: number): number | null {
  return field === 0 || field === 0xffff ? null : field;
}

type ImageFault =
  | 'firmware.not-an-image'
  | 'firmware.image-truncated'
  | 'firmware.checksum-wrong'
  | 'firmware.hash-wrong';

function refusal(code: ImageFault, part: string, why: string): AppError {
  return new AppError(code, `${part}: ${why}.`, { part });
}
