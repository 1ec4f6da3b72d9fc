import { trendBucketMs, type HealthFacts, type Limits } from '../../shared/domain/device-health/facts.ts';
import { seenAtMs } from '../../shared/domain/inbound-message.ts';
import { restartsIn, type UptimeStep } from '../../shared/domain/restarts.ts';
import type { Heartbeat, Reading } from '../../shared/domain/telemetry.ts';
import type { SettledMessage } from './settled-message.ts';
import { SampleRing } from './sample-ring.ts';

/** The newest of each, per device. Six hours of trend. */
export const windowSize = { beats: 32, readings: 32, trend: 36 } as const;
const restartsKept = 60;
const eventsKept = 64;
const addressesKept = 8;
const dayMs = 86_400_000;
/** Boards measure every 5 s at most: what comes faster is one measurement told several times, or a flood. */
const sameReadingMs = 2_500;
/** The same start seen from two heartbeats. */
const sameStartMs = 60_000;

/** What a database knows of a device's last hours; times in epoch milliseconds. */
export interface WindowContent {
  readonly beats: readonly {
    readonly timeMs: number;
    readonly receivedMs: number;
    readonly rssi: number | null;
    readonly freeHeap: number | null;
    readonly uptime: number | null;
    readonly ntpSync: boolean | null;
  }[];
  readonly readings: readonly {
    readonly timeMs: number;
    readonly receivedMs: number;
    readonly temperature: number;
    readonly humidity: number;
  }[];
  readonly trend: readonly {
    readonly timeMs: number;
    readonly rssi: number | null;
    readonly freeHeap: number | null;
  }[];
  readonly steps: readonly UptimeStep[];
  readonly implausibleMs: readonly number[];
}

/** What the board said of itself last. */
export interface SelfDescription {
  readonly seenMs: number | null;
  readonly clockFaulty: boolean;
  readonly status: 'online' | 'offline' | null;
  readonly statusMs: number | null;
  readonly firmware: string | null;
  readonly chip: string | null;
  readonly ip: string | null;
  readonly resetReason: string | null;
}

/** The bounded memory of one device, from which it is judged. */
export class DeviceWindow {
  readonly #beats = new SampleRing(6, windowSize.beats);
  readonly #readings = new SampleRing(4, windowSize.readings);
  /** Start of the bucket, sum and number of signals, lowest heap. */
  readonly #trend = new SampleRing(4, windowSize.trend);
  /** The samples as they were handed out last, until they change. */
  #kept: { beats?: HealthFacts['beats']; readings?: HealthFacts['readings']; trend?: HealthFacts['trend'] } =
    {};
  #restarts: number[] = [];
  #seenMs: number | null = null;
  #toldSeenMs: number | null = null;
  #clockFaultySinceMs: number | null = null;
  #clockJudgedMs = 0;
  #status: HealthFacts['status'] = null;
  #addresses: { readonly timeMs: number; readonly ip: string }[] = [];
  #implausible: number[] = [];
  #refusedLogins: number[] = [];
  firmware: string | null = null;
  chip: string | null = null;
  resetReason: string | null = null;

  get ip(): string | null {
    return this.#addresses.at(-1)?.ip ?? null;
  }

  get seenMs(): number | null {
    return this.#seenMs;
  }

  /** Start of the present life of the board, where one was seen. */
  get lastRestartMs(): number | null {
    return this.#restarts.at(-1) ?? null;
  }

  /** @returns whether it was about the device's health at all */
  accept({ decoded, reason, message }: SettledMessage): boolean {
    if (decoded.kind === 'passed') return false;
    if (decoded.kind === 'rejected') {
      if (decoded.reason !== 'implausible-value' || message.keptCopy === true) return false;
      this.#implausible = bounded([...this.#implausible, message.receivedMs], eventsKept);
      return true;
    }
    if (reason !== null) return false;
    const seenMs = seenAtMs(decoded, message);
    // Where birth and last will are the same, that message may be either: a sign of life comes after a birth at once.
    const tells = decoded.kind !== 'status' || decoded.status !== null || this.#seenMs === null;
    if (tells && seenMs > 0) this.#seenMs = Math.max(this.#seenMs ?? 0, seenMs);
    if (decoded.kind === 'status') {
      // Of a copy that a broker kept nobody knows when it was said.
      if (decoded.status !== null && seenMs > 0) this.#status = { value: decoded.status, timeMs: seenMs };
      return true;
    }
    if (message.keptCopy !== true) this.#noteClock(decoded.clockFaulty, seenMs);
    if (decoded.kind === 'reading') this.#noteReading(decoded, seenMs);
    else this.#noteBeat(decoded, seenMs);
    return true;
  }

  refusedLogin(timeMs: number): void {
    this.#refusedLogins = bounded([...this.#refusedLogins, timeMs], eventsKept);
  }

  /** What was stored before; messages that arrived meanwhile stay. */
  fill(content: WindowContent): void {
    for (const { receivedMs } of [...content.beats, ...content.readings])
      this.#seenMs = Math.max(this.#seenMs ?? 0, receivedMs);
    this.#seenMs ??= this.#toldSeenMs;
    for (const { timeMs, receivedMs, rssi, freeHeap, uptime, ntpSync } of content.beats)
      if (!this.#beats.has(timeMs))
        this.#beats.put([timeMs, receivedMs, rssi, freeHeap, uptime, ntpSync === true ? 1 : 0]);
    for (const { timeMs, receivedMs, temperature, humidity } of content.readings)
      if (!this.#readings.has(timeMs)) this.#readings.put([timeMs, receivedMs, temperature, humidity]);
    this.#kept = {};
    for (const { timeMs, rssi, freeHeap } of content.trend)
      this.#trend.put([timeMs, rssi, rssi === null ? 0 : 1, freeHeap]);
    for (const { startedMs } of restartsIn(content.steps)) this.#noteRestart(startedMs);
    this.#implausible = bounded([...content.implausibleMs, ...this.#implausible].sort(ascending), eventsKept);
  }

  describe(said: SelfDescription): void {
    // Last heard may have been a message that was birth or will: where there are samples, they say it better.
    if (said.status !== null && said.seenMs !== null) this.#seenMs = Math.max(this.#seenMs ?? 0, said.seenMs);
    else this.#toldSeenMs = said.seenMs;
    this.firmware ??= said.firmware;
    this.chip ??= said.chip;
    this.resetReason ??= said.resetReason;
    if (said.ip !== null && this.#addresses.length === 0)
      this.#addresses.push({ timeMs: said.seenMs ?? 0, ip: said.ip });
    if (said.status !== null && said.statusMs !== null)
      this.#status ??= { value: said.status, timeMs: said.statusMs };
    if (said.seenMs !== null) this.#noteClock(said.clockFaulty, said.seenMs);
  }

  facts(limits: Limits | null, nowMs: number): HealthFacts {
    return {
      seenMs: this.#seenMs,
      beats: (this.#kept.beats ??= this.#beatSamples()),
      readings: (this.#kept.readings ??= this.#readingSamples()),
      trend: (this.#kept.trend ??= this.#trendSamples()),
      restartsMs: this.#restarts.filter((ms) => ms > nowMs - dayMs),
      status: this.#status,
      clockFaultySinceMs: this.#clockFaultySinceMs,
      addresses: this.#addresses,
      implausibleMs: this.#implausible,
      refusedLoginsMs: this.#refusedLogins,
      limits,
    };
  }

  #beatSamples(): HealthFacts['beats'] {
    return this.#beats.map((row) => ({
      timeMs: row(0),
      receivedMs: row(1),
      rssi: known(row(2)),
      freeHeap: known(row(3)),
      uptime: known(row(4)),
      ntpSync: row(5) === 1,
    }));
  }

  #readingSamples(): HealthFacts['readings'] {
    return this.#readings.map((row) => ({
      timeMs: row(0),
      receivedMs: row(1),
      temperature: row(2),
      humidity: row(3),
    }));
  }

  /** All but the last one, which still fills. */
  #trendSamples(): HealthFacts['trend'] {
    return this.#trend
      .map((row) => ({
        timeMs: row(0),
        rssi: row(2) > 0 ? row(1) / row(2) : null,
        freeHeap: known(row(3)),
      }))
      .slice(0, -1);
  }

  #noteReading({ timeMs, temperature, humidity }: Reading, receivedMs: number): void {
    // A flood must not push out the readings from which the interval is known.
    const lastMs = this.#readings.at(this.#readings.length - 1, 0);
    if (timeMs > lastMs && timeMs - lastMs < sameReadingMs) return;
    this.#readings.put([timeMs, receivedMs, temperature, humidity]);
    delete this.#kept.readings;
  }

  #noteBeat(beat: Heartbeat, receivedMs: number): void {
    this.firmware = beat.firmware ?? this.firmware;
    this.chip = beat.chip ?? this.chip;
    this.resetReason = beat.resetReason ?? this.resetReason;
    if (beat.ip !== null && beat.ip !== this.ip)
      this.#addresses = bounded([...this.#addresses, { timeMs: receivedMs, ip: beat.ip }], addressesKept);
    const { timeMs, rssi, freeHeap, uptime, ntpSync } = beat;
    // Sent twice, it counts once.
    if (this.#beats.has(timeMs)) return;
    this.#noteTrend(timeMs, rssi, freeHeap);
    delete this.#kept.beats;
    const at = this.#beats.put([timeMs, receivedMs, rssi, freeHeap, uptime, ntpSync ? 1 : 0]);
    for (const before of [at - 1, at]) this.#lookForRestart(before);
  }

  #noteTrend(timeMs: number, rssi: number | null, freeHeap: number | null): void {
    const bucketMs = Math.floor(timeMs / trendBucketMs) * trendBucketMs;
    const at = this.#trend.indexOf(bucketMs);
    // Into the one that fills, nothing of the trend changes.
    if (at === -1 || at < this.#trend.length - 1) delete this.#kept.trend;
    const [sum, count, lowest] =
      at === -1
        ? [0, 0, Number.NaN]
        : ([1, 2, 3].map((column) => this.#trend.at(at, column)) as [number, number, number]);
    this.#trend.put([
      bucketMs,
      (Number.isNaN(sum) ? 0 : sum) + (rssi ?? 0),
      count + (rssi === null ? 0 : 1),
      freeHeap === null ? lowest : Number.isNaN(lowest) ? freeHeap : Math.min(lowest, freeHeap),
    ]);
  }

  /** Between the heartbeat at this place and the next one. */
  #lookForRestart(at: number): void {
    if (at < 0 || at + 1 >= this.#beats.length) return;
    const step = {
      beforeMs: this.#beats.at(at, 0),
      timeMs: this.#beats.at(at + 1, 0),
      uptimeBefore: known(this.#beats.at(at, 4)),
      uptime: known(this.#beats.at(at + 1, 4)),
    };
    for (const { startedMs } of restartsIn([step])) this.#noteRestart(startedMs);
  }

  #noteRestart(startedMs: number): void {
    if (this.#restarts.some((ms) => Math.abs(ms - startedMs) < sameStartMs / 2)) return;
    this.#restarts = bounded([...this.#restarts, startedMs].sort(ascending), restartsKept);
  }

  /** By reception: the newest message says how the clock is now. */
  #noteClock(faulty: boolean, receivedMs: number): void {
    if (receivedMs < this.#clockJudgedMs) return;
    this.#clockJudgedMs = receivedMs;
    this.#clockFaultySinceMs = faulty ? (this.#clockFaultySinceMs ?? receivedMs) : null;
  }
}

const ascending = (a: number, b: number): number => a - b;
const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
const bounded = <T>(items: T[], most: number): T[] => (items.length > most ? items.slice(-most) : items);
