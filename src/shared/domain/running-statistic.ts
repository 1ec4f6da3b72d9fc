import type { Statistic } from '../contract/survey-parts.ts';

/** Fewer values say nothing about stability. */
const stableValuesLeast = 3;
/** Tolerance for values that binary numbers cannot hold: 4.4 − 4.2 is a little more than 0.2. */
const rounding = 1e-9;
/** So many times of values that are no longer in the stable end are let go at once. */
const letGoAt = 4_096;

interface Entry {
  readonly index: number;
  readonly value: number;
}

/**
 * What the values of one quantity say so far; each costs the same, however many there were.
 *
 * Stable since: the time of the earliest value from which on to the last one the largest and the smallest differ by
 * `within` at most (unit of the values), where these are three values or more.
 */
export class RunningStatistic {
  readonly #within: number;
  #count = 0;
  #min = Infinity;
  #max = -Infinity;
  #sum = 0;
  #first = 0;
  #last = { timeMs: 0, value: 0 };
  /** Largest first and smallest first, of the stable end: each entry bounds those that follow it. */
  #falling: Entry[] = [];
  #rising: Entry[] = [];
  /** Times from the value number `#timesFrom` on. */
  #times: number[] = [];
  #timesFrom = 0;
  #stableFrom = 0;

  constructor(within: number) {
    this.#within = within;
  }

  /** Values come in the order of time. */
  add(timeMs: number, value: number): void {
    const index = this.#count;
    if (index === 0) this.#first = timeMs;
    this.#count += 1;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.#sum += value;
    this.#last = { timeMs, value };
    this.#times.push(timeMs);
    dropWhile(this.#falling, (entry) => entry.value <= value);
    this.#falling.push({ index, value });
    dropWhile(this.#rising, (entry) => entry.value >= value);
    this.#rising.push({ index, value });
    this.#leaveUnstable();
  }

  /** `null` where there was no value. */
  get(): Statistic | null {
    if (this.#count === 0) return null;
    return {
      count: this.#count,
      min: this.#min,
      // A mean of equal values is that value, and never beside the limits by a rounding of the sum.
      mean: Math.min(this.#max, Math.max(this.#min, this.#sum / this.#count)),
      max: this.#max,
      spread: this.#max - this.#min,
      firstMs: this.#first,
      lastMs: this.#last.timeMs,
      last: this.#last.value,
      stableSinceMs:
        this.#count - this.#stableFrom >= stableValuesLeast
          ? (this.#times[this.#stableFrom - this.#timesFrom] ?? null)
          : null,
    };
  }

  #leaveUnstable(): void {
    for (;;) {
      const [largest] = this.#falling;
      const [smallest] = this.#rising;
      if (largest === undefined || smallest === undefined) break;
      if (largest.value - smallest.value <= this.#within + rounding) break;
      this.#stableFrom = Math.min(largest.index, smallest.index) + 1;
      if (largest.index < this.#stableFrom) this.#falling.shift();
      if (smallest.index < this.#stableFrom) this.#rising.shift();
    }
    const gone = this.#stableFrom - this.#timesFrom;
    if (gone < letGoAt) return;
    this.#times = this.#times.slice(gone);
    this.#timesFrom = this.#stableFrom;
  }
}

function dropWhile(entries: Entry[], test: (entry: Entry) => boolean): void {
  for (let last = entries.at(-1); last !== undefined && test(last); last = entries.at(-1)) entries.pop();
}
