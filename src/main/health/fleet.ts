import type { Device, Zone } from '../../shared/contract/devices.ts';
import type { HealthRow } from '../../shared/contract/health.ts';
import type { Limits, ListeningSince } from '../../shared/domain/device-health/facts.ts';
import { judgeDevice, type Judgement } from '../../shared/domain/device-health/judge.ts';
import { defaultThresholds, type Thresholds } from '../../shared/domain/device-health/thresholds.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import { Listeners } from '../foundation/listeners.ts';
import { DeviceWindow } from './device-window.ts';
import type { SettledMessage } from './settled-message.ts';

/** Verdicts of this share of the fleet are looked at again at each tick, whatever happened: trends age too. */
const sweepShare = 20;
/** A tick that comes so much later than the one before, or earlier: the machine slept, or its clock was set. */
const sleptMs = 30_000;

/** Where a device is and what its zone permits. */
export interface Place {
  readonly mac: MacAddress;
  readonly siteRef: string | null;
  readonly limits: Limits | null;
}

export interface FleetEntry {
  readonly window: DeviceWindow;
  place: Place;
  judgement: Judgement;
  verdictSinceMs: number | null;
  row: HealthRow;
}

/** What changed at a look. */
export interface FleetChange {
  readonly judged: readonly string[];
  readonly removed: readonly string[];
}

/**
 * All devices with their verdicts. Time comes in as an argument: whoever ticks says what time it is, so that a day can be
 * replayed in a moment.
 */
export class Fleet {
  readonly #entries = new Map<string, FleetEntry>();
  readonly #dirty = new Set<string>();
  /** To be judged in the look that is going on. */
  readonly #due = new Set<string>();
  readonly #removed = new Set<string>();
  /** Nothing is said of these: their past is being read. */
  readonly #held = new Set<string>();
  readonly #changes = new Listeners<FleetChange>();
  #thresholds: ReadonlyMap<string, Thresholds> = new Map();
  #listening: ListeningSince = null;
  #lastTickMs: number | null = null;
  #sweepAt = 0;

  get entries(): ReadonlyMap<string, FleetEntry> {
    return this.#entries;
  }

  get listening(): ListeningSince {
    return this.#listening;
  }

  thresholdsOf(siteRef: string | null): Thresholds {
    return this.#thresholds.get(siteRef ?? '') ?? defaultThresholds;
  }

  /** Told after each look that changed a verdict, a figure or the list. */
  onChange(listener: (change: FleetChange) => void): () => void {
    return this.#changes.add(listener);
  }

  /** @returns those that are new here, whose windows are still empty */
  setPlaces(places: readonly Place[]): ReadonlyMap<string, DeviceWindow> {
    const gone = new Set(this.#entries.keys());
    const added = new Map<string, DeviceWindow>();
    for (const place of places) {
      gone.delete(place.mac);
      const known = this.#entries.get(place.mac);
      if (known === undefined) {
        const window = new DeviceWindow();
        this.#entries.set(place.mac, newEntry(place, window));
        added.set(place.mac, window);
        this.#dirty.add(place.mac);
      } else if (!samePlace(known.place, place)) {
        known.place = place;
        this.#dirty.add(place.mac);
      }
    }
    for (const mac of gone) {
      this.#entries.delete(mac);
      this.#dirty.delete(mac);
      this.#due.delete(mac);
      this.#removed.add(mac);
    }
    return added;
  }

  /** Until their release they are not judged: without their past they would seem never to have been heard. */
  hold(macs: Iterable<string>): void {
    for (const mac of macs) this.#held.add(mac);
  }

  /** At the next tick they are judged by all that is known of them. */
  release(macs: Iterable<string>): void {
    for (const mac of macs) {
      this.#held.delete(mac);
      if (this.#entries.has(mac)) this.#dirty.add(mac);
    }
  }

  setThresholds(thresholds: ReadonlyMap<string, Thresholds>): void {
    this.#thresholds = thresholds;
    this.judgeAgain();
  }

  setListening(listening: ListeningSince): void {
    this.#listening = listening;
    this.judgeAgain();
  }

  /** At the next tick everybody is looked at. */
  judgeAgain(): void {
    for (const mac of this.#entries.keys()) this.#dirty.add(mac);
  }

  accept(messages: readonly SettledMessage[]): void {
    for (const message of messages) {
      if (!('mac' in message.decoded) || message.decoded.mac === null) continue;
      const { mac } = message.decoded;
      if (this.#entries.get(mac)?.window.accept(message) === true) this.#dirty.add(mac);
    }
  }

  refusedLogin(mac: string, timeMs: number): void {
    const entry = this.#entries.get(mac);
    if (entry === undefined) return;
    entry.window.refusedLogin(timeMs);
    this.#dirty.add(mac);
  }

  /** A whole look at once. */
  tick(nowMs: number): void {
    this.beginLook(nowMs);
    this.judgeSome(nowMs, Number.POSITIVE_INFINITY);
  }

  /**
   * Begins a look at those that something happened to, those whose silence reached a limit, and a share of the others.
   * Who was left over from the look before is among them; what happens from now on is for the next one.
   */
  beginLook(nowMs: number): void {
    const sinceLastMs = this.#lastTickMs === null ? 0 : nowMs - this.#lastTickMs;
    this.#lastTickMs = nowMs;
    if (Math.abs(sinceLastMs) > sleptMs && typeof this.#listening === 'number') {
      this.#listening = nowMs;
      this.judgeAgain();
    }
    for (const mac of this.#dirty) this.#due.add(mac);
    this.#dirty.clear();
    let index = 0;
    this.#sweepAt = (this.#sweepAt + 1) % sweepShare;
    for (const [mac, { judgement }] of this.#entries) {
      const due = judgement.reviewAtMs !== null && judgement.reviewAtMs <= nowMs;
      if (due || index++ % sweepShare === this.#sweepAt) this.#due.add(mac);
    }
  }

  /** Judges that many of those that the look is for, and tells what changed. @returns whether any are left */
  judgeSome(nowMs: number, atMost: number): boolean {
    const judged: string[] = [];
    let looked = 0;
    for (const mac of this.#due) {
      if (looked++ >= atMost) break;
      this.#due.delete(mac);
      if (!this.#held.has(mac) && this.#judge(mac, nowMs)) judged.push(mac);
    }
    const removed = [...this.#removed];
    this.#removed.clear();
    if (judged.length + removed.length > 0) this.#changes.tell({ judged, removed });
    return this.#due.size > 0;
  }

  /** @returns whether anything of the row is another one now */
  #judge(mac: string, nowMs: number): boolean {
    const entry = this.#entries.get(mac);
    if (entry === undefined) return false;
    const { window, place } = entry;
    const first = entry.verdictSinceMs === null;
    const before = entry.judgement;
    const judgement = judgeDevice(
      window.facts(place.limits, nowMs),
      this.thresholdsOf(place.siteRef),
      this.#listening,
      nowMs,
    );
    if (first) entry.verdictSinceMs = judgement.reasons[0]?.sinceMs ?? nowMs;
    else if (before.verdict !== judgement.verdict)
      // What comes to light after nothing was known began when its reason did.
      entry.verdictSinceMs = before.verdict === 'unknown' ? (judgement.reasons[0]?.sinceMs ?? nowMs) : nowMs;
    entry.judgement = judgement;
    const row = rowOf(entry, this.#listening);
    const changed = first || JSON.stringify(row) !== JSON.stringify(entry.row);
    entry.row = row;
    return changed;
  }
}

function rowOf(
  { place, judgement, window, verdictSinceMs }: Omit<FleetEntry, 'row'>,
  listening: ListeningSince,
): HealthRow {
  const { verdict, reasons, intervalMs, receivedShare, restartsHour, restartsDay } = judgement;
  return {
    mac: place.mac,
    siteRef: place.siteRef,
    verdict,
    reasons,
    verdictSinceMs,
    intervalMs,
    receivedShare,
    rssiMedian: judgement.rssiMedian,
    rssiSlopePerHour: rounded(judgement.rssiSlopePerHour, 10),
    heapSlopePerHour: rounded(judgement.heapSlopePerHour, 1),
    restartsHour,
    restartsDay,
    ip: window.ip,
    chip: window.chip,
    firmware: window.firmware,
    resetReason: window.resetReason,
    commands: commandsOf(window.firmware, verdict, listening),
  };
}

/** The published firmware says no version of itself and ignores commands; ours says it in each heartbeat. */
function commandsOf(
  firmware: string | null,
  verdict: Judgement['verdict'],
  listening: ListeningSince,
): HealthRow['commands'] {
  if (firmware === null) return 'published-firmware';
  if (listening === null) return 'stack-stopped';
  return verdict === 'offline' ? 'offline' : 'answers';
}

function newEntry(place: Place, window: DeviceWindow): FleetEntry {
  const judgement = judgeDevice(window.facts(null, 0), defaultThresholds, null, 0);
  const bare = { place, window, judgement, verdictSinceMs: null };
  return { ...bare, row: rowOf(bare, null) };
}

/** Devices with the limits of their zones. */
export function placesOf(devices: readonly Device[], zones: readonly Zone[]): readonly Place[] {
  const byId = new Map(zones.map((zone) => [zone.id, zone]));
  return devices.map(({ mac, siteRef, zoneId }) => ({
    mac,
    siteRef,
    limits: (zoneId === null ? undefined : byId.get(zoneId)) ?? null,
  }));
}

function samePlace(a: Place, b: Place): boolean {
  return a.siteRef === b.siteRef && JSON.stringify(a.limits) === JSON.stringify(b.limits);
}

const rounded = (value: number | null, steps: number): number | null =>
  value === null ? null : Math.round(value * steps) / steps;
