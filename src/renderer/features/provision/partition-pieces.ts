import type { FlashPartition } from '../../../shared/contract/boards.ts';

export interface MapPiece {
  /** Bytes from the beginning of the flash. */
  readonly offset: number;
  readonly size: number;
  readonly kind: 'app' | 'data' | 'free';
}

/**
 * The flash from its beginning to its end in pieces without a gap: what no partition has is free (boot loader and
 * partition table lie before the first one). A table that reaches beyond the chip makes the map longer.
 */
export function mapOf(
  partitions: readonly FlashPartition[],
  flashBytes: number | null,
): { readonly total: number; readonly pieces: readonly MapPiece[] } {
  const pieces: MapPiece[] = [];
  let at = 0;
  for (const { offset, size, type } of partitions.toSorted((a, b) => a.offset - b.offset)) {
    if (offset > at) pieces.push({ offset: at, size: offset - at, kind: 'free' });
    pieces.push({ offset, size, kind: type === 'app' ? 'app' : 'data' });
    at = Math.max(at, offset + size);
  }
  const total = Math.max(at, flashBytes ?? 0);
  if (total > at) pieces.push({ offset: at, size: total - at, kind: 'free' });
  return { total, pieces };
}
