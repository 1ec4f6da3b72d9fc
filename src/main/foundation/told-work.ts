/**
 * Work that reports on its way, as a stream: each report, then the result as the last item. Only the newest report
 * is kept for a slow reader. Whoever stops reading cancels the work.
 */
export async function* toldWork<Report, Result>(
  work: (tell: (report: Report) => void, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): AsyncGenerator<
  | { readonly type: 'progress'; readonly progress: Report }
  | { readonly type: 'done'; readonly result: Result },
  void,
  undefined
> {
  const stop = new AbortController();
  const joined = AbortSignal.any([signal, stop.signal]);
  let newest: Report | undefined;
  let wake: () => void = () => undefined;
  const state = { ended: false };
  const running = work((report) => {
    newest = report;
    wake();
  }, joined).finally(() => {
    state.ended = true;
    wake();
  });
  running.catch(() => undefined);
  try {
    while (!state.ended) {
      if (newest !== undefined) {
        const progress = newest;
        newest = undefined;
        yield { type: 'progress', progress };
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    yield { type: 'done', result: await running };
  } finally {
    stop.abort();
    await running.catch(() => undefined);
  }
}
