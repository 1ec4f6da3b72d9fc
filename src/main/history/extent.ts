import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { Connection } from '../storage/index.ts';
import { extentOf } from '../storage/queries/history-extent.ts';
import { predecessors } from '../storage/queries/history-lineage.ts';

export interface DeviceExtent {
  readonly mac: MacAddress;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/** First and last reading of each, those of replaced boards in its place included. */
export async function readExtent(
  connection: Connection,
  macs: readonly MacAddress[],
): Promise<readonly DeviceExtent[]> {
  if (macs.length === 0) return [];
  const before = await predecessors(connection, macs);
  const found = await extentOf(connection, [...macs, ...before.map(({ address }) => address)]);
  return macs.map((mac) => {
    const own = found.get(mac) ?? { firstMs: null, lastMs: null };
    const line = before.filter((older) => older.mac === mac);
    const older = line.map(({ address }) => found.get(address)?.firstMs ?? null);
    const untils = line.map(({ address, untilMs }) =>
      (found.get(address)?.firstMs ?? null) === null ? null : untilMs - 1,
    );
    return {
      mac,
      firstMs: extreme(Math.min, [own.firstMs, ...older]),
      lastMs: extreme(Math.max, [own.lastMs, ...untils]),
    };
  });
}

function extreme(choose: (...values: number[]) => number, values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : choose(...known);
}
