import { useState } from 'react';
import type { Publication } from '../../../shared/contract/traffic-parts.ts';
import { useFailure } from '../../app/error-notice.tsx';
import { useKept } from './use-kept.ts';
import { useTraffic } from './use-traffic.ts';

export interface Published {
  readonly tookMs: number;
  readonly reasonCode: number | null;
}

/** Sends one message, and tells how long it took or why it was not sent. */
export function usePublish(source: string): {
  readonly sent: Published | undefined;
  readonly sending: boolean;
  readonly failure: ReturnType<typeof useFailure>['failure'];
  send: (publication: Publication) => void;
} {
  const traffic = useTraffic();
  const { renew } = useKept();
  const { failure, run } = useFailure();
  const [sent, setSent] = useState<Published>();
  const [sending, setSending] = useState(false);
  const send = (publication: Publication): void =>
    run(async () => {
      setSent(undefined);
      setSending(true);
      try {
        setSent(await traffic.publish({ source, publication }));
        void renew();
      } finally {
        setSending(false);
      }
    });
  return { sent, sending, failure, send };
}
