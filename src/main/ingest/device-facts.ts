import type { Decoded } from '../../shared/domain/telemetry.ts';
import type { DeviceFactsRow } from '../storage/queries/upsert-device-facts.ts';

/** What devices said of themselves since the last write, one row per device however often it spoke. */
export class DeviceFacts {
  #rows = new Map<string, DeviceFactsRow>();

  /** @param seenMs when the device is known to have been there; 0 where that is unknown */
  note(decoded: Decoded, seenMs: number): void {
    if (decoded.kind === 'passed' || decoded.kind === 'rejected') return;
    const before = this.#rows.get(decoded.mac);
    // By far the most messages: a reading says nothing new but when, and whether its clock is right.
    if (decoded.kind === 'reading' && before?.seenMs === seenMs && before.clockFaulty === decoded.clockFaulty)
      return;
    const beat = decoded.kind === 'heartbeat' ? decoded : undefined;
    const status = decoded.kind === 'status' ? decoded.status : null;
    this.#rows.set(decoded.mac, {
      mac: decoded.mac,
      seenMs: Math.max(before?.seenMs ?? 0, seenMs),
      clockFaulty: decoded.kind === 'status' ? (before?.clockFaulty ?? null) : decoded.clockFaulty,
      status: status ?? before?.status ?? null,
      statusMs: status === null || seenMs === 0 ? (before?.statusMs ?? null) : seenMs,
      firmware: beat?.firmware ?? before?.firmware ?? null,
      chip: beat?.chip?.slice(0, 32) ?? before?.chip ?? null,
      ip: beat?.ip?.slice(0, 45) ?? before?.ip ?? null,
      resetReason: beat?.resetReason ?? before?.resetReason ?? null,
      queued: beat?.queued ?? before?.queued ?? null,
      siteRef: beat?.siteRef?.slice(0, 50) ?? before?.siteRef ?? null,
    });
  }

  take(): readonly DeviceFactsRow[] {
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    return rows;
  }

  /** After a failed write: what came in since then is newer and wins. */
  putBack(rows: readonly DeviceFactsRow[]): void {
    for (const row of rows) {
      const newer = this.#rows.get(row.mac);
      this.#rows.set(row.mac, newer === undefined ? row : withOlder(newer, row));
    }
  }
}

/** A field that the newer row says nothing of keeps what the older one said. */
function withOlder(newer: DeviceFactsRow, older: DeviceFactsRow): DeviceFactsRow {
  const said = Object.entries(newer).filter(([, value]) => value !== null);
  return { ...older, ...(Object.fromEntries(said) as Partial<DeviceFactsRow>) };
}
