/** Something whose whole state can be read at any time and that says when it changed. */
export interface Observable<T> {
  state(): T;
  onChange(listener: () => void): () => void;
}

/**
 * The state now, then again after changes, at most once in `intervalMs`: however often it changes, and
 * however slowly it is read, only the newest is given. Ends with the signal.
 */
export async function* watchState<T>(
  source: Observable<T>,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  let changed = true;
  let wake: () => void = () => undefined;
  const stopListening = source.onChange(() => {
    changed = true;
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (!changed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      changed = false;
      yield source.state();
      if (!signal.aborted) await pause(intervalMs, signal);
    }
  } finally {
    stopListening();
    signal.removeEventListener('abort', onAbort);
  }
}

/** Resolves after the time or, earlier, when the signal aborts; never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
