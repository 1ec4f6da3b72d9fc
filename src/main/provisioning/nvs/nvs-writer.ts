import { AppError } from '../../../shared/domain/app-error.ts';
import {
  anyChunk,
  bitmapOffset,
  entriesPerPage,
  entryBytes,
  entryCrc,
  firstEntryOffset,
  integerCodes,
  integerRange,
  itemCode,
  keyBytes,
  largestChunkCount,
  largestNamespaceIndex,
  longestKeyBytes,
  longestStringBytes,
  nvsCrc,
  pageBytes,
  pageState,
  pageVersion,
  smallestWritableBytes,
  type NvsEntry,
} from './nvs-format.ts';

/**
 * An NVS partition with these entries in this order, byte for byte what Espressif's `nvs_partition_gen generate`
 * (format version 2) makes of them; the last page stays empty for the chip's own garbage collection.
 *
 * @param size bytes of the partition: a multiple of 4096, at least 0x3000
 * @throws AppError `nvs.size-invalid`, `nvs.entry-invalid` (data: namespace, key, reason), `nvs.too-small`
 */
export function buildNvsImage(entries: readonly NvsEntry[], size: number): Uint8Array {
  if (!Number.isSafeInteger(size) || size < smallestWritableBytes || size % pageBytes !== 0) {
    throw new AppError(
      'nvs.size-invalid',
      `An NVS partition has a multiple of 4096 bytes and at least 12288, not ${size}.`,
      { size },
    );
  }
  const image = new NvsImage(size);
  const namespaces = new Map<string, number>();
  const seen = new Set<string>();
  for (const entry of entries) {
    check(entry, seen);
    let index = namespaces.get(entry.namespace);
    if (index === undefined) {
      index = namespaces.size + 1;
      if (index > largestNamespaceIndex) refuse(entry, 'too-many-namespaces');
      namespaces.set(entry.namespace, index);
      image.writeInteger(0, keyBytes(entry.namespace), 'u8', BigInt(index));
    }
    const key = keyBytes(entry.key);
    if (entry.type === 'str') image.writeString(index, key, entry.value);
    else if (entry.type === 'blob') image.writeBlob(index, key, entry.value);
    else image.writeInteger(index, key, entry.type, BigInt(entry.value));
  }
  return image.bytes;
}

function refuse(entry: NvsEntry, reason: string): never {
  throw new AppError('nvs.entry-invalid', `NVS entry ${entry.namespace}/${entry.key}: ${reason}.`, {
    namespace: entry.namespace,
    key: entry.key,
    reason,
  });
}

function check(entry: NvsEntry, seen: Set<string>): void {
  for (const name of [entry.namespace, entry.key]) {
    if (name.length < 1 || name.length > longestKeyBytes) refuse(entry, 'name-length');
    for (const char of name) {
      const code = char.codePointAt(0) ?? 0;
      if (code === 0 || code > 0xff) refuse(entry, 'name-characters');
    }
  }
  const identity = `${entry.namespace}\0${entry.key}`;
  if (seen.has(identity)) refuse(entry, 'duplicate');
  seen.add(identity);
  if (entry.type === 'str') {
    if (entry.value.includes(0)) refuse(entry, 'string-with-nul');
    if (entry.value.length + 1 > longestStringBytes) refuse(entry, 'string-too-long');
  } else if (entry.type !== 'blob') {
    if (typeof entry.value === 'number' && !Number.isSafeInteger(entry.value))
      refuse(entry, 'not-an-integer');
    const { min, max } = integerRange(entry.type);
    if (entry.value < min || entry.value > max) refuse(entry, 'out-of-range');
  }
}

class NvsImage {
  readonly bytes: Uint8Array;
  /** Entries used on the page that is being filled. */
  #used = entriesPerPage;
  #page = -1;

  constructor(size: number) {
    this.bytes = new Uint8Array(size).fill(0xff);
    this.#nextPage();
  }

  writeInteger(namespace: number, key: Uint8Array, type: keyof typeof integerCodes, value: bigint): void {
    if (this.#used >= entriesPerPage) this.#nextPage();
    const head = entryHead(namespace, integerCodes[type], 1, anyChunk, key);
    const width = Number(type.slice(1)) / 8;
    const little = new DataView(new ArrayBuffer(8));
    little.setBigUint64(0, BigInt.asUintN(64, value), true);
    head.set(new Uint8Array(little.buffer, 0, width), 24);
    this.#append(head, new Uint8Array(0));
  }

  writeString(namespace: number, key: Uint8Array, text: Uint8Array): void {
    const data = new Uint8Array(text.length + 1);
    data.set(text);
    const span = 1 + Math.ceil(data.length / entryBytes);
    // The generator never lets a string take the last entry of a page; only one that needs a whole page does.
    if (this.#used > 0 && this.#used + span >= entriesPerPage) this.#nextPage();
    const head = entryHead(namespace, itemCode.string, span, anyChunk, key);
    setDataFacts(head, data);
    this.#append(head, data);
  }

  /** In chunks as large as the pages have room, then the index that makes them one value. */
  writeBlob(namespace: number, key: Uint8Array, blob: Uint8Array): void {
    if (this.#used >= entriesPerPage) this.#nextPage();
    let written = 0;
    let chunks = 0;
    do {
      const room = (entriesPerPage - this.#used - 1) * entryBytes;
      const chunk = blob.subarray(written, written + room);
      if (chunks >= largestChunkCount) throw tooSmall(this.bytes.length);
      const span = 1 + Math.ceil(chunk.length / entryBytes);
      const head = entryHead(namespace, itemCode.blobData, span, chunks, key);
      setDataFacts(head, chunk);
      this.#append(head, chunk);
      written += chunk.length;
      chunks += 1;
      if (written < blob.length || room - chunk.length < entryBytes) this.#nextPage();
    } while (written < blob.length);
    const index = entryHead(namespace, itemCode.blobIndex, 1, anyChunk, key);
    const view = new DataView(index.buffer);
    view.setUint32(24, blob.length, true);
    view.setUint8(28, chunks);
    view.setUint8(29, 0);
    this.#append(index, new Uint8Array(0));
  }

  #append(head: Uint8Array, data: Uint8Array): void {
    new DataView(head.buffer).setUint32(4, entryCrc(head), true);
    const base = this.#page * pageBytes;
    const at = base + firstEntryOffset + this.#used * entryBytes;
    this.bytes.set(head, at);
    this.bytes.set(data, at + entryBytes);
    const end = this.#used + 1 + Math.ceil(data.length / entryBytes);
    for (let entry = this.#used; entry < end; entry += 1) {
      // Two bits an entry, lowest first: 11 empty, 10 written.
      const place = base + bitmapOffset + (entry >> 2);
      this.bytes[place] = (this.bytes[place] ?? 0xff) & ~(1 << ((entry & 3) * 2));
    }
    this.#used = end;
  }

  #nextPage(): void {
    const view = new DataView(this.bytes.buffer);
    const next = this.#page + 1;
    if ((next + 2) * pageBytes > this.bytes.length) throw tooSmall(this.bytes.length);
    if (this.#page >= 0) view.setUint32(this.#page * pageBytes, pageState.full, true);
    const base = next * pageBytes;
    view.setUint32(base, pageState.active, true);
    view.setUint32(base + 4, next, true);
    view.setUint8(base + 8, pageVersion.v2);
    view.setUint32(base + 28, nvsCrc(this.bytes.subarray(base + 4, base + 28)), true);
    this.#page = next;
    this.#used = 0;
  }
}

function entryHead(
  namespace: number,
  code: number,
  span: number,
  chunk: number,
  key: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(entryBytes).fill(0xff);
  head.set([namespace, code, span, chunk]);
  head.fill(0, 8, 24);
  head.set(key, 8);
  return head;
}

function setDataFacts(head: Uint8Array<ArrayBuffer>, data: Uint8Array): void {
  const view = new DataView(head.buffer);
  view.setUint16(24, data.length, true);
  view.setUint32(28, nvsCrc(data), true);
}

function tooSmall(size: number): AppError {
  return new AppError('nvs.too-small', `The configuration does not fit into ${size} bytes of NVS.`, { size });
}
