/** As the contract of boards has it. */
export interface FlashProgress {
  /** 0 to 1. */
  readonly fraction: number;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
  /** Null until it can be told. */
  readonly leftMs: number | null;
}

const windowMs = 3_000;

/** Counts what is done; the speed is that of the last three seconds, without what was skipped. */
export class ProgressMeter {
  readonly #total: number;
  readonly #tell: (progress: FlashProgress) => void;
  readonly #steps: { readonly atMs: number; readonly moved: number }[] = [];
  #done = 0;
  #moved = 0;

  constructor(totalBytes: number, tell: (progress: FlashProgress) => void) {
    this.#total = totalBytes;
    this.#tell = tell;
    this.#steps.push({ atMs: performance.now(), moved: 0 });
  }

  /** Done without being sent. */
  skip(bytes: number): void {
    this.#done += bytes;
    this.#report();
  }

  move(bytes: number): void {
    this.#done += bytes;
    this.#moved += bytes;
    const now = performance.now();
    this.#steps.push({ atMs: now, moved: this.#moved });
    while (this.#steps.length > 2 && (this.#steps[0]?.atMs ?? now) < now - windowMs) this.#steps.shift();
    this.#report();
  }

  /** What counted as done has to be done again. */
  setDone(bytes: number): void {
    this.#done = bytes;
    this.#report();
  }

  get done(): number {
    return this.#done;
  }

  #report(): void {
    const [first, last] = [this.#steps[0], this.#steps.at(-1)];
    const elapsed = (last?.atMs ?? 0) - (first?.atMs ?? 0);
    const speed = elapsed > 0 ? (((last?.moved ?? 0) - (first?.moved ?? 0)) * 1000) / elapsed : 0;
    const done = Math.min(this.#done, this.#total);
    this.#tell({
      fraction: this.#total === 0 ? 1 : done / this.#total,
      doneBytes: done,
      totalBytes: this.#total,
      bytesPerSecond: speed,
      leftMs: speed > 0 ? ((this.#total - done) * 1000) / speed : null,
    });
  }
}
