import { AppError } from '../../../shared/domain/app-error.ts';
import {
  chipFamilies,
  covers,
  readFlashLayout,
  revisionText,
  tableRegionBytes,
  usualTableOffset,
  type AppDescriptor,
  type ChipFamily,
  type FlashLayout,
  type PlacedImage,
  type PlacedPart,
} from '../images/index.ts';

/** The erase unit of every flash chip used: two parts in one sector would erase each other. */
const sectorBytes = 0x1000;
/** The largest flash that an image header can name. */
const largestFlashBytes = 128 * 2 ** 20;

export interface FirmwareFacts {
  /** Flash that parts, partition table and boot loader ask for, bytes. */
  readonly neededFlashBytes: number;
  /** Major times 100 plus minor, both ends included. */
  readonly minRevision: number;
  readonly maxRevision: number | null;
  readonly layout: FlashLayout;
  /** Of the first application that is written. */
  readonly app: AppDescriptor | undefined;
}

export interface BoardFacts {
  /** Family as manifests spell it. */
  readonly chip: string;
  /** Major times 100 plus minor; `null` where it could not be read. */
  readonly revision: number | null;
  readonly flashBytes: number | null;
}

/**
 * Everything that can be known to go wrong before a board is there. Each refusal is one code with the part and
 * the place; nothing that is refused is ever stored or written.
 *
 * @param minRevision what the manifest asks for, beside what the images say
 * @throws AppError `firmware.empty`, `.offset-invalid`, `.parts-overlap`, `.not-an-image`, `.image-truncated`,
 *   `.checksum-wrong`, `.hash-wrong`, `.bootloader-offset-wrong`, `.wrong-chip`, `.partition-table-invalid`,
 *   `.exceeds-partition`, `.exceeds-flash`
 */
export function inspectFirmware(
  chip: ChipFamily,
  parts: readonly PlacedPart[],
  minRevision = 0,
): FirmwareFacts {
  if (parts.length === 0) throw new AppError('firmware.empty', 'There is no part in this firmware.');
  for (const part of parts) checkPlace(part);
  checkOverlap(parts);
  for (const part of parts) checkBootLoaderPlace(chip, part);
  const layout = readFlashLayout(chip, parts);
  for (const placed of layout.images) checkChip(chip, placed);
  checkPartitions(parts, layout);

  const images = layout.images.map(({ image }) => image);
  const bootLoader = layout.images.find(({ offset }) => offset === chip.bootLoaderOffset);
  const flashBytes = bootLoader?.image.flashBytes ?? 0;
  const tableEnd = Math.max(0, ...(layout.table?.partitions ?? []).map(({ offset, size }) => offset + size));
  const partsEnd = Math.max(...parts.map((part) => part.offset + part.bytes.length));
  if (flashBytes > 0 && Math.max(tableEnd, partsEnd) > flashBytes)
    throw exceedsFlash(Math.max(tableEnd, partsEnd), flashBytes);
  const limits = images.flatMap((image) => (image.maxRevision === null ? [] : [image.maxRevision]));
  return {
    neededFlashBytes: Math.max(flashBytes, tableEnd, partsEnd),
    minRevision: Math.max(minRevision, ...images.map((image) => image.minRevision)),
    maxRevision: limits.length === 0 ? null : Math.min(...limits),
    layout,
    app: images.find((image) => image.app !== undefined)?.app,
  };
}

/**
 * Before anything is erased: is this firmware for this very board?
 *
 * @throws AppError `firmware.wrong-chip`, `firmware.revision-unsupported`, `firmware.exceeds-flash`
 */
export function admitToBoard(
  firmware: { readonly name: string; readonly chip: string; readonly facts: FirmwareFacts },
  board: BoardFacts,
): void {
  if (firmware.chip !== board.chip) throw wrongChip(firmware.name, 0, firmware.chip, board.chip);
  const { minRevision, maxRevision, neededFlashBytes } = firmware.facts;
  const { revision, flashBytes } = board;
  if (revision !== null && (revision < minRevision || (maxRevision !== null && revision > maxRevision))) {
    const until = maxRevision === null ? '+' : ` - ${revisionText(maxRevision)}`;
    const expected = `${revisionText(minRevision)}${until}`;
    throw new AppError(
      'firmware.revision-unsupported',
      `The firmware is for chip revisions ${expected}, the board has ${revisionText(revision)}.`,
      { found: revisionText(revision), expected, minRevision, maxRevision },
    );
  }
  if (flashBytes !== null && neededFlashBytes > flashBytes) throw exceedsFlash(neededFlashBytes, flashBytes);
}

function checkPlace({ name: part, offset, bytes }: PlacedPart): void {
  const whole = Number.isSafeInteger(offset) && offset >= 0 && offset % sectorBytes === 0;
  if (!whole)
    throw new AppError('firmware.offset-invalid', `${part} cannot be written at ${offset}.`, {
      part,
      offset: hex(offset),
    });
  if (bytes.length === 0)
    throw new AppError('firmware.image-truncated', `${part}: the file is empty.`, { part, offset });
  if (offset + bytes.length > largestFlashBytes) throw exceedsFlash(offset + bytes.length, largestFlashBytes);
}

function checkOverlap(parts: readonly PlacedPart[]): void {
  const inOrder = parts.toSorted((a, b) => a.offset - b.offset);
  inOrder.forEach((part, n) => {
    const before = inOrder[n - 1];
    if (before === undefined || before.offset + before.bytes.length <= part.offset) return;
    throw new AppError('firmware.parts-overlap', `${before.name} and ${part.name} overlap.`, {
      part: before.name,
      other: part.name,
      offset: hex(part.offset),
    });
  });
}

/** The classic mistake: a boot loader at the place of another chip leaves a board that never starts. */
function checkBootLoaderPlace(chip: ChipFamily, part: PlacedPart): void {
  const elsewhere = chipFamilies.some((family) => family.bootLoaderOffset === part.offset);
  const named = /boot_?loader/i.test(part.name);
  const isImage = part.bytes[0] === 0xe9;
  if (!isImage || part.offset === chip.bootLoaderOffset || !(elsewhere || named)) return;
  throw new AppError(
    'firmware.bootloader-offset-wrong',
    `${part.name}: the boot loader of ${chip.name} belongs at ${hex(chip.bootLoaderOffset)}.`,
    {
      part: part.name,
      chip: chip.name,
      found: hex(part.offset),
      expected: hex(chip.bootLoaderOffset),
    },
  );
}

function checkChip(chip: ChipFamily, { part, offset, image }: PlacedImage): void {
  if (image.chipId === chip.imageId) return;
  const found =
    chipFamilies.find((family) => family.imageId === image.chipId)?.name ?? `chip ${image.chipId}`;
  throw wrongChip(part.name, offset, found, chip.name);
}

function checkPartitions(parts: readonly PlacedPart[], layout: FlashLayout): void {
  const { table, images } = layout;
  if (table === undefined) return;
  for (const { part, offset, image } of images) {
    const home = table.partitions.find((partition) => partition.offset === offset);
    if (home !== undefined && image.length > home.size)
      throw exceedsPartition(part.name, home.name, offset, image.length, home.size);
  }
  for (const part of parts) {
    // What spans the table is a whole flash: its images were looked at one by one.
    if (covers(part, usualTableOffset) && part.offset < usualTableOffset) continue;
    const end = part.offset + part.bytes.length;
    if (part.offset === usualTableOffset) {
      // A table may come padded, but not over what follows it.
      if (part.bytes.length > tableRegionBytes && table.partitions.some(({ offset }) => offset < end))
        throw exceedsPartition(
          part.name,
          'partition table',
          part.offset,
          part.bytes.length,
          tableRegionBytes,
        );
      continue;
    }
    const crossed = table.partitions.find(
      ({ offset, size }) =>
        part.offset < offset + size && end > offset && (part.offset < offset || end > offset + size),
    );
    if (crossed !== undefined) {
      const room = Math.max(0, crossed.offset + crossed.size - part.offset);
      throw exceedsPartition(part.name, crossed.name, part.offset, part.bytes.length, room);
    }
  }
}

function exceedsPartition(
  part: string,
  partition: string,
  offset: number,
  bytes: number,
  room: number,
): AppError {
  return new AppError('firmware.exceeds-partition', `${part} does not fit into ${partition}.`, {
    part,
    partition,
    offset: hex(offset),
    bytes,
    room,
  });
}

function exceedsFlash(needed: number, available: number): AppError {
  return new AppError(
    'firmware.exceeds-flash',
    `${needed} bytes of flash are needed, ${available} are there.`,
    {
      needed,
      available,
    },
  );
}

function wrongChip(part: string, offset: number, found: string, expected: string): AppError {
  return new AppError('firmware.wrong-chip', `${part} is for ${found}, not for ${expected}.`, {
    part,
    offset: hex(offset),
    found,
    expected,
  });
}

const hex = (value: number): string => `0x${value.toString(16)}`;
