import { useCallback, useEffect } from 'react';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { useClient } from '../../app/live.ts';
import { isWorking, lookKey, type BoardRow } from './board-rows.ts';
import { useProvision } from './provision-store.ts';

const blinkSeconds = 10;

/**
 * Reads each board once when it appears, several at a time; a blank one is selected by itself. While boards are
 * started as they are plugged in, their ports are left to that.
 */
export function useIdentify(rows: readonly BoardRow[], autoStart: boolean): void {
  const client = useClient();
  const { looks, look, offer } = useProvision();
  useEffect(() => {
    if (autoStart) return;
    for (const { port, job } of rows) {
      const key = lookKey(port);
      if (!port.likelyBoard || looks[key] !== undefined || isWorking(job)) continue;
      look(key, { state: 'reading' });
      client.boards.identify({ address: port.address }).then(
        (identity) => {
          look(key, { state: 'known', identity });
          if (identity.blank) offer(key, port.address);
        },
        (error: unknown) => look(key, { state: 'failed', error: reportOf(error) }),
      );
    }
  }, [rows, looks, autoStart, client, look, offer]);
}

/** Reads all boards again that no job works on. */
export function useRescan(rows: readonly BoardRow[]): () => void {
  const forget = useProvision((state) => state.forgetLooks);
  return useCallback(() => {
    forget(
      new Set(
        rows.filter((row) => isWorking(row.job) || row.kind === 'reading').map((row) => lookKey(row.port)),
      ),
    );
  }, [rows, forget]);
}

/** Lets the LED of one board flash; the button shows it for as long as that lasts. */
export function useBlink(): (address: string) => Promise<void> {
  const client = useClient();
  const blink = useProvision((state) => state.blink);
  return useCallback(
    async (address) => {
      blink(address);
      const until = Date.now() + blinkSeconds * 1000;
      try {
        await client.boards.blink({ address, seconds: blinkSeconds });
        // The answer may come when it began, or when it ended.
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, until - Date.now())));
      } finally {
        if (useProvision.getState().blinking === address) blink(null);
      }
    },
    [client, blink],
  );
}
