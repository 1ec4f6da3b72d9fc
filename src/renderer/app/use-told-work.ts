import { useCallback, useEffect, useRef, useState } from 'react';
import { reportOf, type ErrorReport } from '../../shared/domain/app-error.ts';

type Told<Progress, T> =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly result: T };

export interface ToldWork<Progress> {
  readonly running: boolean;
  readonly progress: Progress | null;
  readonly failure: ErrorReport | undefined;
  /** Resolves with what came out, or `undefined` where it was cancelled or failed. */
  run: <T>(
    open: (signal: AbortSignal) => Promise<AsyncIterable<Told<Progress, T>>>,
  ) => Promise<T | undefined>;
  cancel: () => void;
}

/** One long piece of work that tells how far it is; what shows it cancels it when it goes. */
export function useToldWork<Progress>(): ToldWork<Progress> {
  const [running, setRunning] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [failure, setFailure] = useState<ErrorReport>();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const run = useCallback(
    async <T>(
      open: (signal: AbortSignal) => Promise<AsyncIterable<Told<Progress, T>>>,
    ): Promise<T | undefined> => {
      const controller = new AbortController();
      abort.current = controller;
      setFailure(undefined);
      setProgress(null);
      setRunning(true);
      try {
        for await (const item of await open(controller.signal)) {
          if (item.type === 'done') return item.result;
          setProgress(item.progress);
        }
      } catch (error) {
        if (!controller.signal.aborted) setFailure(reportOf(error));
      } finally {
        setRunning(false);
      }
      return undefined;
    },
    [],
  );
  const cancel = useCallback(() => abort.current?.abort(), []);
  return { running, progress, failure, run, cancel };
}
