import type {
  BoardUpdate,
  Candidate,
  Device,
  QuarantineReason,
  Site,
  Zone,
} from '../../shared/contract/devices.ts';
import { seenAtMs, type InboundMessage } from '../../shared/domain/inbound-message.ts';
import type { Decoded } from '../../shared/domain/telemetry.ts';
import { Listeners } from '../foundation/listeners.ts';
import { pause } from '../foundation/watch-state.ts';
import type { BoardSnapshot } from '../storage/queries/board-snapshot.ts';
import { CandidateList } from './candidate-list.ts';

/** At most ten updates a second reach a screen, whatever the message rate. */
const deltaIntervalMs = 100;

/** One message whose fate is durable; what the board learns from. */
export interface SettledMessage {
  readonly decoded: Decoded;
  readonly reason: QuarantineReason | null;
  readonly message: Pick<InboundMessage, 'receivedMs' | 'keptCopy'>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What one watching screen has not been told yet: names, never copies, so that a slow one costs nothing. */
interface Unseen {
  readonly devices: Set<string>;
  readonly removed: Set<string>;
  candidates: boolean;
  sites: boolean;
  zones: boolean;
}

/** The live state of all devices, kept in memory from committed messages. */
export class DeviceBoard {
  readonly #devices = new Map<string, Mutable<Device>>();
  readonly #candidates = new CandidateList();
  #sites: readonly Site[] = [];
  #zones: readonly Zone[] = [];
  readonly #watchers = new Set<{ unseen: Unseen; wake: () => void }>();
  readonly #changes = new Listeners<void>();
  readonly #places = new Listeners<void>();

  get sites(): readonly Site[] {
    return this.#sites;
  }

  get zones(): readonly Zone[] {
    return this.#zones;
  }

  get candidates(): readonly Candidate[] {
    return this.#candidates.list();
  }

  get devices(): readonly Device[] {
    return [...this.#devices.values()];
  }

  /** Replaces everything by what the database says. */
  load(snapshot: BoardSnapshot): void {
    const gone = new Set(this.#devices.keys());
    this.#devices.clear();
    for (const device of snapshot.devices) {
      this.#devices.set(device.mac, { ...device });
      gone.delete(device.mac);
    }
    this.#candidates.replace(snapshot.candidates);
    this.#sites = snapshot.sites;
    this.#zones = snapshot.zones;
    this.#mark((unseen) => {
      for (const mac of this.#devices.keys()) unseen.devices.add(mac);
      for (const mac of gone) unseen.removed.add(mac);
      unseen.candidates = unseen.sites = unseen.zones = true;
    });
    this.#places.tell();
  }

  /** Learns from a committed batch. Cheap: a record is changed in place, copies are made once per update sent. */
  accept(messages: readonly SettledMessage[]): void {
    const touched = new Set<string>();
    let candidatesTouched = false;
    for (const { decoded, reason, message } of messages) {
      if (decoded.kind === 'passed' || decoded.kind === 'rejected') continue;
      const device = this.#devices.get(decoded.mac);
      if (device !== undefined && reason === null) {
        learn(device, decoded, seenAtMs(decoded, message));
        touched.add(decoded.mac);
      } else if (
        reason === 'unknown-device' &&
        (decoded.kind === 'reading' || decoded.kind === 'heartbeat')
      ) {
        this.#candidates.note(decoded, seenAtMs(decoded, message));
        candidatesTouched = true;
      }
    }
    if (touched.size === 0 && !candidatesTouched) return;
    this.#mark((unseen) => {
      for (const mac of touched) unseen.devices.add(mac);
      unseen.candidates ||= candidatesTouched;
    });
  }

  putDevice(device: Device): void {
    this.#devices.set(device.mac, { ...device });
    this.#mark((unseen) => {
      unseen.devices.add(device.mac);
      unseen.removed.delete(device.mac);
    });
    this.#places.tell();
  }

  replaceLists(lists: Partial<Pick<BoardSnapshot, 'candidates' | 'sites' | 'zones'>>): void {
    if (lists.candidates !== undefined) this.#candidates.replace(lists.candidates);
    if (lists.sites !== undefined) this.#sites = lists.sites;
    if (lists.zones !== undefined) this.#zones = lists.zones;
    this.#mark((unseen) => {
      unseen.candidates ||= lists.candidates !== undefined;
      unseen.sites ||= lists.sites !== undefined;
      unseen.zones ||= lists.zones !== undefined;
    });
    this.#places.tell();
  }

  /** A snapshot, then what changed; ends with the signal. */
  async *watch(signal: AbortSignal): AsyncGenerator<BoardUpdate, void, undefined> {
    const watcher = { unseen: nothingUnseen(), wake: (): void => undefined };
    this.#watchers.add(watcher);
    const onAbort = (): void => watcher.wake();
    signal.addEventListener('abort', onAbort);
    let seq = 0;
    try {
      yield {
        type: 'snapshot',
        seq: seq++,
        devices: this.#copies(this.#devices.keys()),
        ...this.#candidateNews(),
        sites: [...this.#sites],
        zones: [...this.#zones],
      };
      while (!signal.aborted) {
        if (isEmpty(watcher.unseen)) {
          await new Promise<void>((resolve) => {
            watcher.wake = resolve;
          });
          continue;
        }
        const unseen = watcher.unseen;
        watcher.unseen = nothingUnseen();
        yield this.#delta(seq++, unseen);
        await pause(deltaIntervalMs, signal);
      }
    } finally {
      this.#watchers.delete(watcher);
      signal.removeEventListener('abort', onAbort);
    }
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** Told when there are other devices, sites or zones than before, or one was changed; not for each message. */
  onPlaces(listener: () => void): () => void {
    return this.#places.add(listener);
  }

  #delta(seq: number, unseen: Unseen): BoardUpdate {
    return {
      type: 'delta',
      seq,
      devices: this.#copies(unseen.devices),
      removed: [...unseen.removed] as Device['mac'][],
      ...(unseen.candidates ? this.#candidateNews() : {}),
      ...(unseen.sites ? { sites: [...this.#sites] } : {}),
      ...(unseen.zones ? { zones: [...this.#zones] } : {}),
    };
  }

  #copies(macs: Iterable<string>): Device[] {
    const copies: Device[] = [];
    for (const mac of macs) {
      const device = this.#devices.get(mac);
      if (device !== undefined) copies.push({ ...device });
    }
    return copies;
  }

  #candidateNews(): { candidates: Candidate[]; moreCandidates?: number } {
    const { more } = this.#candidates;
    return { candidates: this.#candidates.list(), ...(more === 0 ? {} : { moreCandidates: more }) };
  }

  #mark(change: (unseen: Unseen) => void): void {
    for (const watcher of this.#watchers) {
      change(watcher.unseen);
      watcher.wake();
    }
    this.#changes.tell();
  }
}

/** A reading or heartbeat older than the one shown (a late or replayed one) changes nothing but "seen". */
function learn(
  device: Mutable<Device>,
  decoded: Exclude<Decoded, { kind: 'passed' | 'rejected' }>,
  seenMs: number,
): void {
  if (seenMs > 0) device.seenMs = Math.max(device.seenMs ?? 0, seenMs);
  if (decoded.kind === 'status') {
    device.status = decoded.status ?? device.status;
    return;
  }
  device.clockFaulty = decoded.clockFaulty;
  if (decoded.kind === 'reading') {
    if (device.readingMs !== null && decoded.timeMs < device.readingMs) return;
    device.readingMs = decoded.timeMs;
    device.temperature = decoded.temperature;
    device.humidity = decoded.humidity;
    return;
  }
  device.firmware = decoded.firmware ?? device.firmware;
  if (device.heartbeatMs !== null && decoded.timeMs < device.heartbeatMs) return;
  device.heartbeatMs = decoded.timeMs;
  device.rssi = decoded.rssi;
  device.freeHeap = decoded.freeHeap;
  device.minHeap = decoded.minHeap;
  device.uptime = decoded.uptime;
  device.ntpSync = decoded.ntpSync;
}

function nothingUnseen(): Unseen {
  return { devices: new Set(), removed: new Set(), candidates: false, sites: false, zones: false };
}

function isEmpty(unseen: Unseen): boolean {
  return (
    unseen.devices.size === 0 &&
    unseen.removed.size === 0 &&
    !unseen.candidates &&
    !unseen.sites &&
    !unseen.zones
  );
}
