import { useEffect, useState } from 'react';

const linesKept = 2_000;
const pageSize = 500;
const waitMs = 10_000;
const retryMs = 1_000;

interface Page<Line> {
  readonly items: readonly Line[];
  readonly next: number;
}

/** Pulls lines by cursor for as long as it is shown; `pull` is renewed where another log is meant. */
export function useLogLines<Line>(
  pull:
    | ((
        cursor: { readonly after: number; readonly max: number; readonly waitMs: number },
        signal: AbortSignal,
      ) => Promise<Page<Line>>)
    | null,
): { readonly lines: readonly Line[]; clear: () => void } {
  const [lines, setLines] = useState<readonly Line[]>([]);
  useEffect(() => {
    setLines([]);
    if (pull === null) return undefined;
    const stop = new AbortController();
    void (async () => {
      let after = 0;
      while (!stop.signal.aborted) {
        try {
          const page = await pull({ after, max: pageSize, waitMs }, stop.signal);
          after = page.next;
          if (!stop.signal.aborted && page.items.length > 0)
            setLines((before) => [...before, ...page.items].slice(-linesKept));
        } catch {
          // The page tells of a lost connection; here only the next attempt matters.
          await new Promise((resolve) => setTimeout(resolve, retryMs));
        }
      }
    })();
    return () => stop.abort();
  }, [pull]);
  return { lines, clear: () => setLines([]) };
}
