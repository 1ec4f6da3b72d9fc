/**
 * What `produce` puts, one after the other to whoever iterates: a `put` is done when its item was taken and the next
 * one is wanted, so that a slow reader holds the source back. Where the reader stops, the signal given to `produce`
 * aborts, and its end is waited for.
 */
export async function* handOver<T>(
  produce: (put: (item: T) => Promise<void>, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<T, void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let waiting: { readonly item: T; readonly taken: () => void } | undefined;
  let wake: () => void = () => undefined;
  let arrived = new Promise<void>((resolve) => (wake = resolve));
  let ended = false;
  const put = (item: T): Promise<void> =>
    new Promise<void>((resolve, refused) => {
      if (either.aborted) return refused(either.reason as Error);
      const end = (): void => refused(either.reason as Error);
      const taken = (): void => {
        either.removeEventListener('abort', end);
        resolve();
      };
      either.addEventListener('abort', end, { once: true });
      waiting = { item, taken };
      wake();
    });
  const work = produce(put, either).finally(() => {
    ended = true;
    wake();
  });
  work.catch(() => undefined);
  try {
    for (;;) {
      await arrived;
      arrived = new Promise<void>((resolve) => (wake = resolve));
      const { item, taken } = waiting ?? {};
      waiting = undefined;
      if (taken === undefined) {
        if (ended) break;
        continue;
      }
      yield item as T;
      taken();
    }
    await work;
  } finally {
    stop.abort(new Error('nobody reads any more'));
    await work.catch(() => undefined);
  }
}
