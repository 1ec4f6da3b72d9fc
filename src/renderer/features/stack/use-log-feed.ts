import { useEffect, useState } from 'react';
import { LogBuffer, type PanelLine } from './log-buffer.ts';

const retryMs = 1_000;
const waitMs = 10_000;
/** Between two pulls, so that lines come in batches and not one by one. */
const gatherMs = 60;

/** Reads the log by cursor: lines after it, at most as many as one answer can hold. */
export type LogPull = (
  cursor: { readonly after: number; readonly waitMs: number },
  signal: AbortSignal,
) => Promise<{ readonly items: readonly PanelLine[]; readonly next: number }>;

/**
 * Fills a buffer for as long as it is shown and renders it anew at most once per frame, however fast lines come.
 * Another `pull` begins from nothing.
 */
export function useLogFeed(pull: LogPull): { readonly buffer: LogBuffer; redraw: () => void } {
  const [buffer] = useState(() => new LogBuffer());
  const [, setVersion] = useState(0);
  const redraw = (): void => setVersion((version) => version + 1);
  useEffect(() => {
    const stop = new AbortController();
    let frame: number | undefined;
    const drawSoon = (): void => {
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        setVersion((version) => version + 1);
      });
    };
    const read = async (): Promise<void> => {
      let after = 0;
      while (!stop.signal.aborted) {
        try {
          const page = await pull({ after, waitMs }, stop.signal);
          if (stop.signal.aborted) return;
          after = page.next;
          if (page.items.length > 0) {
            buffer.add(page.items);
            drawSoon();
          }
          await pause(gatherMs);
        } catch {
          // The page tells of a lost connection; here only the next attempt matters.
          await pause(retryMs);
        }
      }
    };
    void read();
    return () => {
      stop.abort();
      if (frame !== undefined) cancelAnimationFrame(frame);
      buffer.clear();
    };
  }, [pull, buffer]);
  return { buffer, redraw };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
