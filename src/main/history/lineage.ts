import type { Predecessor } from '../storage/queries/history-lineage.ts';
import type { Range } from './range.ts';

/** A stretch of time in which the readings of some devices lie under certain addresses. */
export interface Piece extends Range {
  /** Address in the tables, and the device that was asked about. */
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * Where the readings of these devices lie: under their own addresses, and before a replacement under those of the
 * boards that stood in their places. Devices of the same stretch share a piece, so that they share a statement.
 */
export function piecesOf(
  macs: readonly string[],
  range: Range,
  predecessors: readonly Predecessor[],
): readonly Piece[] {
  const pieces = new Map<string, { fromMs: number; toMs: number; owners: Map<string, string> }[]>();
  const add = (address: string, mac: string, fromMs: number, toMs: number): void => {
    if (fromMs >= toMs) return;
    const key = `${fromMs}-${toMs}`;
    const same = pieces.get(key) ?? [];
    // Two devices may follow the same older board; each needs its readings.
    const room = same.find(({ owners }) => !owners.has(address));
    if (room === undefined) same.push({ fromMs, toMs, owners: new Map([[address, mac]]) });
    else room.owners.set(address, mac);
    pieces.set(key, same);
  };
  for (const mac of new Set(macs)) {
    let fromMs = range.fromMs;
    for (const { address, untilMs } of predecessors.filter((before) => before.mac === mac)) {
      const toMs = Math.min(range.toMs, untilMs);
      add(address, mac, fromMs, toMs);
      fromMs = Math.max(fromMs, toMs);
    }
    add(mac, mac, fromMs, range.toMs);
  }
  return [...pieces.values()].flat().sort((a, b) => a.fromMs - b.fromMs);
}
