import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { createInflate, deflate } from 'node:zlib';
import { AppError } from '../../shared/domain/app-error.ts';
import { hex } from './flash-errors.ts';

export const sectorBytes = 4096;
export const partitionTableOffset = 0x8000;

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

/** Off the main thread; the same level as esptool's, with a larger table. */
export async function compress(bytes: Uint8Array, blockBytes: number): Promise<Compressed> {
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

/** MD5 of bytes, as the chip spells it. */
export function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** Padded to a multiple of four bytes with what an erased flash holds: what both MD5 and program take. */
function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const whole = Buffer.alloc(Math.ceil(bytes.length / 4) * 4, 0xff);
  whole.set(bytes);
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
    holds(part, bootLoaderOffset) ? 2 : holds(part, partitionTableOffset) ? 1 : 0;
  return pieces.sort((a, b) => rank(a) - rank(b));
}

/** Whether a part covers an offset. */
export function holds(part: FlashPart, offset: number): boolean {
  return part.offset <= offset && offset < part.offset + part.bytes.length;
}

/** An image of everything is cut at the partition table, so that its boot loader is a part of its own. */
function splitMerged(part: FlashPart, bootLoaderOffset: number): FlashPart[] {
  const at = partitionTableOffset - part.offset;
  if (!holds(part, bootLoaderOffset) || at <= 0 || part.bytes.length <= at) return [part];
  return [
    { ...part, bytes: part.bytes.subarray(0, at) },
    { ...part, offset: partitionTableOffset, bytes: part.bytes.subarray(at) },
  ];
}
