import {
  bitmapOffset,
  entriesPerPage,
  entryBytes,
  entryCrc,
  firstEntryOffset,
  integerCodes,
  itemCode,
  keyText,
  longestKeyBytes,
  nvsCrc,
  pageState,
  pageVersion,
  type NvsIntegerType,
} from './nvs-format.ts';

export type NvsPageState = 'empty' | 'active' | 'full' | 'freeing' | 'corrupt' | 'damaged';

export interface NvsPage {
  /** Place on flash, from 0. */
  readonly index: number;
  /** `damaged`: the header makes no sense, or an "empty" page is not empty. */
  readonly state: NvsPageState;
  readonly sequence: number;
  readonly version: 1 | 2;
  readonly written: number;
  readonly erased: number;
  /** Entries marked as written that fail their checksum or make no sense. */
  readonly damaged: number;
}

export type NvsItem = { readonly namespace: number; readonly key: string } & (
  | { readonly kind: 'integer'; readonly type: NvsIntegerType; readonly value: bigint }
  | { readonly kind: 'string'; readonly data: Uint8Array }
  | { readonly kind: 'blob'; readonly data: Uint8Array }
  | { readonly kind: 'chunk'; readonly chunk: number; readonly data: Uint8Array }
  | { readonly kind: 'index'; readonly bytes: number; readonly chunks: number; readonly firstChunk: number }
);

const stateNames: ReadonlyMap<number, NvsPageState> = new Map([
  [pageState.empty, 'empty'],
  [pageState.active, 'active'],
  [pageState.full, 'full'],
  [pageState.freeing, 'freeing'],
  [pageState.corrupt, 'corrupt'],
]);
const integerNames = new Map<number, NvsIntegerType>(
  (Object.keys(integerCodes) as NvsIntegerType[]).map((name) => [integerCodes[name], name]),
);

/** One page of 4096 bytes, whatever is in it. */
export function readPage(
  bytes: Uint8Array,
  index: number,
): { readonly page: NvsPage; readonly items: readonly NvsItem[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const state = trustedState(bytes, view);
  const none = { index, state, sequence: 0, version: 2, written: 0, erased: 0, damaged: 0 } as const;
  if (state === 'empty' || state === 'damaged' || state === 'corrupt') return { page: none, items: [] };
  const items: NvsItem[] = [];
  let written = 0;
  let erased = 0;
  let damaged = 0;
  let entry = 0;
  while (entry < entriesPerPage) {
    const mark = markOf(bytes, entry);
    if (mark !== 'written') {
      if (mark === 'erased') erased += 1;
      entry += 1;
      continue;
    }
    const found = readItem(bytes, entry);
    if (found.item === undefined) damaged += 1;
    else items.push(found.item);
    written += found.span;
    entry += found.span;
  }
  const version = view.getUint8(8) === pageVersion.v2 ? 2 : 1;
  return { page: { ...none, sequence: view.getUint32(4, true), version, written, erased, damaged }, items };
}

function trustedState(bytes: Uint8Array, view: DataView): NvsPageState {
  const state = stateNames.get(view.getUint32(0, true)) ?? 'damaged';
  if (state === 'empty') return bytes.every((byte) => byte === 0xff) ? 'empty' : 'damaged';
  if (state === 'damaged' || state === 'corrupt') return state;
  return view.getUint32(28, true) === nvsCrc(bytes.subarray(4, 28)) ? state : 'damaged';
}

/** Bits 11: never written (or the mark was not reached before power went); 10: written; 00 and 01: erased. */
function markOf(bytes: Uint8Array, entry: number): 'empty' | 'written' | 'erased' {
  const bits = ((bytes[bitmapOffset + (entry >> 2)] ?? 0) >> ((entry & 3) * 2)) & 3;
  if (bits === 3) return 'empty';
  return bits === 2 ? 'written' : 'erased';
}

interface Found {
  readonly item: NvsItem | undefined;
  /** Entries to step over. */
  readonly span: number;
}
const senseless: Found = { item: undefined, span: 1 };

function readItem(bytes: Uint8Array, entry: number): Found {
  const at = firstEntryOffset + entry * entryBytes;
  const head = bytes.subarray(at, at + entryBytes);
  const view = new DataView(head.buffer, head.byteOffset, entryBytes);
  if (view.getUint32(4, true) !== entryCrc(head)) return senseless;
  const [namespace = 0, code = 0, span = 0, chunk = 0] = head;
  const end = head.indexOf(0, 8);
  if (end < 9 || end > 8 + longestKeyBytes || span < 1 || entry + span > entriesPerPage) return senseless;
  const named = { namespace, key: keyText(head.subarray(8, end)) };

  const type = integerNames.get(code);
  if (type !== undefined) {
    if (span !== 1) return senseless;
    const raw = view.getBigUint64(24, true);
    const bits = Number(type.slice(1));
    const value = type.startsWith('u') ? BigInt.asUintN(bits, raw) : BigInt.asIntN(bits, raw);
    return { item: { ...named, kind: 'integer', type, value }, span };
  }
  if (code === itemCode.blobIndex) {
    if (span !== 1) return senseless;
    const [chunks = 0, firstChunk = 0] = head.subarray(28, 30);
    return { item: { ...named, kind: 'index', bytes: view.getUint32(24, true), chunks, firstChunk }, span };
  }
  const length = view.getUint16(24, true);
  const wholeSpan = Array.from({ length: span }, (_, n) => markOf(bytes, entry + n));
  if (length > (span - 1) * entryBytes || wholeSpan.some((mark) => mark !== 'written')) return senseless;
  const data = bytes.slice(at + entryBytes, at + entryBytes + length);
  const broken: Found = { item: undefined, span };
  if (view.getUint32(28, true) !== nvsCrc(data)) return broken;
  if (code === itemCode.string) {
    const nul = data.indexOf(0);
    return { item: { ...named, kind: 'string', data: nul < 0 ? data : data.slice(0, nul) }, span };
  }
  if (code === itemCode.blobVersion1) return { item: { ...named, kind: 'blob', data }, span };
  if (code === itemCode.blobData) return { item: { ...named, kind: 'chunk', chunk, data }, span };
  return broken;
}
