import type { Clock } from '../../../foundation/clock.ts';

/** Wrong passwords that one address may try for one account in the window; then it is not looked at any more. */
export const guessesInWindow = 20;
const windowMs = 60_000;
const keysKept = 10_000;

/** Makes guessing slow, and keeps a flood of it from taking the processor: each look at a password is costly. */
export class GuessLimit {
  readonly #clock: Clock;
  readonly #taken = new Map<string, { count: number; readonly sinceMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one try; `false` where there is none left. */
  take(key: string): boolean {
    const now = this.#clock.now();
    const known = this.#taken.get(key);
    if (known === undefined || now - known.sinceMs > windowMs) {
      if (this.#taken.size >= keysKept) this.#taken.clear();
      this.#taken.set(key, { count: 1, sinceMs: now });
      return true;
    }
    if (known.count >= guessesInWindow) return false;
    known.count++;
    return true;
  }

  /** The try was right and does not count. */
  giveBack(key: string): void {
    const known = this.#taken.get(key);
    if (known !== undefined) known.count--;
  }
}
