import { imageMagic, parseEspImage, type EspImage } from './esp-image.ts';
import type { ChipFamily } from './chip-families.ts';
import { parsePartitionTable, tableBytes, usualTableOffset, type PartitionTable } from './partition-table.ts';

export interface PlacedPart {
  readonly name: string;
  /** Bytes from the beginning of the flash. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface PlacedImage {
  /** Part in which it lies. */
  readonly part: PlacedPart;
  /** Bytes from the beginning of the flash. */
  readonly offset: number;
  readonly image: EspImage;
}

export interface FlashLayout {
  readonly table: PartitionTable | undefined;
  readonly images: readonly PlacedImage[];
}

/**
 * What lies where once these parts are written. One part may be a merged image that spans boot loader, table and
 * applications (it begins with 0xFF where the ROM wants the boot loader further behind), or each may be a file of
 * its own: both come out the same.
 *
 * @throws AppError what `parseEspImage` and `parsePartitionTable` throw
 */
export function readFlashLayout(chip: ChipFamily, parts: readonly PlacedPart[]): FlashLayout {
  const tablePart = parts.find((part) => covers(part, usualTableOffset));
  const table =
    tablePart === undefined
      ? undefined
      : parsePartitionTable(from(tablePart, usualTableOffset).subarray(0, tableBytes), tablePart.name);
  const apps = table?.partitions.filter((partition) => partition.type === 0) ?? [];
  const images: PlacedImage[] = [];
  for (const part of parts) {
    const places = new Set<number>();
    if (part.bytes[0] === imageMagic) places.add(part.offset);
    // A part of its own at such a place must be an image; inside a merged one, 0xFF is an empty place.
    for (const place of [chip.bootLoaderOffset, ...apps.map((app) => app.offset)]) {
      if (place === part.offset || (covers(part, place) && from(part, place)[0] !== 0xff)) places.add(place);
    }
    for (const offset of [...places].toSorted((a, b) => a - b))
      images.push({ part, offset, image: parseEspImage(from(part, offset), part.name) });
  }
  return { table, images };
}

/** Does the part hold this place on flash? */
export function covers(part: PlacedPart, place: number): boolean {
  return place >= part.offset && place < part.offset + part.bytes.length;
}

function from(part: PlacedPart, place: number): Uint8Array {
  return part.bytes.subarray(place - part.offset);
}
