import type { Candidate } from '../../shared/contract/devices.ts';
import type { Heartbeat, Reading } from '../../shared/domain/telemetry.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** As many as the database keeps. */
export const candidatesListed = 1_000;
/** So many that are not listed are told apart; a flood under ever new addresses must not fill the memory. */
const countedAtMost = 20_000;

/** The candidates heard last, at most a thousand, and how many more there are. */
export class CandidateList {
  /** In the order of their last message: who must make room stands first. */
  readonly #byLastSeen = new Map<string, Mutable<Candidate>>();
  readonly #more = new Set<string>();

  /** How many are not listed; counted up to 20,000. */
  get more(): number {
    return this.#more.size;
  }

  /** Copies, in the order in which they were first seen. */
  list(): Candidate[] {
    return [...this.#byLastSeen.values()]
      .map((candidate) => ({ ...candidate }))
      .sort((a, b) => a.firstSeenMs - b.firstSeenMs);
  }

  replace(candidates: readonly Candidate[]): void {
    this.#byLastSeen.clear();
    this.#more.clear();
    for (const candidate of candidates.toSorted((a, b) => a.lastSeenMs - b.lastSeenMs))
      this.#put({ ...candidate });
  }

  note(decoded: Reading | Heartbeat, seenMs: number): void {
    const candidate = this.#byLastSeen.get(decoded.mac) ?? newCandidate(decoded.mac, seenMs);
    candidate.lastSeenMs = Math.max(candidate.lastSeenMs, seenMs);
    candidate.messages++;
    candidate.kept++;
    if (decoded.kind === 'reading') {
      candidate.temperature = decoded.temperature;
      candidate.humidity = decoded.humidity;
    } else {
      candidate.rssi = decoded.rssi ?? candidate.rssi;
      candidate.siteRef = decoded.siteRef ?? candidate.siteRef;
    }
    this.#put(candidate);
  }

  #put(candidate: Mutable<Candidate>): void {
    this.#byLastSeen.delete(candidate.mac);
    this.#byLastSeen.set(candidate.mac, candidate);
    this.#more.delete(candidate.mac);
    if (this.#byLastSeen.size <= candidatesListed) return;
    const out = this.#longestSilent();
    this.#byLastSeen.delete(out);
    if (this.#more.size < countedAtMost) this.#more.add(out);
  }

  /** As in the database: whom a person ignored stays, or they would be back as new ones. */
  #longestSilent(): string {
    let first = '';
    for (const { mac, ignored } of this.#byLastSeen.values()) {
      if (!ignored) return mac;
      if (first === '') first = mac;
    }
    return first;
  }
}

function newCandidate(mac: Candidate['mac'], nowMs: number): Mutable<Candidate> {
  return {
    mac,
    firstSeenMs: nowMs,
    lastSeenMs: nowMs,
    messages: 0,
    siteRef: null,
    temperature: null,
    humidity: null,
    rssi: null,
    ignored: false,
    kept: 0,
    evicted: 0,
  };
}
