import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { createInflate, deflate } from 'node:zlib';
import { AppError } from '../../shared/domain/app-error.ts';
import { hex } from './flash-errors.ts';
import { usualTableOffset } from './images/index.ts';

export const sectorBytes = 4096;

/** A piece of firmware and where it goes. */
export interface FlashPart {
  /** Bytes from the beginning of the flash; a whole sector. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** For messages: `bootloader.bin`. */
  readonly name?: string;
}

export interface Compressed {
  readonly blocks: readonly Buffer[];
  /** What each block becomes on the flash: how long the board is busy with it. */
  readonly expanded: readonly number[];
}

const deflateAsync = promisify(deflate);

/** Firmware goes to many boards: each piece is compressed once for all of them, and forgotten with its bytes. */
const known = new WeakMap<Uint8Array, Map<number, Promise<Compressed>>>();
const paddedBytes = new WeakMap<Uint8Array, Uint8Array>();

/** Compressed bytes in blocks; off the main thread, at once where it was asked for before. */
export function compress(bytes: Uint8Array, blockBytes: number): Promise<Compressed> {
  const bySize = known.get(bytes) ?? new Map<number, Promise<Compressed>>();
  known.set(bytes, bySize);
  const done = bySize.get(blockBytes) ?? compressNow(bytes, blockBytes);
  bySize.set(blockBytes, done);
  // Whoever asks for it learns of a failure; until then it is nobody's.
  done.catch(() => bySize.delete(blockBytes));
  return done;
}

/** The same level as esptool's, with a larger table. */
async function compressNow(bytes: Uint8Array, blockBytes: number): Promise<Compressed> {
  const packed = await deflateAsync(bytes, { level: 9, memLevel: 9 });
  const blocks: Buffer[] = [];
  for (let at = 0; at < packed.length; at += blockBytes) blocks.push(packed.subarray(at, at + blockBytes));
  return { blocks, expanded: await expansions(blocks) };
}

async function expansions(blocks: readonly Buffer[]): Promise<number[]> {
  const inflate = createInflate();
  let total = 0;
  inflate.on('data', (bytes: Buffer) => (total += bytes.length));
  const expanded: number[] = [];
  for (const block of blocks) {
    const before = total;
    await new Promise<void>((resolve, reject) => {
      inflate.write(block, (error) => (error ? reject(error) : resolve()));
    });
    expanded.push(total - before);
  }
  inflate.destroy();
  return expanded;
}

const knownMd5 = new WeakMap<Uint8Array, string>();

/** MD5 of bytes, as the chip spells it; what is asked for again is not computed again. */
export function md5Of(bytes: Uint8Array): string {
  const before = knownMd5.get(bytes);
  if (before !== undefined) return before;
  const md5 = createHash('md5').update(bytes).digest('hex');
  knownMd5.set(bytes, md5);
  return md5;
}

/** Padded to a multiple of four bytes with what an erased flash holds: what both MD5 and program take. */
function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const before = paddedBytes.get(bytes);
  if (before !== undefined) return before;
  const whole = Buffer.alloc(Math.ceil(bytes.length / 4) * 4, 0xff);
  whole.set(bytes);
  paddedBytes.set(bytes, whole);
  return whole;
}

/**
 * What will be written, in order, checked before anything is: the boot loader last and as short as can be, the
 * partition table before it, so that a board whose write is cut short still has the old ones if possible.
 *
 * @throws AppError `flash.layout`
 */
export function arrangeParts(
  parts: readonly FlashPart[],
  bootLoaderOffset: number,
  flashBytes: number | null,
): readonly FlashPart[] {
  const pieces = parts
    .filter((part) => part.bytes.length > 0)
    .map((part) => ({ ...part, bytes: padded(part.bytes) }))
    .flatMap((part) => splitMerged(part, bootLoaderOffset))
    .sort((a, b) => a.offset - b.offset);
  pieces.forEach((part, index) => {
    const end = part.offset + part.bytes.length;
    const reason =
      part.offset % sectorBytes !== 0
        ? 'unaligned'
        : flashBytes !== null && end > flashBytes
          ? 'beyond-flash'
          : end > (pieces[index + 1]?.offset ?? Infinity)
            ? 'overlap'
            : null;
    if (reason === null) return;
    throw new AppError('flash.layout', `The part at ${hex(part.offset)} does not fit: ${reason}.`, {
      offset: hex(part.offset),
      bytes: part.bytes.length,
      flashBytes: flashBytes ?? 0,
      reason,
    });
  });
  const rank = (part: FlashPart): number =>
    holds(part, bootLoaderOffset) ? 2 : holds(part, usualTableOffset) ? 1 : 0;
  return pieces.sort((a, b) => rank(a) - rank(b));
}

/** Whether a part covers an offset. */
export function holds(part: FlashPart, offset: number): boolean {
  return part.offset <= offset && offset < part.offset + part.bytes.length;
}

/** An image of everything is cut at the partition table, so that its boot loader is a part of its own. */
function splitMerged(part: FlashPart, bootLoaderOffset: number): FlashPart[] {
  const at = usualTableOffset - part.offset;
  if (!holds(part, bootLoaderOffset) || at <= 0 || part.bytes.length <= at) return [part];
  return [
    { ...part, bytes: part.bytes.subarray(0, at) },
    { ...part, offset: usualTableOffset, bytes: part.bytes.subarray(at) },
  ];
}

/**
 * Does what takes long before a board is there, so that a write need not wait for it: call it with the parts
 * that will be written, as soon as they are known.
 */
export async function prepareParts(parts: readonly FlashPart[], blockBytes: number): Promise<void> {
  for (const part of parts) {
    const bytes = padded(part.bytes);
    md5Of(bytes);
    await compress(bytes, blockBytes);
  }
}
