import { useEffect, useState } from 'react';
import type { MessageDetail } from '../../../shared/contract/traffic-messages.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import type { Selection } from './traffic-store.ts';
import { useTraffic } from './use-traffic.ts';

const everyMs = 500;
const retryMs = 1_000;

export interface Inspected {
  readonly detail: MessageDetail;
  readonly bytes: Uint8Array;
  readonly before: Uint8Array | undefined;
}

export interface Inspection {
  readonly inspected: Inspected | undefined;
  readonly failure: ErrorReport | undefined;
  /** Of a topic that has no message that is kept. */
  readonly gone: boolean;
}

const none: Inspection = { inspected: undefined, failure: undefined, gone: false };

/** The message chosen, or always the newest of a topic; held, the newest at that moment. */
export function useInspected(source: string, selection: Selection | null, paused: boolean): Inspection {
  const traffic = useTraffic();
  const [shown, setShown] = useState<Inspection>(none);
  const topic = selection?.kind === 'topic' ? selection.topic : null;
  const seq = selection?.kind === 'message' ? selection.seq : null;
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    const read = async (which: number): Promise<'settled' | 'open'> => {
      const detail = await traffic.message({ source, seq: which }, { signal: stop.signal });
      const [bytes, before] = await Promise.all([
        bytesOf(detail.payload),
        detail.previous === null ? undefined : bytesOf(detail.previous.payload),
      ]);
      if (!stop.signal.aborted)
        setShown({ inspected: { detail, bytes, before }, failure: undefined, gone: false });
      return detail.outcome?.kind === 'waiting' ? 'open' : 'settled';
    };
    const look = async (): Promise<void> => {
      let again: number | undefined;
      try {
        if (seq !== null) {
          // What became of it is known a moment later.
          if ((await read(seq)) === 'open') again = everyMs;
        } else if (topic !== null) {
          const { seq: newest } = await traffic.latest({ source, topic }, { signal: stop.signal });
          if (newest === null) {
            if (last === 0 && !stop.signal.aborted) setShown({ ...none, gone: true });
          } else if (newest !== last && (await read(newest)) === 'settled') last = newest;
          if (!paused || last === 0) again = everyMs;
        }
      } catch (error) {
        if (stop.signal.aborted) return;
        setShown((before) => ({ ...before, failure: reportOf(error) }));
        if (topic !== null) again = retryMs;
      }
      if (again !== undefined && !stop.signal.aborted) timer = setTimeout(() => void look(), again);
    };
    if (topic === null && seq === null) setShown(none);
    else void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [traffic, source, topic, seq, paused]);
  return shown;
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}
