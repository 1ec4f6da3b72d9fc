import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SourceState } from '../../../shared/contract/traffic-messages.ts';
import { useTraffic } from './use-traffic.ts';

const everyMs = 2_000;

export interface Sources {
  readonly items: readonly SourceState[];
  nameOf: (id: string) => string;
}

/** Every broker that can be looked at. */
export function useSources(): Sources {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { data } = useQuery({
    queryKey: ['traffic', 'sources'],
    queryFn: ({ signal }) => traffic.sources({}, { signal }),
    refetchInterval: everyMs,
  });
  const items = data?.items ?? [];
  return {
    items,
    nameOf: (id) => {
      const source = items.find((one) => one.id === id);
      if (source === undefined) return id === 'stack' ? t('traffic.source.stack') : id;
      return sourceName(source, t);
    },
  };
}

export function sourceName(source: SourceState, t: (key: string) => string): string {
  if (source.kind === 'profile') return source.name;
  return t(source.kind === 'docker' ? 'traffic.source.docker' : 'traffic.source.stack');
}
