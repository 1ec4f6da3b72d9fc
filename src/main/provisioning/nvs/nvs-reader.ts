import { AppError } from '../../../shared/domain/app-error.ts';
import { pageBytes, type NvsEntry } from './nvs-format.ts';
import { readPage, type NvsItem, type NvsPage } from './nvs-page.ts';

export interface NvsContents {
  /** In the order of writing; of a key that is there twice, the newer value. */
  readonly entries: readonly NvsEntry[];
  readonly pages: readonly NvsPage[];
  /** What was passed over, for the log and for `nvs read`. */
  readonly problems: readonly NvsProblem[];
  /** Nothing was ever written: every byte is 0xFF. */
  readonly blank: boolean;
  /** Pages are in order and entries are there, but not one makes sense: NVS encryption. */
  readonly encrypted: boolean;
}

export interface NvsProblem {
  readonly kind:
    | 'page-damaged'
    | 'entry-damaged'
    | 'namespace-missing'
    | 'blob-incomplete'
    | 'trailing-bytes'
    | 'duplicate';
  readonly page: number | null;
  readonly key: string | null;
}

/**
 * Reads an NVS partition as a chip would after a restart, and never throws whatever the bytes: damaged pages and
 * entries, half-done moves and erased values are passed over and named.
 */
export function parseNvs(image: Uint8Array): NvsContents {
  const problems: NvsProblem[] = [];
  if (image.length % pageBytes !== 0) problems.push({ kind: 'trailing-bytes', page: null, key: null });
  const read = Array.from({ length: Math.floor(image.length / pageBytes) }, (_, index) =>
    readPage(image.subarray(index * pageBytes, (index + 1) * pageBytes), index),
  );
  for (const { page } of read) {
    if (page.state === 'damaged') problems.push({ kind: 'page-damaged', page: page.index, key: null });
    for (let n = 0; n < page.damaged; n += 1)
      problems.push({ kind: 'entry-damaged', page: page.index, key: null });
  }
  // Sequence numbers order the pages in time; on flash they may lie in any order.
  const items = read
    .toSorted((a, b) => a.page.sequence - b.page.sequence || a.page.index - b.page.index)
    .flatMap(({ page, items }) => items.map((item) => ({ ...item, page: page.index })));
  const damaged = read.reduce((sum, { page }) => sum + page.damaged, 0);
  return {
    entries: resolve(items, problems),
    pages: read.map(({ page }) => page),
    problems,
    blank: image.every((byte) => byte === 0xff),
    encrypted: items.length === 0 && damaged >= 2,
  };
}

type Placed = NvsItem & { readonly page: number };

/** From items to values: namespaces by name, the newest of each key, blobs put together. */
function resolve(items: readonly Placed[], problems: NvsProblem[]): readonly NvsEntry[] {
  const namespaces = new Map<number, string>();
  const chunks = new Map<string, Uint8Array>();
  const newest = new Map<string, Placed>();
  for (const item of items) {
    const identity = `${item.namespace}\0${item.key}`;
    if (item.namespace === 0) {
      if (item.kind === 'integer' && item.type === 'u8') namespaces.set(Number(item.value), item.key);
    } else if (item.kind === 'chunk') chunks.set(`${identity}\0${item.chunk}`, item.data);
    else {
      if (newest.delete(identity)) problems.push({ kind: 'duplicate', page: item.page, key: item.key });
      newest.set(identity, item);
    }
  }
  const entries = new Map<string, NvsEntry>();
  for (const [identity, item] of newest) {
    const namespace = namespaces.get(item.namespace);
    if (namespace === undefined) {
      problems.push({ kind: 'namespace-missing', page: item.page, key: item.key });
      continue;
    }
    const entry = entryOf(namespace, item, (chunk) => chunks.get(`${identity}\0${chunk}`));
    if (entry === undefined) problems.push({ kind: 'blob-incomplete', page: item.page, key: item.key });
    else entries.set(`${namespace}\0${item.key}`, entry);
  }
  return [...entries.values()];
}

function entryOf(
  namespace: string,
  item: Placed,
  chunkAt: (chunk: number) => Uint8Array | undefined,
): NvsEntry | undefined {
  const named = { namespace, key: item.key };
  if (item.kind === 'string') return { ...named, type: 'str', value: item.data };
  if (item.kind === 'blob') return { ...named, type: 'blob', value: item.data };
  if (item.kind === 'integer') {
    return item.type === 'u64' || item.type === 'i64'
      ? { ...named, type: item.type, value: item.value }
      : { ...named, type: item.type, value: Number(item.value) };
  }
  if (item.kind === 'chunk') return undefined;
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let chunk = 0; chunk < item.chunks; chunk += 1) {
    const part = chunkAt(item.firstChunk + chunk);
    if (part === undefined) return undefined;
    parts.push(part);
    total += part.length;
  }
  return total === item.bytes
    ? { ...named, type: 'blob', value: new Uint8Array(Buffer.concat(parts)) }
    : undefined;
}

/**
 * Refuses what must not be merged: an encrypted partition, or one that holds something else than NVS.
 *
 * @param keys content of the board's `nvs_keys` partition, when it has one; keys in it mean that the firmware
 *   encrypts, even if nothing is stored yet
 * @throws AppError `nvs.encrypted`, `nvs.unreadable`
 */
export function assertReadableNvs(contents: NvsContents, keys?: Uint8Array): void {
  const keysPresent = keys?.some((byte) => byte !== 0xff) === true;
  if (contents.encrypted || (keysPresent && contents.entries.length === 0)) {
    throw new AppError(
      'nvs.encrypted',
      'The configuration of this board is encrypted; what is written beside its firmware could not be read.',
      { keysPartition: keysPresent },
    );
  }
  const inUse = contents.pages.filter((page) => page.state !== 'empty');
  if (inUse.length > 0 && inUse.every((page) => page.state === 'damaged')) {
    throw new AppError('nvs.unreadable', 'These bytes are no NVS partition.', {
      pages: contents.pages.length,
    });
  }
}
