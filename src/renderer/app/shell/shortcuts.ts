import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useClient, useStack } from '../live.ts';
import { useUi } from '../ui-state.ts';

const pages: Readonly<
  Record<
    string,
    '/' | '/provision' | '/stack' | '/traffic' | '/devices' | '/history' | '/survey' | '/settings'
  >
> = {
  '1': '/',
  '2': '/provision',
  '3': '/stack',
  '4': '/traffic',
  '5': '/devices',
  '6': '/history',
  '7': '/survey',
  ',': '/settings',
};

/**
 * Ctrl with a number or a comma opens a page; F1 the map of keys; Ctrl Shift S starts or (asked once) stops the stack.
 *
 * @param off none of them does anything, nor does the browser in their place
 */
export function useShortcuts(off: boolean): void {
  const navigate = useNavigate();
  const client = useClient();
  const askToStop = useUi((state) => state.askToStop);
  const running = useStack()?.phase === 'running';
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'F1') {
        event.preventDefault();
        if (off) return;
        void navigate({ to: '/settings/$section', params: { section: 'keyboard' } });
        return;
      }
      if (!event.ctrlKey || event.altKey) return;
      if (event.shiftKey && event.key.toLowerCase() === 's') {
        event.preventDefault();
        if (off) return;
        if (running) askToStop(true);
        else void client.stack.start({}).catch(() => undefined);
        return;
      }
      const page = pages[event.key];
      if (page === undefined || event.shiftKey) return;
      event.preventDefault();
      if (off) return;
      void navigate({ to: page });
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate, client, running, askToStop, off]);
}
