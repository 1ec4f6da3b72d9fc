import { dayOf } from '../storage/index.ts';
import type { IngestStore } from './ingest-store.ts';

const dayMs = 86_400_000;

/**
 * How many days that have no partition yet may get one. A device may have been offline for a year, but made-up
 * dates must not fill the catalogue with a partition (and its index) for each day since 2020: beyond the budget a
 * message goes to quarantine, from where a person can have it stored all the same. Today and its neighbours always
 * pass.
 */
export class DayBudget {
  readonly #store: Pick<IngestStore, 'existingDays'>;
  readonly #perRefresh: number;
  #existing: ReadonlySet<number> = new Set();
  #made = new Set<number>();

  constructor(store: Pick<IngestStore, 'existingDays'>, perRefresh: number) {
    this.#store = store;
    this.#perRefresh = perRefresh;
  }

  /** Looks which days there are, and begins a new budget. @throws the database's errors */
  async refresh(): Promise<void> {
    this.#existing = new Set(await this.#store.existingDays());
    this.#made = new Set();
  }

  admits(timeMs: number, receivedMs: number): boolean {
    if (Math.abs(timeMs - receivedMs) <= dayMs) return true;
    const day = dayOf(timeMs);
    if (this.#existing.has(day) || this.#made.has(day)) return true;
    if (this.#made.size >= this.#perRefresh) return false;
    this.#made.add(day);
    return true;
  }
}
