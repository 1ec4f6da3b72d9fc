import type { QuarantineReason } from '../../shared/contract/devices.ts';
import type { IngestCounters } from '../../shared/contract/ingest.ts';

const rateSeconds = 5;
const minutesKept = 180;
const slotMs = 5_000;
const slots = 12;
/** Eight buckets per doubling from 0.1 ms upwards: every percentile is right within 9 %. */
const bucketsPerDoubling = 8;
const smallestMs = 0.1;
const bucketCount = 160;

/** Counts and times of an ingest; cheap enough to be told of every message. */
export class IngestStatistics {
  readonly #sinceMs: number;
  readonly #perSecond = new Float64Array(rateSeconds + 1);
  readonly #perMinute = new Float64Array(minutesKept);
  readonly #latency = Array.from({ length: slots }, () => new Float64Array(bucketCount));
  readonly #quarantined = new Map<QuarantineReason, number>();
  #second: number;
  #minute: number;
  #slot: number;
  received = 0;
  stored = 0;
  replaced = 0;
  passed = 0;
  failed = 0;
  backlog = 0;
  backlogBytes = 0;
  stalled = false;
  lastCommitMs: number | null = null;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
    this.#second = Math.floor(nowMs / 1000);
    this.#minute = Math.floor(nowMs / 60_000);
    this.#slot = Math.floor(nowMs / slotMs);
  }

  countReceived(nowMs: number): void {
    this.#advance(nowMs);
    this.received++;
    increment(this.#perSecond, this.#second % this.#perSecond.length, 1);
    increment(this.#perMinute, this.#minute % minutesKept, 1);
  }

  countQuarantined(reason: QuarantineReason): void {
    this.#quarantined.set(reason, (this.#quarantined.get(reason) ?? 0) + 1);
  }

  /** @param messages how many took that long */
  countCommitted(latencyMs: number, messages: number): void {
    const bucket = Math.floor(Math.log2(Math.max(latencyMs, smallestMs) / smallestMs) * bucketsPerDoubling);
    const slot = this.#latency[this.#slot % slots];
    if (slot !== undefined) increment(slot, Math.min(bucket, bucketCount - 1), messages);
  }

  counters(nowMs: number): IngestCounters {
    this.#advance(nowMs);
    return {
      sinceMs: this.#sinceMs,
      received: this.received,
      stored: this.stored,
      replaced: this.replaced,
      passed: this.passed,
      quarantined: Object.fromEntries(this.#quarantined),
      failed: this.failed,
      backlog: this.backlog,
      backlogBytes: this.backlogBytes,
      ratePerSecond: this.#rate(),
      latencyP50Ms: this.#percentile(0.5),
      latencyP99Ms: this.#percentile(0.99),
      stalled: this.stalled,
      lastCommitMs: this.lastCommitMs,
    };
  }

  /** Messages received in each of the last `minutes`, oldest first, the running minute last. */
  perMinute(nowMs: number, minutes: number): { startMs: number; perMinute: number[] } {
    this.#advance(nowMs);
    const count = Math.min(minutes, minutesKept);
    const first = this.#minute - count + 1;
    return {
      startMs: first * 60_000,
      perMinute: Array.from({ length: count }, (_, i) => this.#perMinute[(first + i) % minutesKept] ?? 0),
    };
  }

  /** Takes over what an earlier run of the application counted for a past minute. */
  seedMinute(minute: number, count: number): void {
    if (minute > this.#minute - minutesKept && minute <= this.#minute)
      increment(this.#perMinute, minute % minutesKept, count);
  }

  /** Over whole seconds only: the running one would make the figure jump. */
  #rate(): number {
    let sum = 0;
    for (let i = 1; i <= rateSeconds; i++)
      sum += this.#perSecond[(this.#second - i + this.#perSecond.length * 2) % this.#perSecond.length] ?? 0;
    return sum / rateSeconds;
  }

  #percentile(share: number): number | null {
    let total = 0;
    for (const slot of this.#latency) for (const count of slot) total += count;
    if (total === 0) return null;
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      for (const slot of this.#latency) seen += slot[bucket] ?? 0;
      if (seen >= share * total) return smallestMs * 2 ** ((bucket + 1) / bucketsPerDoubling);
    }
    return null;
  }

  #advance(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (second <= this.#second) return;
    for (let i = Math.max(this.#second + 1, second - this.#perSecond.length + 1); i <= second; i++)
      this.#perSecond[i % this.#perSecond.length] = 0;
    this.#second = second;
    const minute = Math.floor(nowMs / 60_000);
    for (let i = Math.max(this.#minute + 1, minute - minutesKept + 1); i <= minute; i++)
      this.#perMinute[i % minutesKept] = 0;
    this.#minute = minute;
    const slot = Math.floor(nowMs / slotMs);
    for (let i = Math.max(this.#slot + 1, slot - slots + 1); i <= slot; i++)
      this.#latency[i % slots]?.fill(0);
    this.#slot = slot;
  }
}

function increment(counts: Float64Array, index: number, by: number): void {
  counts[index] = (counts[index] ?? 0) + by;
}
