import type { QuarantineReason } from '../../shared/contract/devices.ts';
import { seenAtMs, type InboundMessage, type MessageDone } from '../../shared/domain/inbound-message.ts';
import type { Decoded, Heartbeat, Reading } from '../../shared/domain/telemetry.ts';
import type { QuarantineRow } from '../storage/queries/quarantine-writes.ts';
import type { CandidateRow } from '../storage/queries/upsert-candidates.ts';
import { lastPerKey } from '../storage/queries/upsert-counts.ts';
import type { HeartbeatRow } from '../storage/queries/upsert-heartbeats.ts';
import type { ReadingRow } from '../storage/queries/upsert-readings.ts';
import type { BatchRows } from './ingest-store.ts';
import { quarantinedPayloadBytes } from './limits.ts';

/** One message on its way to the database. `reason` is set where it goes to quarantine. */
export interface Entry {
  readonly message: InboundMessage;
  readonly decoded: Decoded;
  readonly done: MessageDone;
  reason: QuarantineReason | null;
  detail: string;
  /** A flood kept it out of the quarantine; it is only counted. */
  evicted: boolean;
}

/** The rows of some entries, in the order of their arrival. */
export function rowsOf(entries: readonly Entry[]): BatchRows & { readonly duplicates: number } {
  const readings: ReadingRow[] = [];
  const heartbeats: HeartbeatRow[] = [];
  const quarantine: QuarantineRow[] = [];
  const candidates = new Map<string, CandidateRow>();
  for (const entry of entries) {
    const { decoded, message } = entry;
    if (entry.reason === null) {
      if (decoded.kind === 'reading') readings.push(readingRow(decoded, message));
      else if (decoded.kind === 'heartbeat') heartbeats.push(heartbeatRow(decoded, message));
      continue;
    }
    if (!entry.evicted) quarantine.push(quarantineRow(entry));
    if (entry.reason === 'unknown-device') addCandidate(candidates, entry);
  }
  const uniqueReadings = lastPerKey(readings);
  const uniqueHeartbeats = lastPerKey(heartbeats);
  const duplicates = readings.length - uniqueReadings.length + heartbeats.length - uniqueHeartbeats.length;
  return {
    readings: uniqueReadings,
    heartbeats: uniqueHeartbeats,
    quarantine,
    candidates: [...candidates.values()],
    duplicates,
  };
}

function readingRow(decoded: Reading, message: InboundMessage): ReadingRow {
  const { mac, timeMs, temperature, humidity } = decoded;
  return { mac, timeMs, temperature, humidity, receptionMs: message.receivedMs };
}

function heartbeatRow(decoded: Heartbeat, message: InboundMessage): HeartbeatRow {
  const { mac, timeMs, rssi, freeHeap, uptime, minHeap, ntpSync } = decoded;
  return { mac, timeMs, rssi, freeHeap, uptime, minHeap, ntpSync, receptionMs: message.receivedMs };
}

function quarantineRow({ message, decoded, reason, detail }: Entry): QuarantineRow {
  return {
    receivedMs: message.receivedMs,
    topic: message.topic.slice(0, 1_000),
    payload: message.payload.subarray(0, quarantinedPayloadBytes),
    payloadBytes: message.payload.length,
    qos: message.qos,
    retain: message.retain,
    keptCopy: message.keptCopy === true,
    mac: 'mac' in decoded ? decoded.mac : null,
    reason: reason ?? 'storage-refused',
    detail,
  };
}

function addCandidate(candidates: Map<string, CandidateRow>, { decoded, message }: Entry): void {
  if (decoded.kind !== 'reading' && decoded.kind !== 'heartbeat') return;
  const before = candidates.get(decoded.mac);
  candidates.set(decoded.mac, {
    mac: decoded.mac,
    seenMs: seenAtMs(decoded, message),
    messages: (before?.messages ?? 0) + 1,
    siteRef: (decoded.kind === 'heartbeat' ? decoded.siteRef : null) ?? before?.siteRef ?? null,
    temperature: decoded.kind === 'reading' ? decoded.temperature : (before?.temperature ?? null),
    humidity: decoded.kind === 'reading' ? decoded.humidity : (before?.humidity ?? null),
    rssi: (decoded.kind === 'heartbeat' ? decoded.rssi : null) ?? before?.rssi ?? null,
  });
}

/** The time of the row that an entry becomes; undefined where it becomes none. */
export function rowTime({ reason, decoded }: Entry): number | undefined {
  if (reason !== null || (decoded.kind !== 'reading' && decoded.kind !== 'heartbeat')) return undefined;
  return decoded.timeMs;
}
