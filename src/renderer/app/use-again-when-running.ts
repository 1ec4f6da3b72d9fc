import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useStack } from './live.ts';

/** What failed while the stack was stopped or restarted is asked again when it runs: all questions of this kind. */
export function useAgainWhenRunning(kind: 'history' | 'conformity' | 'health'): void {
  const queries = useQueryClient();
  const running = useStack()?.phase === 'running';
  useEffect(() => {
    if (running) void queries.invalidateQueries({ queryKey: [kind] });
  }, [queries, running, kind]);
}
