import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { KeptTraffic } from '../../../shared/contract/traffic.ts';
import { useTraffic } from './use-traffic.ts';

const keptKey = ['traffic', 'kept'] as const;

/** Profiles, bookmarks, templates and what was published, as the application keeps them. */
export function useKept(): { readonly kept: KeptTraffic | undefined; renew: () => Promise<void> } {
  const traffic = useTraffic();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: keptKey,
    queryFn: ({ signal }) => traffic.kept({}, { signal }),
  });
  return { kept: data, renew: () => queries.invalidateQueries({ queryKey: ['traffic'] }) };
}
