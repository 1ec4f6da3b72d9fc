import type { FlashChip } from './flash-chip.ts';
import { espCrc32, textUpToNul } from './partition-table.ts';

const pageSize = 0x1000;
const entrySize = 32;
const entriesPerPage = 126;
const written = 0b10;

export type NvsValue = number | bigint | string | Buffer;

interface Item {
  readonly namespace: number;
  readonly type: number;
  readonly chunk: number;
  readonly key: string;
  readonly data: Buffer;
  readonly body: Buffer;
}

const type = { u8: 0x01, string: 0x21, blob: 0x41, blobData: 0x42, blobIndex: 0x48 } as const;

/**
 * The keys of one namespace of an NVS partition, as the firmware's `nvs_flash` would find them (ESP-IDF
 * `nvs_page.cpp`): damaged entries are skipped, a newer page wins. `undefined` where the namespace is absent.
 */
export function readNvsNamespace(
  flash: FlashChip,
  partition: { readonly offset: number; readonly size: number },
  name: string,
): ReadonlyMap<string, NvsValue> | undefined {
  const items = pagesOf(flash, partition).flatMap(itemsOf);
  const space = items.find((item) => item.namespace === 0 && item.type === type.u8 && item.key === name);
  if (space === undefined) return undefined;
  const own = items.filter((item) => item.namespace === space.data[0]);
  const values = new Map<string, NvsValue>();
  for (const item of own) {
    const value = valueOf(item, own);
    if (value !== undefined) values.set(item.key, value);
  }
  return values;
}

/** Pages in use, oldest first, with an intact header. */
function pagesOf(flash: FlashChip, { offset, size }: { offset: number; size: number }): readonly Buffer[] {
  const usable = new Set([0xffff_fffe, 0xffff_fffc, 0xffff_fff8]);
  return Array.from({ length: Math.floor(size / pageSize) }, (_, i) =>
    flash.read(offset + i * pageSize, pageSize),
  )
    .filter((page) => usable.has(page.readUInt32LE(0)))
    .filter((page) => espCrc32(page.subarray(4, 28)) === page.readUInt32LE(28))
    .sort((a, b) => a.readUInt32LE(4) - b.readUInt32LE(4));
}

function itemsOf(page: Buffer): readonly Item[] {
  const items: Item[] = [];
  for (let index = 0; index < entriesPerPage;) {
    const state = ((page[32 + (index >> 2)] ?? 0xff) >> ((index & 3) * 2)) & 0b11;
    const at = 64 + index * entrySize;
    const entry = page.subarray(at, at + entrySize);
    const span = state === written ? Math.max(1, entry[2] ?? 1) : 1;
    if (state === written && isIntact(entry)) {
      items.push({
        namespace: entry[0] ?? 0,
        type: entry[1] ?? 0,
        chunk: entry[3] ?? 0xff,
        key: textUpToNul(entry.subarray(8, 24)),
        data: entry.subarray(24, 32),
        body: page.subarray(at + entrySize, at + span * entrySize),
      });
    }
    index += span;
  }
  return items;
}

function isIntact(entry: Buffer): boolean {
  return espCrc32(Buffer.concat([entry.subarray(0, 4), entry.subarray(8, 32)])) === entry.readUInt32LE(4);
}

function valueOf(item: Item, all: readonly Item[]): NvsValue | undefined {
  const { data } = item;
  switch (item.type) {
    case 0x01:
      return data.readUInt8(0);
    case 0x02:
      return data.readUInt16LE(0);
    case 0x04:
      return data.readUInt32LE(0);
    case 0x08:
      return data.readBigUInt64LE(0);
    case 0x11:
      return data.readInt8(0);
    case 0x12:
      return data.readInt16LE(0);
    case 0x14:
      return data.readInt32LE(0);
    case 0x18:
      return data.readBigInt64LE(0);
    case type.string: {
      const body = intactBody(item);
      return body === undefined ? undefined : textUpToNul(body);
    }
    case type.blob:
      return intactBody(item);
    case type.blobIndex:
      return joinedBlob(item, all);
    default:
      return undefined;
  }
}

function intactBody({ data, body }: Item): Buffer | undefined {
  const bytes = body.subarray(0, data.readUInt16LE(0));
  return espCrc32(bytes) === data.readUInt32LE(4) ? bytes : undefined;
}

/** A blob of version 2: its index says how many chunks there are and which number the first has. */
function joinedBlob(index: Item, all: readonly Item[]): Buffer | undefined {
  const [size, count, first] = [index.data.readUInt32LE(0), index.data[4] ?? 0, index.data[5] ?? 0];
  const parts: Buffer[] = [];
  for (let chunk = first; chunk < first + count; chunk++) {
    const part = all.findLast(
      (item) => item.type === type.blobData && item.key === index.key && item.chunk === chunk,
    );
    const body = part === undefined ? undefined : intactBody(part);
    if (body === undefined) return undefined;
    parts.push(body);
  }
  const blob = Buffer.concat(parts);
  return blob.length === size ? blob : undefined;
}
