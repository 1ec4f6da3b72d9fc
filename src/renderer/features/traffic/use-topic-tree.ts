import { useEffect, useRef, useState } from 'react';
import type { TrafficNode } from '../../../shared/contract/traffic-messages.ts';
import { useTraffic } from './use-traffic.ts';

const everyMs = 500;
const retryMs = 1_000;
const windowAtMost = 500;

export interface TopicTreeView {
  /** Those from `from` on; the rest is known by number alone. */
  readonly rows: readonly TrafficNode[];
  readonly from: number;
  readonly total: number;
  readonly matching: number;
  readonly topics: number;
  readonly topicsEvicted: number;
}

export interface TreeQuestion {
  readonly source: string;
  readonly filter: string;
  /** Open where nothing is filtered; closed where something is: then all else is open. */
  readonly nodes: ReadonlySet<number>;
  readonly first: number;
  readonly last: number;
  /** Held: nothing is renewed by itself. */
  readonly paused: boolean;
}

/** The rows in sight, renewed twice a second and whenever other rows are asked for. */
export function useTopicTree(question: TreeQuestion): TopicTreeView | undefined {
  const traffic = useTraffic();
  const { source, filter, nodes, first, last, paused } = question;
  const [view, setView] = useState<{ readonly of: string; readonly view: TopicTreeView }>();
  const loaded = useRef(false);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      try {
        const { rows, ...rest } = await traffic.tree(
          {
            source,
            filter,
            open: filter === '' ? 'listed' : 'all-but-listed',
            nodes: [...nodes],
            from: first,
            count: Math.min(windowAtMost, Math.max(1, last - first)),
          },
          { signal: stop.signal },
        );
        if (stop.signal.aborted) return;
        setView({ of: source, view: { rows, from: first, ...rest } });
        loaded.current = rows.length > 0;
        if (!paused || !loaded.current) timer = setTimeout(() => void look(), everyMs);
      } catch {
        // The page tells of a connection that is lost; here only the next look matters.
        if (!stop.signal.aborted) timer = setTimeout(() => void look(), retryMs);
      }
    };
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [traffic, source, filter, nodes, first, last, paused]);
  return view?.of === source ? view.view : undefined;
}
