import type { RangeStatistics } from '../../shared/contract/history.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { Connection } from '../storage/index.ts';
import { predecessors } from '../storage/queries/history-lineage.ts';
import { statisticsOf } from '../storage/queries/history-statistics.ts';
import { piecesOf } from './lineage.ts';
import type { Range } from './range.ts';

/** Exact, from every reading of the range: seconds for a year of a few devices. */
export async function readStatistics(
  connection: Connection,
  macs: readonly MacAddress[],
  range: Range,
): Promise<readonly RangeStatistics[]> {
  const before = await predecessors(connection, macs);
  const items: RangeStatistics[] = [];
  for (const mac of new Set(macs)) {
    const line = before.filter((of) => of.mac === mac);
    const parts = piecesOf([mac], range, line).map(({ owners, fromMs, toMs }) => ({
      addresses: [...owners.keys()],
      fromMs,
      toMs,
    }));
    items.push({ mac, ...(await statisticsOf(connection, parts)) });
  }
  return items;
}
