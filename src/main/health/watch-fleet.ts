import type { HealthRow, HealthUpdate } from '../../shared/contract/health.ts';
import { pause } from '../foundation/watch-state.ts';
import type { Fleet } from './fleet.ts';

/** Changes of so long go into one update. */
const deltaIntervalMs = 200;

/** A snapshot, then changed rows; a slow reader gets fewer updates, never older rows. Ends with the signal. */
export async function* watchFleet(
  fleet: Fleet,
  signal: AbortSignal,
): AsyncGenerator<HealthUpdate, void, undefined> {
  let changed = new Set<string>();
  let wake: () => void = () => undefined;
  const stop = fleet.onChange(({ judged, removed }) => {
    for (const mac of [...judged, ...removed]) changed.add(mac);
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  let seq = 0;
  try {
    // Of those never judged nothing is known yet, not even that nothing was heard.
    const judged = [...fleet.entries.values()].filter(({ verdictSinceMs }) => verdictSinceMs !== null);
    yield { type: 'snapshot', seq: seq++, rows: judged.map(({ row }) => row) };
    while (!signal.aborted) {
      if (changed.size === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const rows: HealthRow[] = [];
      const removed: HealthRow['mac'][] = [];
      for (const mac of changed) {
        const row = fleet.entries.get(mac)?.row;
        if (row === undefined) removed.push(mac as HealthRow['mac']);
        else rows.push(row);
      }
      changed = new Set();
      yield { type: 'delta', seq: seq++, rows, removed };
      await pause(deltaIntervalMs, signal);
    }
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}
