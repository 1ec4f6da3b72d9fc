/** Why a transfer was ended: nothing moved for too long. */
export class Stalled extends Error {
  override readonly name = 'Stalled';
}

/** Ends a transfer when nothing has moved for `stallMs`, however long it takes as a whole, or when it is cancelled. */
export class StallWatch {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#controller.abort(this.#outer?.reason);

  constructor(stallMs: number, outer: AbortSignal | undefined) {
    this.#outer = outer;
    this.#timer = setTimeout(
      () => this.#controller.abort(new Stalled(`nothing came for ${stallMs / 1000} s`)),
      stallMs,
    );
    if (outer?.aborted === true) this.#onAbort();
    outer?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something moved. */
  readonly touch = (): void => {
    if (!this.signal.aborted) this.#timer.refresh();
  };

  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#onAbort);
  }
}
