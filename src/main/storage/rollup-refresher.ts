import { Listeners } from '../foundation/listeners.ts';
import { pause, type Observable } from '../foundation/watch-state.ts';
import type { Database } from './database.ts';
import { refreshRollups, type RollupProgress } from './rollup-refresh.ts';
import { rollupKind, type RollupKind } from './rollups.ts';

export interface RollupState {
  /** Null until a database was asked. */
  readonly kind: RollupKind | null;
  /** A refresh is under way. */
  readonly working: boolean;
  /** Days written of those that this refresh found missing: a year at the first start on existing readings. */
  readonly daysDone: number;
  readonly daysTotal: number;
  /** As of the last step; null before the first. */
  readonly progress: RollupProgress | null;
}

const intervalMs = { maintained: 60_000, continuous: 3_600_000 } as const;
/** After readings of the past came in: more of them usually follow at once. */
const soonMs = 2_000;
const idle = { working: false, daysDone: 0, daysTotal: 0 } as const;

/**
 * Keeps the buckets up to date while a database is open: each minute what has become full and what was written
 * late, and the latter soon after `soon`. Continuous aggregates have policies of their own for the last seven days;
 * what is older is for this, each hour. Several processes may do it on one database.
 */
export class RollupRefresher implements Observable<RollupState> {
  readonly #failed: (error: unknown) => void;
  readonly #changes = new Listeners<void>();
  #state: RollupState = { kind: null, progress: null, ...idle };
  #stop: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;

  /** @param failed told of each refresh that failed; the next one comes all the same */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  state(): RollupState {
    return this.#state;
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** From now on; a database that is open already is left first. */
  open(database: Database): void {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#running = this.#running.then(() => this.#run(database, stop.signal));
  }

  /** Readings of the past were stored, or something else that should not wait for the minute. */
  soon(): void {
    this.#wake();
  }

  /** Resolves when the step under way has ended; everything is right then, and the next start goes on from there. */
  async close(): Promise<void> {
    this.#stop?.abort();
    this.#stop = undefined;
    await this.#running;
  }

  async #run(database: Database, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      try {
        await this.#refresh(database, signal);
      } catch (error) {
        if (!signal.aborted) this.#failed(error);
      }
      this.#tell({ ...this.#state, ...idle });
      await pause(intervalMs[this.#state.kind ?? 'maintained'], AbortSignal.any([signal, woken.signal]));
      if (woken.signal.aborted) await pause(soonMs, signal);
    }
    this.#wake = () => undefined;
  }

  async #refresh(database: Database, signal: AbortSignal): Promise<void> {
    const kind = await rollupKind(database);
    let daysTotal = 0;
    this.#tell({ kind, progress: this.#state.progress, working: true, daysDone: 0, daysTotal });
    await refreshRollups(database, signal, (progress) => {
      daysTotal = Math.max(daysTotal, progress.daysLeft + 1);
      this.#tell({ kind, progress, working: true, daysDone: daysTotal - progress.daysLeft, daysTotal });
    });
  }

  #tell(state: RollupState): void {
    this.#state = state;
    this.#changes.tell();
  }
}
