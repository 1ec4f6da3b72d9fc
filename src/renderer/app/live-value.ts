import type { Client } from '../../shared/contract/contract.ts';
import type { Connection } from './connection.ts';

const retryMs = 1_000;

/**
 * What a stream last said, kept while the connection is away and taken up again when it is back. `reduce`
 * builds the state from the items; the first item after each connection is a whole snapshot.
 */
export class LiveValue<Item, State> {
  readonly #connection: Connection;
  readonly #open: (client: Client, signal: AbortSignal) => Promise<AsyncIterable<Item>>;
  readonly #reduce: (state: State | undefined, item: Item) => State;
  readonly #listeners = new Set<() => void>();
  #state: State | undefined;
  #stop: AbortController | undefined;

  constructor(
    connection: Connection,
    open: (client: Client, signal: AbortSignal) => Promise<AsyncIterable<Item>>,
    reduce: (state: State | undefined, item: Item) => State,
  ) {
    this.#connection = connection;
    this.#open = open;
    this.#reduce = reduce;
    connection.onChange(() => this.#follow());
    this.#follow();
  }

  state = (): State | undefined => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  #follow(): void {
    this.#stop?.abort();
    if (this.#connection.phase !== 'open') return;
    const stop = new AbortController();
    this.#stop = stop;
    void this.#read(stop.signal);
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#connection.phase === 'open') {
      try {
        for await (const item of await this.#open(this.#connection.client, signal)) {
          if (signal.aborted) return;
          this.#state = this.#reduce(this.#state, item);
          for (const listener of this.#listeners) listener();
        }
      } catch {
        // The connection's own state tells the person; here only the next attempt matters.
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}
