export const rateStepMs = 5_000;
const steps = 120;

/** How many messages and bytes came in each five seconds of the last ten minutes. */
export class RateSteps {
  readonly #messages = new Float64Array(steps + 1);
  readonly #bytes = new Float64Array(steps + 1);
  #step = 0;
  #sinceMs: number;

  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs;
    this.#step = Math.floor(sinceMs / rateStepMs);
  }

  count(timeMs: number, bytes: number): void {
    this.#advance(timeMs);
    const at = this.#step % (steps + 1);
    this.#messages[at] = (this.#messages[at] ?? 0) + 1;
    this.#bytes[at] = (this.#bytes[at] ?? 0) + bytes;
  }

  /** Oldest first; the last step is not over. */
  list(nowMs: number): { endMs: number; messages: readonly number[]; bytes: readonly number[] } {
    this.#advance(nowMs);
    const order = Array.from({ length: steps + 1 }, (_, index) => (this.#step + 1 + index) % (steps + 1));
    return {
      endMs: nowMs,
      messages: order.map((at) => this.#messages[at] ?? 0),
      bytes: order.map((at) => this.#bytes[at] ?? 0),
    };
  }

  /** Over the last ten seconds, or since it began where that is less; never less than one. */
  perSecond(nowMs: number): { readonly messages: number; readonly bytes: number; readonly windowMs: number } {
    this.#advance(nowMs);
    const windowMs = Math.min(2 * rateStepMs, Math.max(1_000, nowMs - this.#sinceMs));
    const ofOldest = 1 - (nowMs - this.#step * rateStepMs) / rateStepMs;
    const sum = (counts: Float64Array): number =>
      this.#ago(counts, 0) + this.#ago(counts, 1) + this.#ago(counts, 2) * ofOldest;
    return {
      messages: (sum(this.#messages) * 1_000) / windowMs,
      bytes: (sum(this.#bytes) * 1_000) / windowMs,
      windowMs,
    };
  }

  #ago(counts: Float64Array, ago: number): number {
    return counts[(this.#step - ago + steps + 1) % (steps + 1)] ?? 0;
  }

  /** A clock that was set back stays where it was until it gets there again. */
  #advance(timeMs: number): void {
    const step = Math.floor(timeMs / rateStepMs);
    const clear = Math.min(step - this.#step, steps + 1);
    for (let ahead = 1; ahead <= clear; ahead++) {
      const at = (step - clear + ahead) % (steps + 1);
      this.#messages[at] = 0;
      this.#bytes[at] = 0;
    }
    if (step > this.#step) this.#step = step;
  }
}
