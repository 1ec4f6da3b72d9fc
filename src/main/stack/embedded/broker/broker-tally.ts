import type { Clock } from '../../../foundation/clock.ts';
import type { Log } from '../../../foundation/log.ts';

/** One log line per key in this time: a board with a wrong password tries for ever. */
const logEveryMs = 60_000;
const keysKept = 5_000;
const longestFact = 200;

/** What the broker turned away since it started. */
export interface BrokerCounts {
  readonly refusedLogins: number;
  /** Messages on a topic that is not the account's. */
  readonly refusedMessages: number;
  readonly refusedSubscriptions: number;
  readonly oversizedPackets: number;
  readonly refusedConnections: number;
  /** Messages that a full queue or a reader that does not read cost. */
  readonly queueOverflows: number;
}

const none: BrokerCounts = {
  refusedLogins: 0,
  refusedMessages: 0,
  refusedSubscriptions: 0,
  oversizedPackets: 0,
  refusedConnections: 0,
  queueOverflows: 0,
};

/** Counts every refusal, and logs it without flooding the log: never a password or a payload, nothing of endless length. */
export class BrokerTally {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #lastLogged = new Map<string, number>();
  #counts: BrokerCounts = none;

  constructor(log: Log, clock: Clock, onChange: () => void) {
    this.#log = log;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get counts(): BrokerCounts {
    return this.#counts;
  }

  reset(): void {
    this.#counts = none;
    this.#lastLogged.clear();
  }

  count(what: keyof BrokerCounts, key: string, text: string, facts: Readonly<Record<string, unknown>>): void {
    this.#counts = { ...this.#counts, [what]: this.#counts[what] + 1 };
    this.note(`${what} ${key}`, text, facts);
    this.#onChange();
  }

  note(key: string, text: string, facts: Readonly<Record<string, unknown>>): void {
    const now = this.#clock.now();
    const short = key.slice(0, longestFact);
    if (now - (this.#lastLogged.get(short) ?? -Infinity) < logEveryMs) return;
    if (this.#lastLogged.size >= keysKept) this.#lastLogged.clear();
    this.#lastLogged.set(short, now);
    this.#log.warn(text, Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, cut(fact)])));
  }
}

function cut(fact: unknown): unknown {
  return typeof fact === 'string' && fact.length > longestFact ? `${fact.slice(0, longestFact)}...` : fact;
}
