import type { Database } from '../storage/index.ts';
import { loadBoard } from '../storage/queries/board-snapshot.ts';
import type { DeviceBoard } from './device-board.ts';
import { replayAdopted } from './quarantine-replay.ts';

/** MAC addresses that are devices now and were not before, and the other way round. */
export interface ForeignChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Devices that another process adopts or removes: a second application, or a person in psql. They get what waited
 * for them in quarantine, and the board follows. One look at a time, so that no two replay the same messages.
 */
export class ForeignAdoptions {
  readonly #board: DeviceBoard;
  /** Adopted by this process just now: it replays them itself, and tells the person how many messages there were. */
  readonly #own = new Set<string>();
  #stop = new AbortController();
  #looking: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(board: DeviceBoard) {
    this.#board = board;
  }

  /** Leaves these devices alone while `work` adopts them. */
  async byUs<T>(macs: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const mac of macs) this.#own.add(mac);
    try {
      return await work();
    } finally {
      for (const mac of macs) this.#own.delete(mac);
    }
  }

  /** @throws the database's errors, unless it was stopped meanwhile */
  async follow(owner: Database, change: ForeignChange): Promise<void> {
    const changed = change.removed.length > 0 || change.added.some((mac) => !this.#own.has(mac));
    // One that waits already will see whatever this one would.
    if (!changed && this.#waiting > 0) return;
    const { signal } = this.#stop;
    this.#waiting++;
    const before = this.#looking;
    const look = (async () => {
      await before.catch(() => undefined);
      this.#waiting--;
      if (signal.aborted) return;
      try {
        const replayed = await replayAdopted(owner, this.#own, signal);
        if ((changed || replayed.length > 0) && !signal.aborted) this.#board.load(await loadBoard(owner));
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    })();
    this.#looking = look;
    await look;
  }

  /** Ends what is going on between two chunks; resolves when the database is used no more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking.catch(() => undefined);
    this.#stop = new AbortController();
  }
}
