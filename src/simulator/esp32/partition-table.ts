import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { sectorSize, type FlashChip } from './flash-chip.ts';

export const partitionTableOffset = 0x8000;
const entrySize = 32;
const mostEntries = 95;

export interface Partition {
  readonly type: number;
  readonly subtype: number;
  readonly offset: number;
  readonly size: number;
  readonly label: string;
}

export type PartitionTable =
  | { readonly ok: true; readonly partitions: readonly Partition[] }
  /** In the words of the second-stage boot loader. */
  | { readonly ok: false; readonly complaint: string };

/** Reads the board's own table at 0x8000 (ESP-IDF `gen_esp32part.py`): rows, MD5 row, end mark. */
export function readPartitionTable(flash: FlashChip): PartitionTable {
  const raw = flash.read(partitionTableOffset, mostEntries * entrySize + entrySize);
  const partitions: Partition[] = [];
  let checked = false;
  for (let at = 0; at < raw.length; at += entrySize) {
    const row = raw.subarray(at, at + entrySize);
    const magic = row.readUInt16LE(0);
    if (magic === 0xffff) return { ok: true, partitions };
    if (magic === 0xebeb && !checked) {
      const digest = createHash('md5').update(raw.subarray(0, at)).digest();
      if (!digest.equals(row.subarray(16))) return { ok: false, complaint: 'partition table MD5 mismatch' };
      checked = true;
      continue;
    }
    if (magic !== 0x50aa) {
      return {
        ok: false,
        complaint: `partition ${at / entrySize} invalid magic number 0x${magic.toString(16)}`,
      };
    }
    partitions.push({
      type: row[2] ?? 0,
      subtype: row[3] ?? 0,
      offset: row.readUInt32LE(4),
      size: row.readUInt32LE(8),
      label: textUpToNul(row.subarray(12, 28)),
    });
  }
  return { ok: false, complaint: 'partition table has no end' };
}

/** Which application partitions the boot loader tries, first choice first (ESP-IDF `bootloader_utility.c`). */
export function bootOrder(flash: FlashChip, partitions: readonly Partition[]): readonly Partition[] {
  const factory = partitions.filter(({ type, subtype }) => type === 0 && subtype === 0);
  const slots = partitions.filter(({ type, subtype }) => type === 0 && subtype >= 0x10 && subtype < 0x20);
  const otaData = partitions.find(({ type, subtype }) => type === 1 && subtype === 0);
  const sequence = otaData === undefined ? 0 : otaSequence(flash, otaData);
  if (sequence === 0 || slots.length === 0) return [...factory, ...slots];
  const chosen = (sequence - 1) % slots.length;
  return [...slots.slice(chosen), ...slots.slice(0, chosen), ...factory];
}

/** The higher of the two valid sequence numbers of `otadata`; 0 where neither is. */
function otaSequence(flash: FlashChip, otaData: Partition): number {
  const sequences = [0, 1].map((index) => {
    const entry = flash.read(otaData.offset + index * sectorSize, 32);
    const sequence = entry.readUInt32LE(0);
    const valid = sequence !== 0xffff_ffff && espCrc32(entry.subarray(0, 4)) === entry.readUInt32LE(28);
    return valid ? sequence : 0;
  });
  return Math.max(...sequences);
}

/** `esp_rom_crc32_le(0xFFFFFFFF, ...)`: a CRC-32 whose register starts at zero. */
export function espCrc32(bytes: Uint8Array): number {
  return crc32(bytes, 0xffff_ffff);
}

export function textUpToNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
