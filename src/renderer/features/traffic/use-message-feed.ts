import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { MessageFilter } from '../../../shared/contract/traffic-messages.ts';
import { MessageFeed, type FeedState } from './message-feed.ts';
import { useTraffic } from './use-traffic.ts';

export interface Messages extends FeedState {
  readonly feed: MessageFeed;
}

/** The messages of a source that pass a filter. Another filter keeps the list held where it was. */
export function useMessageFeed(source: string, filter: MessageFilter): Messages {
  const traffic = useTraffic();
  const key = `${source} ${JSON.stringify(filter)}`;
  const [made, setMade] = useState(() => ({ key, source, feed: new MessageFeed(traffic, source, filter) }));
  const current = useRef(made);
  if (made.key !== key) {
    const before = made.source === source ? made.feed.state().rows : [];
    setMade({ key, source, feed: new MessageFeed(traffic, source, filter, before) });
  }
  const { feed } = made;
  useEffect(() => {
    const held = current.current.feed !== feed && current.current.feed.state().paused;
    current.current = made;
    if (held) void feed.pause();
    else feed.follow();
    return () => feed.close();
    // `made` changes with its feed.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [feed]);
  const state = useSyncExternalStore(feed.subscribe, feed.state);
  return { ...state, feed };
}
