import { trendBucketMs } from '../../shared/domain/device-health/facts.ts';
import type { Queryable } from '../storage/index.ts';
import * as stored from '../storage/queries/health-windows.ts';
import { windowSize, type DeviceWindow } from './device-window.ts';

const hourMs = 3_600_000;
/** A board may report once a day: so far back its newest messages are looked for. */
const recentMs = 7 * 24 * hourMs;
const trendMs = windowSize.trend * trendBucketMs;
const restartsMs = 24 * hourMs;
/** Devices per statement: a fleet of thousands is read in steps that each take a moment. */
const step = 200;

/**
 * Fills windows with what the database knows, so that a restart forgets nothing.
 *
 * @param ask runs reads on one connection
 * @throws the database's errors
 */
export async function fillWindows(
  windows: ReadonlyMap<string, DeviceWindow>,
  ask: <T>(work: (connection: Queryable) => Promise<T>) => Promise<T>,
  nowMs: number,
): Promise<void> {
  const macs = [...windows.keys()];
  for (let from = 0; from < macs.length; from += step)
    await ask((connection) => fillSome(connection, windows, macs.slice(from, from + step), nowMs));
}

async function fillSome(
  connection: Queryable,
  windows: ReadonlyMap<string, DeviceWindow>,
  macs: readonly string[],
  nowMs: number,
): Promise<void> {
  const beats = byMac(await stored.newestBeats(connection, macs, nowMs - recentMs, windowSize.beats));
  const readings = byMac(
    await stored.newestReadings(connection, macs, nowMs - recentMs, windowSize.readings),
  );
  const trend = byMac(await stored.beatTrend(connection, macs, nowMs - trendMs, trendBucketMs));
  const steps = byMac(await stored.uptimeFalls(connection, macs, nowMs - restartsMs));
  const implausible = byMac(await stored.implausibleSince(connection, macs, nowMs - hourMs));
  for (const said of await stored.selfDescriptions(connection, macs)) windows.get(said.mac)?.describe(said);
  for (const mac of macs)
    windows.get(mac)?.fill({
      beats: beats(mac),
      readings: readings(mac),
      trend: trend(mac),
      steps: steps(mac),
      implausibleMs: implausible(mac).map(({ receivedMs }) => receivedMs),
    });
}

function byMac<T extends { readonly mac: string }>(rows: readonly T[]): (mac: string) => readonly T[] {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.mac);
    if (group === undefined) groups.set(row.mac, [row]);
    else group.push(row);
  }
  return (mac) => groups.get(mac) ?? [];
}
