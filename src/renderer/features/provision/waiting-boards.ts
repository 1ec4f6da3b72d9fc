import { usePorts, useProvisioning } from '../../app/live.ts';
import { lookKey } from './board-rows.ts';
import { useProvision } from './provision-store.ts';

/** Boards on a cable that no job works on or has worked on; how many of them are known to be blank. */
export function useWaitingBoards(): { readonly boards: number; readonly blank: number } {
  const ports = usePorts() ?? [];
  const jobs = useProvisioning()?.jobs ?? [];
  const looks = useProvision((state) => state.looks);
  const waiting = ports.filter(
    (port) => port.likelyBoard && !jobs.some((job) => job.address === port.address),
  );
  const blank = waiting.filter((port) => {
    const look = looks[lookKey(port)];
    return look?.state === 'known' && look.identity.blank;
  });
  return { boards: waiting.length, blank: blank.length };
}
