import type { Connection } from '../storage/index.ts';
import { bucketsOfReadings, noPoints, type Points } from '../storage/queries/history-points.ts';
import { bucketsOfRollup, type Rollups } from '../storage/queries/history-rollups.ts';
import type { Piece } from './lineage.ts';
import { joinPoints } from './merge-points.ts';

const hourMs = 3_600_000;
export const cellMs = { hourly: hourMs, daily: 24 * hourMs } as const;
export type CellSource = keyof typeof cellMs;

/**
 * What each device measured in whole hours or days, exact at the edges: a bucket that reaches beyond a piece holds
 * only the readings within it. What lies in between comes from the rollups.
 */
export async function readCells(
  connection: Connection,
  rollups: Rollups,
  pieces: readonly Piece[],
  source: CellSource,
): Promise<ReadonlyMap<string, Points>> {
  const stepMs = cellMs[source];
  const parts = new Map<string, Points[]>();
  for (const { owners, fromMs, toMs } of pieces) {
    const addresses = [...owners.keys()];
    const wholeFromMs = Math.ceil(fromMs / stepMs) * stepMs;
    const wholeToMs = Math.floor(toMs / stepMs) * stepMs;
    const keep = (read: ReadonlyMap<string, Points>): void => {
      for (const [address, points] of read) {
        const mac = owners.get(address) ?? address;
        parts.set(mac, [...(parts.get(mac) ?? []), points]);
      }
    };
    if (wholeFromMs >= wholeToMs) {
      keep(await bucketsOfReadings(connection, { addresses, fromMs, toMs }, stepMs));
      continue;
    }
    if (fromMs < wholeFromMs)
      keep(await bucketsOfReadings(connection, { addresses, fromMs, toMs: wholeFromMs }, stepMs));
    const whole = { addresses, fromMs: wholeFromMs, toMs: wholeToMs };
    keep(await bucketsOfRollup(connection, rollups, source, whole, stepMs));
    if (wholeToMs < toMs)
      keep(await bucketsOfReadings(connection, { addresses, fromMs: wholeToMs, toMs }, stepMs));
  }
  return new Map([...parts].map(([mac, of]) => [mac, withoutEnds(joinPoints(of, stepMs))]));
}

/** First and last readings are known of the edges only: of no use, and they would pass for known. */
function withoutEnds(points: Points): Points {
  return { ...noPoints(), ...points, first: [], last: [] };
}
