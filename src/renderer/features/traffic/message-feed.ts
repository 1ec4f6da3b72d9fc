import type { MessageFilter, TrafficMessage } from '../../../shared/contract/traffic-messages.ts';
import { AppError, reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import type { TrafficClient } from './use-traffic.ts';

/** Newest messages that the live list holds; the application keeps far more. */
export const liveAtMost = 200;
/** Rows of the held list; those farthest from the eye go first. */
export const heldAtMost = 2_000;
const pageRows = 200;
const waitMs = 10_000;
/** Between two looks: about six a second; three where an eye could not follow anyway. */
const gatherMs = 150;
const floodGatherMs = 330;
const floodOneOf = 2;
const retryMs = 1_000;
/** "1 of n" speaks of about the last seconds. */
const sampleLooks = 20;

type FeedClient = Pick<TrafficClient, 'next' | 'page'>;

export interface FeedState {
  /** Newest first. */
  readonly rows: readonly TrafficMessage[];
  readonly paused: boolean;
  /** Of what came lately one in so many is shown; 1: all. */
  readonly oneOf: number;
  /** Matching messages that came since the pause, at least. */
  readonly newer: boolean;
  readonly older: boolean;
  /** The first answer is there. */
  readonly loaded: boolean;
  /** Messages that went from the ring before they could be shown. */
  readonly dropped: number;
  readonly failure: ErrorReport | undefined;
}

const begin: FeedState = {
  rows: [],
  paused: false,
  oneOf: 1,
  newer: false,
  older: false,
  loaded: false,
  dropped: 0,
  failure: undefined,
};

/**
 * The messages that the list shows. Live it takes the newest of what came at each look and never piles up; held it
 * reads exact pages around a place, so that nothing between two rows is missing.
 */
export class MessageFeed {
  readonly #client: FeedClient;
  readonly #source: string;
  readonly #filter: MessageFilter;
  readonly #listeners = new Set<() => void>();
  readonly #looks: { readonly matched: number; readonly shown: number }[] = [];
  #state: FeedState;
  #stop: AbortController | undefined;
  #after = 0;

  /** @param before rows that stay until the first answer: of the same source with another filter */
  constructor(
    client: FeedClient,
    source: string,
    filter: MessageFilter,
    before: readonly TrafficMessage[] = [],
  ) {
    this.#client = client;
    this.#source = source;
    this.#filter = filter;
    this.#state = { ...begin, rows: before };
  }

  state = (): FeedState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  follow(): void {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#after = 0;
    this.#looks.length = 0;
    this.#set({ paused: false, newer: false, older: false, oneOf: 1, failure: undefined });
    void this.#read(stop.signal);
  }

  /** Holds the list where it is, then fills in what was left out between its rows. */
  async pause(): Promise<void> {
    if (this.#state.paused) return;
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    const newest = this.#state.rows[0];
    this.#set({ paused: true, newer: false, older: newest !== undefined });
    await this.#pages(stop.signal, 'before', newest === undefined ? 0 : newest.seq + 1, () => []);
  }

  async showOlder(): Promise<void> {
    const oldest = this.#state.rows.at(-1);
    if (!this.#state.paused || oldest === undefined || this.#stop === undefined) return;
    await this.#pages(this.#stop.signal, 'before', oldest.seq, () => this.#state.rows);
  }

  async showNewer(): Promise<void> {
    const newest = this.#state.rows[0];
    if (!this.#state.paused || newest === undefined || this.#stop === undefined) return;
    await this.#pages(this.#stop.signal, 'after', newest.seq, () => this.#state.rows);
  }

  close(): void {
    this.#stop?.abort();
  }

  async #pages(
    signal: AbortSignal,
    direction: 'before' | 'after',
    seq: number,
    kept: () => readonly TrafficMessage[],
  ): Promise<void> {
    try {
      const { items, more } = await this.#client.page(
        { source: this.#source, filter: this.#filter, direction, seq, max: pageRows },
        { signal },
      );
      if (signal.aborted) return;
      const found = [...items].reverse();
      if (direction === 'before') {
        const all = [...kept(), ...found];
        this.#set({
          rows: all.slice(Math.max(0, all.length - heldAtMost)),
          older: more,
          newer: this.#state.newer || all.length > heldAtMost,
          failure: undefined,
        });
      } else {
        const all = [...found, ...kept()];
        this.#set({
          rows: all.slice(0, heldAtMost),
          newer: more,
          older: this.#state.older || all.length > heldAtMost,
          failure: undefined,
        });
      }
    } catch (error) {
      if (!signal.aborted) this.#set({ failure: reportOf(error) });
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const first = this.#after === 0;
        const { items, next, matched, leftOut, dropped } = await this.#client.next(
          {
            source: this.#source,
            filter: this.#filter,
            after: this.#after,
            max: liveAtMost,
            waitMs: first ? 0 : waitMs,
          },
          { signal },
        );
        if (signal.aborted) return;
        // A source that was opened anew counts from the beginning.
        const anew = next < this.#after;
        this.#after = next;
        if (!first) this.#look(matched, matched - leftOut);
        if (first || items.length > 0 || anew) {
          const rows = [...items].reverse();
          this.#set({
            rows: first || anew ? rows : [...rows, ...this.#state.rows].slice(0, liveAtMost),
            loaded: true,
            oneOf: this.#oneOf(),
            dropped: this.#state.dropped + dropped,
            failure: undefined,
          });
        }
        await pause(this.#state.oneOf > floodOneOf ? floodGatherMs : gatherMs, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#set({ failure: reportOf(error), loaded: true });
        // It stays wrong until it is changed.
        if (error instanceof AppError && error.code === 'traffic.bad-filter') return;
        this.#after = 0;
        await pause(retryMs, signal);
      }
    }
  }

  #look(matched: number, shown: number): void {
    this.#looks.push({ matched, shown });
    if (this.#looks.length > sampleLooks) this.#looks.shift();
  }

  #oneOf(): number {
    let matched = 0;
    let shown = 0;
    for (const look of this.#looks) {
      matched += look.matched;
      shown += look.shown;
    }
    return shown === 0 ? 1 : Math.max(1, matched / shown);
  }

  #set(change: Partial<FeedState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
