/** Lets through at most so many per second and sender, and in all; what it holds back is counted by sender. */
export class FloodLimit {
  readonly #perSender: number;
  readonly #inAll: number;
  readonly #counts = new Map<string, number>();
  #evicted = new Map<string, number>();
  #second = -1;
  #all = 0;

  constructor(perSender: number, inAll: number) {
    this.#perSender = perSender;
    this.#inAll = inAll;
  }

  admits(sender: string, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#counts.clear();
      this.#all = 0;
    }
    const count = (this.#counts.get(sender) ?? 0) + 1;
    if (count <= this.#perSender && this.#all < this.#inAll) {
      this.#counts.set(sender, count);
      this.#all++;
      return true;
    }
    this.#evicted.set(sender, (this.#evicted.get(sender) ?? 0) + 1);
    return false;
  }

  /** What was held back since the last call. */
  takeEvicted(): ReadonlyMap<string, number> {
    const evicted = this.#evicted;
    if (evicted.size > 0) this.#evicted = new Map();
    return evicted;
  }

  /** After a failed write. */
  putBack(evicted: ReadonlyMap<string, number>): void {
    for (const [sender, count] of evicted)
      this.#evicted.set(sender, (this.#evicted.get(sender) ?? 0) + count);
  }
}
