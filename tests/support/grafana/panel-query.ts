import type { QueryContext } from './expand-sql.ts';
import type { Panel } from './provisioned-files.ts';
import { sites } from './seeded-fleet.ts';

const minute = 60_000;

/** Type numbers of PostgreSQL, sorted by what Grafana makes of them. */
export const numberTypes = new Set([20, 21, 23, 700, 701, 1700]);
export const textTypes = new Set([25, 1043]);
export const timestamptz = 1184;

/** The panel's step, in milliseconds, as Grafana chooses it: by its width, but never below its smallest. */
function intervalOf(panel: Panel, rangeMs: number): number {
  const least = panel.interval === undefined ? 0 : Number.parseInt(panel.interval, 10) * minute;
  return Math.max(least, Math.ceil(rangeMs / (panel.maxDataPoints ?? 1000) / 1000) * 1000);
}

/** A panel that shows the last `rangeMs` of these devices, at both sites. */
export function context(
  panel: Panel,
  nowMs: number,
  rangeMs: number,
  devices: readonly string[],
): QueryContext {
  return {
    fromMs: nowMs - rangeMs,
    toMs: nowMs,
    intervalMs: intervalOf(panel, rangeMs),
    variables: { site: Object.values(sites), device: devices },
  };
}
