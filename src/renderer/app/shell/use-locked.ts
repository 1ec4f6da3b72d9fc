import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useProvisioning } from '../live.ts';

/** A batch holds the screen: nothing but its start and stop can be touched until it is unlocked. */
export function useLocked(): boolean {
  return useProvisioning()?.locked ?? false;
}

/** Whatever leads away from a locked batch, an address typed or the way back, ends at it again. */
export function useStayAtBatch(locked: boolean): void {
  const navigate = useNavigate();
  const away = useRouterState({ select: ({ location }) => location.pathname !== '/provision' });
  useEffect(() => {
    if (locked && away) void navigate({ to: '/provision', replace: true });
  }, [locked, away, navigate]);
}
