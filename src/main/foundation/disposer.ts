/** Something that lives for long and must be closed; `close` may be called again and then does nothing. */
export interface Closable {
  close(): Promise<void>;
}

interface Step {
  readonly name: string;
  readonly close: () => Promise<void> | void;
  readonly deadlineMs: number;
}

const stepDeadlineMs = 10_000;

/**
 * Closes what was registered, last first, each step with a deadline of its own, so that one that hangs does
 * not keep the others open. Also right after a start that failed half-way: register on creation.
 */
export class AsyncDisposer implements Closable {
  readonly #steps: Step[] = [];
  #closing: Promise<void> | undefined;

  /** Registers and returns the object, so that creation and registration are one line. */
  use<T extends Closable>(name: string, closable: T, deadlineMs: number = stepDeadlineMs): T {
    this.defer(name, () => closable.close(), deadlineMs);
    return closable;
  }

  defer(name: string, close: () => Promise<void> | void, deadlineMs: number = stepDeadlineMs): void {
    if (this.#closing !== undefined) throw new Error(`cannot register "${name}": already closing`);
    this.#steps.push({ name, close, deadlineMs });
  }

  /** Names of what is still open, newest last; empty after `close`. */
  get open(): readonly string[] {
    return this.#steps.map((step) => step.name);
  }

  /** @throws AggregateError with one error per step that failed or passed its deadline; all steps are tried. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const failures: Error[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await withDeadline(step);
      } catch (error) {
        failures.push(new Error(`closing "${step.name}" failed`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything closed cleanly');
  }
}

async function withDeadline(step: Step): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not closed within ${step.deadlineMs} ms`)), step.deadlineMs);
  });
  try {
    await Promise.race([Promise.resolve().then(step.close), late]);
  } finally {
    clearTimeout(timer);
  }
}
