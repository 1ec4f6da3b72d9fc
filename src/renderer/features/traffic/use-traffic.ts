import { useEffect, useState } from 'react';
import type { Client } from '../../../shared/contract/contract.ts';
import type { TrafficState, TrafficWork } from '../../../shared/contract/traffic.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import { useClient } from '../../app/live.ts';

export type TrafficClient = Client['traffic'];

const retryMs = 1_000;

export function useTraffic(): TrafficClient {
  return useClient().traffic;
}

interface Followed<T> {
  readonly value: T | undefined;
  readonly failure: ErrorReport | undefined;
}

/** What a stream last said; opened again when it ends, for as long as something shows it. */
function useFollowed<T>(
  key: string,
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
): Followed<T> & { readonly of: string } {
  const [followed, setFollowed] = useState<Followed<T> & { readonly of: string }>({
    of: key,
    value: undefined,
    failure: undefined,
  });
  useEffect(() => {
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        try {
          for await (const value of await open(stop.signal)) {
            if (stop.signal.aborted) return;
            setFollowed({ of: key, value, failure: undefined });
          }
        } catch (error) {
          if (stop.signal.aborted) return;
          setFollowed((before) => ({ ...before, of: key, failure: reportOf(error) }));
        }
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    };
    void read();
    return () => stop.abort();
    // The key says what `open` opens.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key]);
  return followed;
}

/** The source's own account of itself. It is connected for as long as this is open. */
export function useTrafficState(source: string): Followed<TrafficState> {
  const traffic = useTraffic();
  const followed = useFollowed(`state ${source}`, (signal) => traffic.watch({ source }, { signal }));
  return followed.of === `state ${source}` ? followed : { value: undefined, failure: undefined };
}

export function useTrafficWork(): Followed<TrafficWork> {
  const traffic = useTraffic();
  return useFollowed('work', (signal) => traffic.watchWork({}, { signal }));
}
