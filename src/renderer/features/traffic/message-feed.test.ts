import { expect, test } from 'vitest';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { TrafficMessage } from '../../../shared/contract/traffic-messages.ts';
import { MessageFeed, type FeedState } from './message-feed.ts';
import { noFilter } from './traffic-store.ts';

function message(seq: number): TrafficMessage {
  return {
    seq,
    timeMs: seq,
    topic: 'a',
    topicCut: false,
    qos: 0,
    retain: false,
    bytes: 1,
    form: 'text',
    preview: String(seq),
    previewCut: false,
    client: '',
    account: '',
  };
}

const from = (first: number, last: number): TrafficMessage[] =>
  Array.from({ length: last - first + 1 }, (_, index) => message(first + index));

/** A source with so many messages, of which each look brings a burst more. */
class Source {
  newest: number;
  readonly burst: number;

  constructor(newest: number, burst: number) {
    this.newest = newest;
    this.burst = burst;
  }

  next = ({ after, max }: { after: number; max: number }) => {
    if (after > 0) this.newest += this.burst;
    const matched = after === 0 ? 0 : this.newest - after;
    const shown = Math.min(max, after === 0 ? this.newest : matched);
    return Promise.resolve({
      items: from(this.newest - shown + 1, this.newest),
      next: this.newest,
      matched,
      leftOut: after === 0 ? 0 : matched - shown,
      dropped: 0,
    });
  };

  page = ({ direction, seq, max }: { direction: 'before' | 'after'; seq: number; max: number }) => {
    const items =
      direction === 'before'
        ? from(
            Math.max(1, (seq === 0 ? this.newest + 1 : seq) - max),
            (seq === 0 ? this.newest + 1 : seq) - 1,
          )
        : from(seq + 1, Math.min(this.newest, seq + max));
    const more = direction === 'before' ? (items[0]?.seq ?? 1) > 1 : (items.at(-1)?.seq ?? 0) < this.newest;
    return Promise.resolve({ items, more, oldestSeq: 1 });
  };
}

async function reach(feed: MessageFeed, met: (state: FeedState) => boolean): Promise<FeedState> {
  if (met(feed.state())) return feed.state();
  return new Promise((resolve) => {
    const off = feed.subscribe(() => {
      if (!met(feed.state())) return;
      off();
      resolve(feed.state());
    });
  });
}

test('live it shows the newest first, bounded, and says which part that is', async () => {
  const feed = new MessageFeed(new Source(50, 1_000), 'stack', noFilter);
  feed.follow();
  expect((await reach(feed, ({ loaded }) => loaded)).rows.map(({ seq }) => seq)).toEqual(
    from(1, 50)
      .map(({ seq }) => seq)
      .reverse(),
  );
  const state = await reach(feed, ({ oneOf }) => oneOf > 1);
  expect(state.oneOf).toBe(5);
  expect(state.rows).toHaveLength(200);
  expect(state.rows[0]?.seq).toBe(1_050);
  feed.close();
});

test('held it is exact, to both sides', async () => {
  const source = new Source(50, 1_000);
  const feed = new MessageFeed(source, 'stack', noFilter);
  feed.follow();
  await reach(feed, ({ rows }) => rows[0]?.seq === 1_050);
  await feed.pause();
  expect(feed.state().rows.map(({ seq }) => seq)).toEqual(
    from(851, 1_050)
      .map(({ seq }) => seq)
      .reverse(),
  );
  await feed.showOlder();
  expect(feed.state().rows.at(-1)?.seq).toBe(651);
  source.newest += 30;
  await feed.showNewer();
  expect(feed.state()).toMatchObject({ newer: false, older: true, paused: true });
  expect(feed.state().rows[0]?.seq).toBe(1_080);
  expect(feed.state().rows).toHaveLength(430);
  feed.follow();
  expect(feed.state().paused).toBe(false);
  feed.close();
});

test('a filter that cannot be understood is told once and not asked again', async () => {
  let asked = 0;
  const feed = new MessageFeed(
    {
      next: () => {
        asked++;
        return Promise.reject(
          new AppError('traffic.bad-filter', 'no', { field: 'json', at: 3, reason: 'x' }),
        );
      },
      page: new Source(1, 1).page,
    },
    'stack',
    noFilter,
  );
  feed.follow();
  const { failure } = await reach(feed, (state) => state.failure !== undefined);
  expect(failure).toMatchObject({ code: 'traffic.bad-filter', data: { field: 'json', at: 3 } });
  expect(asked).toBe(1);
  feed.close();
});
