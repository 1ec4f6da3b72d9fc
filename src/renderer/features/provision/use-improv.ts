import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ImprovFacts, ImprovNetwork } from '../../../shared/contract/improv.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import { useClient } from '../../app/live.ts';

export interface ImprovWish {
  readonly ssid: string;
  readonly password: string;
  /** `null` leaves the name as it is. */
  readonly deviceName: string | null;
  readonly hostname: string | null;
}

export interface ImprovTalk {
  /** `undefined` until the board answered, `null` where its firmware does not speak Improv. */
  readonly facts: ImprovFacts | null | undefined;
  readonly asking: boolean;
  readonly networks: readonly ImprovNetwork[];
  readonly scanning: boolean;
  /** The firmware knows no scan: the name is typed. */
  readonly scanUnknown: boolean;
  /** Name of the network that the board is joining. */
  readonly joining: string | null;
  readonly joined: string | null;
  readonly failure: ErrorReport | undefined;
  ask: () => void;
  scan: () => void;
  join: (wish: ImprovWish) => void;
  stopWaiting: () => void;
}

/** Asks the board who it is, then what it hears, and lets it join; closing the panel ends whatever is under way. */
export function useImprov(address: string): ImprovTalk {
  const client = useClient();
  const queries = useQueryClient();
  const waiting = useRef<AbortController>(undefined);
  const [joining, setJoining] = useState<string | null>(null);
  const [joined, setJoined] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<ErrorReport>();
  useEffect(() => () => waiting.current?.abort(), []);
  const info = useQuery({
    queryKey: ['improv', address, 'info'],
    queryFn: ({ signal }) => client.improv.info({ address }, { signal }),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const facts = info.data?.facts;
  const scan = useQuery({
    enabled: facts !== undefined && facts !== null,
    queryKey: ['improv', address, 'scan'],
    queryFn: ({ signal }) => client.improv.scan({ address }, { signal }),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  const scanFailure = scan.error === null ? undefined : reportOf(scan.error);
  const scanUnknown = scanFailure?.code === 'improv.not-supported';
  const join = async (wish: ImprovWish): Promise<void> => {
    const wait = new AbortController();
    waiting.current = wait;
    setRefusal(undefined);
    setJoined(null);
    setJoining(wish.ssid);
    try {
      await client.improv.join({ address, ...wish }, { signal: wait.signal });
      setJoined(wish.ssid);
    } catch (error) {
      if (!wait.signal.aborted) setRefusal(reportOf(error));
    }
    setJoining(null);
    // What it says of itself is another now, also where it did not join: a name may have been taken.
    if (waiting.current === wait) await queries.invalidateQueries({ queryKey: ['improv', address, 'info'] });
  };
  return {
    facts,
    asking: info.isFetching,
    networks: scan.data?.networks ?? [],
    scanning: scan.isFetching,
    scanUnknown,
    joining,
    joined,
    failure:
      refusal ?? (info.error === null ? (scanUnknown ? undefined : scanFailure) : reportOf(info.error)),
    ask: () => void info.refetch(),
    scan: () => void scan.refetch(),
    join: (wish) => void join(wish),
    stopWaiting: () => waiting.current?.abort(),
  };
}
