import type { FlashBackup } from './backup.ts';
import { chunkBytes } from './differences.ts';
import { type FlashPart, sectorBytes } from './flash-part.ts';
import type { LoaderSession } from './session.ts';
import { erasedMd5 } from './write-parts.ts';

/** Pieces cut at the first 64 KiB, so that boot loader and partition table can be written last. */
export function restoreParts(backup: FlashBackup): readonly FlashPart[] {
  return backup.pieces.flatMap(({ offset, bytes }) => {
    const cut = chunkBytes - offset;
    if (cut <= 0 || bytes.length <= cut) return [{ offset, bytes }];
    return [
      { offset, bytes: bytes.subarray(0, cut) },
      { offset: chunkBytes, bytes: bytes.subarray(cut) },
    ];
  });
}

/** Erases what the backup knows as erased and the board does not. */
export async function eraseUncovered(
  session: LoaderSession,
  backup: FlashBackup,
  erase: (offset: number, bytes: number) => Promise<void>,
): Promise<void> {
  const end = backup.region.offset + backup.region.bytes;
  for (let at = backup.region.offset; at < end; at += chunkBytes) {
    const bytes = Math.min(chunkBytes, end - at);
    const covered = backup.pieces.some(
      (piece) => piece.offset < at + bytes && at < piece.offset + piece.bytes.length,
    );
    if (covered || bytes % sectorBytes !== 0) continue;
    if ((await session.loader.md5(at, bytes)) !== erasedMd5(bytes)) await erase(at, bytes);
  }
}
