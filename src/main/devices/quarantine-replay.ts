import { decodeMessage } from '../../shared/domain/decode-message.ts';
import type { Decoded } from '../../shared/domain/telemetry.ts';
import {
  daysPerTransaction,
  ensurePartitions,
  fittingDays,
  utcDay,
  type Database,
  type Queryable,
} from '../storage/index.ts';
import { loadKnownDevices } from '../storage/queries/known-devices.ts';
import { removeCandidate } from '../storage/queries/device-changes.ts';
import {
  adoptedInQuarantine,
  deleteQuarantined,
  lockForReplay,
  readForReplay,
  renameReasons,
  type KeptMessage,
  type QuarantineFilter,
} from '../storage/queries/quarantine-reads.ts';
import { lastPerKey } from '../storage/queries/upsert-counts.ts';
import { upsertHeartbeats, type HeartbeatRow } from '../storage/queries/upsert-heartbeats.ts';
import { upsertReadings, type ReadingRow } from '../storage/queries/upsert-readings.ts';

export interface ReplayResult {
  readonly readings: number;
  readonly heartbeats: number;
  readonly stillQuarantined: number;
}

const chunkRows = 1_000;

interface Sorted {
  readonly readings: ReadingRow[];
  readonly heartbeats: HeartbeatRow[];
  readonly ids: number[];
  readonly staying: { id: number; reason: string; detail: string }[];
}

/**
 * Tries kept messages again with their original reception time. Storing and deleting are one transaction per
 * chunk, so each message is in exactly one place whatever happens in between.
 *
 * @param filter of one device, or of all; for one reason, or whatever it is
 */
export async function replayQuarantine(
  owner: Database,
  filter: QuarantineFilter,
  signal?: AbortSignal,
): Promise<ReplayResult> {
  const known = new Set(await loadKnownDevices(owner));
  let readings = 0;
  let heartbeats = 0;
  let stillQuarantined = 0;
  for (let after = 0; ;) {
    signal?.throwIfAborted();
    const taken = (await readForReplay(owner, filter, after, chunkRows)).map((message) => ({
      ...message,
      decoded: decodeMessage(
        message.topic,
        message.payload,
        message.receivedMs,
        // Only a kept copy gets that reason; every other message was live.
        message.reason === 'unknown-age',
      ),
    }));
    const kept = taken.slice(0, fittingDays(taken, rowTime, daysPerTransaction));
    const last = kept.at(-1)?.id;
    if (last === undefined) break;
    await makeDays(owner, kept, known);
    const sorted = await owner.transaction(async (connection) => {
      const locked = await lockForReplay(
        connection,
        kept.map(({ id }) => id),
      );
      const chunk = sort(
        kept.filter(({ id }) => locked.has(id)),
        known,
      );
      await store(connection, chunk);
      return chunk;
    });
    readings += sorted.readings.length;
    heartbeats += sorted.heartbeats.length;
    stillQuarantined += sorted.staying.length;
    after = last;
  }
  return { readings, heartbeats, stillQuarantined };
}

/**
 * Gives every device what waited for its adoption, whichever process adopted it. What waits for another reason stays:
 * that is for a person to decide.
 *
 * @param except devices that are being adopted at this moment by somebody who replays them
 * @returns the devices that had something waiting
 */
export async function replayAdopted(
  owner: Database,
  except: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const macs = (await adoptedInQuarantine(owner)).filter((mac) => !except.has(mac));
  for (const mac of macs) {
    await replayQuarantine(owner, { mac, reason: 'unknown-device' }, signal);
    await removeCandidate(owner, mac);
  }
  return macs;
}

type Taken = KeptMessage & { readonly decoded: Decoded };

function rowTime({ decoded }: Taken): number | undefined {
  return decoded.kind === 'reading' || decoded.kind === 'heartbeat' ? decoded.timeMs : undefined;
}

/** For what will be stored. Outside the transaction that does it: see `ensurePartitions`. */
async function makeDays(owner: Database, kept: readonly Taken[], known: ReadonlySet<string>): Promise<void> {
  const { readings, heartbeats } = sort(kept, known);
  const days = new Set([...readings, ...heartbeats].map((row) => utcDay(row.timeMs)));
  if (days.size > 0) await ensurePartitions(owner, [...days]);
}

function sort(kept: readonly Taken[], known: ReadonlySet<string>): Sorted {
  const sorted: Sorted = { readings: [], heartbeats: [], ids: [], staying: [] };
  for (const message of kept) {
    const { decoded } = message;
    if (decoded.kind === 'rejected') {
      sorted.staying.push({ id: message.id, reason: decoded.reason, detail: decoded.detail });
    } else if (decoded.kind !== 'reading' && decoded.kind !== 'heartbeat') {
      sorted.ids.push(message.id);
    } else if (!known.has(decoded.mac)) {
      sorted.staying.push({ id: message.id, reason: 'unknown-device', detail: '' });
    } else {
      sorted.ids.push(message.id);
      if (decoded.kind === 'reading') {
        const { mac, timeMs, temperature, humidity } = decoded;
        sorted.readings.push({ mac, timeMs, temperature, humidity, receptionMs: message.receivedMs });
      } else {
        const { mac, timeMs, rssi, freeHeap, uptime, minHeap, ntpSync } = decoded;
        sorted.heartbeats.push({
          mac,
          timeMs,
          rssi,
          freeHeap,
          uptime,
          minHeap,
          ntpSync,
          receptionMs: message.receivedMs,
        });
      }
    }
  }
  return sorted;
}

async function store(connection: Queryable, { readings, heartbeats, ids, staying }: Sorted): Promise<void> {
  await upsertReadings(connection, lastPerKey(readings));
  await upsertHeartbeats(connection, lastPerKey(heartbeats));
  await deleteQuarantined(connection, ids);
  await renameReasons(connection, staying);
}
