import { useQuery } from '@tanstack/react-query';
import type { BoardJob } from '../../../shared/contract/provisioning.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import { useClient, useConnectionPhase, useSettings } from '../../app/live.ts';

/**
 * The window stands beside the label printer. A browser may be a tablet without one, and its print dialog brings the
 * page to a halt, with the first reading behind it: there it comes only to those who asked for it.
 */
export function printsByItself(choice: Settings['printLabels'], host: string | undefined): boolean {
  return choice === 'system' ? host === 'desktop' : choice === 'on';
}

/** Whose labels are printed when the last board stops working: a board to practise on gets none by itself. */
export function labelsDue(
  jobs: readonly Pick<BoardJob, 'phase' | 'mac' | 'address'>[],
): readonly NonNullable<BoardJob['mac']>[] {
  return jobs.flatMap(({ phase, mac, address }) =>
    phase === 'ready' && mac !== null && !address.startsWith('virtual://') ? [mac] : [],
  );
}

/** Whether labels are printed when verified; what a person chooses is remembered on this machine. */
export function usePrinting(): { readonly on: boolean; turn: (on: boolean) => Promise<void> } {
  const client = useClient();
  const choice = useSettings()?.printLabels ?? 'system';
  const { data } = useQuery({
    enabled: useConnectionPhase() === 'open',
    queryKey: ['info'],
    queryFn: ({ signal }) => client.system.info({}, { signal }),
    staleTime: Infinity,
  });
  return {
    on: printsByItself(choice, data?.host),
    turn: async (on) => {
      await client.settings.update({ printLabels: on ? 'on' : 'off' });
    },
  };
}
