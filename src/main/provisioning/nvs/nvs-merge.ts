import { assertReadableNvs, type NvsContents } from './nvs-reader.ts';
import { buildNvsImage } from './nvs-writer.ts';
import type { NvsEntry } from './nvs-format.ts';

export interface NvsChange {
  readonly namespace: string;
  /** The new values of the namespace. */
  readonly entries: readonly NvsEntry[];
  /** Keys that this change decides about: such a key that is not among the entries is taken away. */
  readonly owns: (key: string) => boolean;
}

/**
 * The whole partition after a change of one namespace: every other namespace (Wi-Fi calibration, what a firmware
 * keeps for itself) and keys of the same namespace that nobody here knows are carried over value by value.
 *
 * @param keys content of the board's `nvs_keys` partition, when it has one
 * @throws AppError `nvs.encrypted`, `nvs.unreadable`, and what `buildNvsImage` throws
 */
export function mergeNvs(
  existing: NvsContents,
  change: NvsChange,
  size: number,
  keys?: Uint8Array,
): Uint8Array {
  assertReadableNvs(existing, keys);
  const replaced = new Set(change.entries.map((entry) => entry.key));
  const kept = existing.entries.filter(
    (entry) => entry.namespace !== change.namespace || !(replaced.has(entry.key) || change.owns(entry.key)),
  );
  return buildNvsImage([...kept, ...change.entries], size);
}
