import { useThrottledValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useClient } from '../../app/live.ts';

const everyMs = 60_000;
const buckets = 96;
const atMost = 200;
/** A list that is scrolled shows other rows with each frame: so often at most it asks for their lines. */
const askEveryMs = 250;

/** Mean temperatures of the last day, oldest first; `null` where nothing was measured. */
export type Line = readonly (number | null)[];

const none: Readonly<Record<string, Line>> = {};

/** Lines of these devices by address. Those that were there before stay until there are newer ones. */
export function useSparklines(macs: readonly string[]): Readonly<Record<string, Line>> {
  const client = useClient();
  const known = useRef<Readonly<Record<string, Line>>>({});
  // As one text: the same devices in a new list are no other question.
  const shown = [...macs].sort().slice(0, atMost).join(' ');
  const asked = useThrottledValue(shown, askEveryMs);
  const { data } = useQuery({
    queryKey: ['sparklines', asked],
    queryFn: async ({ signal }) => {
      const { series } = await client.devices.sparklines(
        { macs: asked.split(' '), hours: 24, buckets },
        { signal },
      );
      known.current = { ...known.current, ...series };
      return known.current;
    },
    refetchInterval: everyMs,
    // Each answer has all lines: neither are they compared one by one, nor is one kept for each place of the list.
    structuralSharing: false,
    gcTime: 0,
    placeholderData: (before) => before,
    enabled: asked !== '',
  });
  return data ?? none;
}
