import type { MessageFilter, TrafficMessage } from '../../../shared/contract/traffic-messages.ts';
import { print } from './answer.ts';
import { messageLine } from './traffic-lines.ts';
import { connected, withTraffic, type TrafficSession } from './traffic-client.ts';
import { filterOf, numberOption, type FilterOptions, type SourceOptions } from './traffic-options.ts';
import { loadWords, say } from './words.ts';

export type TailOptions = SourceOptions & FilterOptions & { readonly last: string; readonly count?: string };

const perAnswer = 500;
const waitMs = 10_000;

/** What arrives, line by line, until Ctrl+C or `--count`. */
export async function tail(options: TailOptions): Promise<void> {
  const filter = filterOf(options);
  const last = numberOption(options.last, 'last', { least: 0, most: perAnswer });
  const most =
    options.count === undefined
      ? Infinity
      : numberOption(options.count, 'count', { least: 1, most: 1_000_000_000 });
  const words = await loadWords();
  let shown = 0;
  const showAll = (items: readonly TrafficMessage[]): void => {
    for (const item of items.slice(0, most - shown))
      print(options.json === true ? JSON.stringify(item) : messageLine(item));
    shown += Math.min(items.length, most - shown);
  };
  await withTraffic(
    options,
    async (session, signal) => {
      const stop = new AbortController();
      const both = AbortSignal.any([signal, stop.signal]);
      try {
        let after = await begin(session, filter, last, showAll, both);
        while (shown < most) {
          const answer = await session.client.next(
            { source: session.source, filter, after, max: perAnswer, waitMs },
            { signal: both },
          );
          after = answer.next;
          const { leftOut, dropped } = answer;
          // Standard output stays messages alone; in JSON a line without a topic.
          if (leftOut + dropped > 0) {
            if (options.json === true) print(JSON.stringify({ leftOut, dropped }));
            else process.stderr.write(`${say(words, 'traffic.leftOut', { messages: leftOut + dropped })}\n`);
          }
          showAll(answer.items);
        }
      } finally {
        stop.abort();
      }
    },
    'finish',
  );
}

/** Connects the source and keeps it so; shows what was there. @returns from where on to listen */
async function begin(
  { client, source }: TrafficSession,
  filter: MessageFilter,
  last: number,
  show: (items: readonly TrafficMessage[]) => void,
  signal: AbortSignal,
): Promise<number> {
  const { kept } = await connected({ client, source }, signal);
  if (last > 0) {
    const { items } = await client.page(
      { source, filter, direction: 'before', seq: 0, max: last },
      { signal },
    );
    show(items);
  }
  return kept.newestSeq;
}
