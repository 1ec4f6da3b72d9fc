import { crc32 } from 'node:zlib';

/**
 * Espressif's NVS partition format: 4096-byte pages of a 32-byte header, a 32-byte bitmap and 126 entries of 32
 * bytes. Sources: ESP-IDF `components/nvs_flash` (nvs_page, nvs_types) and esp-idf-nvs-partition-gen.
 */
export const pageBytes = 4096;
export const entryBytes = 32;
export const entriesPerPage = 126;
export const bitmapOffset = 32;
export const firstEntryOffset = 64;
/** A partition that can be written to keeps one page empty, and needs two more to move entries between. */
export const smallestWritableBytes = 3 * pageBytes;
/** A string with its final NUL. */
export const longestStringBytes = 4000;
export const longestKeyBytes = 15;
/** Index 0 is the table of namespaces, 255 means "any". */
export const largestNamespaceIndex = 254;
/** `chunkStart` of the two versions of a blob is 0x00 or 0x80, so that a new one is written beside the old. */
export const largestChunkCount = 127;

export const pageState = {
  empty: 0xffffffff,
  active: 0xfffffffe,
  full: 0xfffffffc,
  freeing: 0xfffffff8,
  corrupt: 0xfffffff0,
} as const;

export const pageVersion = { v1: 0xff, v2: 0xfe } as const;

export const integerCodes = {
  u8: 0x01,
  u16: 0x02,
  u32: 0x04,
  u64: 0x08,
  i8: 0x11,
  i16: 0x12,
  i32: 0x14,
  i64: 0x18,
} as const;
export type NvsIntegerType = keyof typeof integerCodes;

export const itemCode = { string: 0x21, blobVersion1: 0x41, blobData: 0x42, blobIndex: 0x48 } as const;
export const anyChunk = 0xff;

interface Named {
  readonly namespace: string;
  readonly key: string;
}
/** One value. Integers are `bigint` only for u64 and i64; the bytes of a string come without the final NUL. */
export type NvsEntry = Named &
  (
    | { readonly type: Exclude<NvsIntegerType, 'u64' | 'i64'>; readonly value: number }
    | { readonly type: 'u64'; readonly value: bigint }
    | { readonly type: 'i64'; readonly value: bigint }
    | { readonly type: 'str'; readonly value: Uint8Array }
    | { readonly type: 'blob'; readonly value: Uint8Array }
  );

/**
 * The ROM's `esp_rom_crc32_le(0xFFFFFFFF, ...)`: the reflected CRC-32 continued from 0xFFFFFFFF, which is not
 * the CRC-32 of the same bytes.
 */
export function nvsCrc(bytes: Uint8Array): number {
  // Of no bytes at all the register stays as it was; zlib itself answers 0 when there is no memory behind them.
  return bytes.length === 0 ? 0xffffffff : crc32(bytes, 0xffffffff) >>> 0;
}

/** CRC of an entry: over its bytes 0 to 3 and 8 to 31. */
export function entryCrc(entry: Uint8Array): number {
  return crc32(entry.subarray(8, entryBytes), nvsCrc(entry.subarray(0, 4))) >>> 0;
}

/** Keys are bytes on flash; one character stands for one byte, so that foreign ones survive unchanged. */
export function keyText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export function keyBytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** Range of an integer type, both ends included. */
export function integerRange(type: NvsIntegerType): { readonly min: bigint; readonly max: bigint } {
  const bits = BigInt(type.slice(1));
  return type.startsWith('u')
    ? { min: 0n, max: (1n << bits) - 1n }
    : { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n };
}

export function isIntegerType(type: string): type is NvsIntegerType {
  return Object.hasOwn(integerCodes, type);
}
