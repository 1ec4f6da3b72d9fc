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
  let left = most;
  /** @returns whether more are wanted */
  const showAll = (items: readonly TrafficMessage[]): boolean => {
    for (const item of items.slice(0, left))
      print(options.json === true ? JSON.stringify(item) : messageLine(item));
    left -= Math.min(items.length, left);
    return left > 0;
  };
  await withTraffic(
    options,
    async (session, signal) => {
      const stop = new AbortController();
      const both = AbortSignal.any([signal, stop.signal]);
      try {
        const begun = await begin(session, filter, last, both);
        let after = begun.after;
        let more = showAll(begun.items);
        while (more) {
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
          more = showAll(answer.items);
        }
      } finally {
        stop.abort();
      }
    },
    'finish',
  );
}

/** Connects the source and keeps it so. @returns what was there, and from where on to listen */
async function begin(
  { client, source }: TrafficSession,
  filter: MessageFilter,
  last: number,
  signal: AbortSignal,
): Promise<{ readonly items: readonly TrafficMessage[]; readonly after: number }> {
  const { kept } = await connected({ client, source }, signal);
  if (last === 0) return { items: [], after: kept.newestSeq };
  const { items } = await client.page({ source, filter, direction: 'before', seq: 0, max: last }, { signal });
  return { items, after: Math.max(kept.newestSeq, items.at(-1)?.seq ?? 0) };
}
