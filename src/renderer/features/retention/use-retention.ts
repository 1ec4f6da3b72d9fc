import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { RetentionState } from '../../../shared/contract/retention.ts';
import { useClient, useSettings, useStack } from '../../app/live.ts';

const refreshMs = 60_000;

/** What waits for an agreement; `undefined` while the database does not run. */
export function useRetention(): {
  readonly state: RetentionState | undefined;
  allow: (state: RetentionState) => Promise<void>;
  /** What is shown as not synced may go. */
  allowUnsynced: (state: RetentionState) => Promise<void>;
} {
  const client = useClient();
  const queries = useQueryClient();
  const running = useStack()?.phase === 'running';
  const settings = useSettings();
  const { data } = useQuery({
    queryKey: ['retention', settings?.sensorDataDays, settings?.heartbeatDays],
    queryFn: ({ signal }) => client.retention.show({}, { signal }),
    enabled: running,
    refetchInterval: refreshMs,
  });
  return {
    state: running ? data : undefined,
    allow: async ({ sensorDataDays, heartbeatDays }) => {
      await client.retention.allow({ sensorDataDays, heartbeatDays });
      await queries.invalidateQueries({ queryKey: ['retention'] });
    },
    allowUnsynced: async ({ unsynced }) => {
      await client.retention.allowUnsynced({ beforeMs: Math.max(0, ...unsynced.map(({ toMs }) => toMs)) });
      await queries.invalidateQueries({ queryKey: ['retention'] });
    },
  };
}
