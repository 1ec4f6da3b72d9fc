import type { RetainedItem } from '../../shared/contract/traffic-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { clearWindow, retainedExamples, retainedLookMs } from './limits.ts';
import { previewOf } from './payload-preview.ts';
import { mustBePublishable } from './publication.ts';
import type { RetainedCopy, TrafficSource } from './source.ts';
import { compileTopicSearch } from './topic-filter.ts';

export interface RetainedTarget {
  readonly topic: string;
  /** It and all below, else it alone. */
  readonly subtree: boolean;
}

interface Look {
  readonly atMs: number;
  /** Sorted by topic. */
  readonly messages: readonly RetainedCopy[];
  readonly complete: boolean;
}

/** What brokers retain: shown page by page, counted, and cleared once the person has seen the number. */
export class RetainedList {
  readonly #looks = new WeakMap<TrafficSource, Look>();
  readonly #queues = new WeakMap<TrafficSource, SerialQueue>();

  /** The first page is a fresh look; those after it are pages of the same one. @throws AppError `traffic.source-away` */
  async page(
    source: TrafficSource,
    { from, count, filter }: { readonly from: number; readonly count: number; readonly filter: string },
    signal: AbortSignal,
  ): Promise<{
    readonly items: readonly RetainedItem[];
    readonly total: number;
    readonly bytes: number;
    readonly complete: boolean;
  }> {
    const known = this.#looks.get(source);
    const usable = from > 0 && known !== undefined && performance.now() - known.atMs < retainedLookMs;
    const { messages, complete } = usable ? known : await this.#look(source, signal);
    const matches = compileTopicSearch(filter);
    const found = messages.filter(({ topic }) => matches(topic));
    return {
      items: found.slice(from, from + count).map(itemOf),
      total: found.length,
      bytes: found.reduce((sum, { payload }) => sum + payload.length, 0),
      complete,
    };
  }

  /** @throws AppError `traffic.source-away`, `traffic.bad-topic` */
  async count(
    source: TrafficSource,
    target: RetainedTarget,
    signal: AbortSignal,
  ): Promise<{ readonly count: number; readonly examples: readonly string[] }> {
    const found = await this.#matching(source, target, signal);
    return { count: found.length, examples: found.slice(0, retainedExamples).map(({ topic }) => topic) };
  }

  /**
   * Clears them by an empty retained message each (MQTT 3.1.1, section 3.3.1.3), and looks again: brokers of MQTT 3.1.1
   * cannot refuse a message, so what the account may not publish stays in silence.
   *
   * @returns how many are gone
   * @throws AppError `traffic.retained-changed` (data: expected, found), `traffic.source-away`, `traffic.publish-refused`
   */
  async clear(
    source: TrafficSource,
    target: RetainedTarget,
    expected: number,
    signal: AbortSignal,
  ): Promise<number> {
    const found = await this.#matching(source, target, signal);
    if (found.length !== expected)
      throw new AppError(
        'traffic.retained-changed',
        `There are ${found.length} retained messages now, not ${expected}.`,
        { expected, found: found.length },
      );
    if (found.length === 0) return 0;
    const topics = found.map(({ topic }) => topic);
    const letGo = source.hold();
    try {
      await inWindow(topics, (topic) =>
        source.publish(
          { topic, payload: Buffer.alloc(0), qos: 1, retain: true, contentType: '', user: [] },
          signal,
        ),
      );
      const left = new Set((await this.#look(source, signal)).messages.map(({ topic }) => topic));
      return topics.filter((topic) => !left.has(topic)).length;
    } finally {
      letGo();
    }
  }

  async #matching(
    source: TrafficSource,
    { topic, subtree }: RetainedTarget,
    signal: AbortSignal,
  ): Promise<readonly RetainedCopy[]> {
    // An empty topic with what is below it: all that begin with a slash.
    if (!subtree || topic !== '') mustBePublishable(topic);
    const { messages } = await this.#look(source, signal);
    const below = `${topic}/`;
    return messages.filter((copy) => copy.topic === topic || (subtree && copy.topic.startsWith(below)));
  }

  /** One after the other: each is a connection of its own for all but the embedded broker. */
  #look(source: TrafficSource, signal: AbortSignal): Promise<Look> {
    const queue = this.#queues.get(source) ?? new SerialQueue();
    this.#queues.set(source, queue);
    return queue.run(async () => {
      signal.throwIfAborted();
      const { messages, complete } = await source.retained(signal);
      const sorted = messages.toSorted((a, b) => (a.topic < b.topic ? -1 : 1));
      const look = { atMs: performance.now(), messages: sorted, complete };
      this.#looks.set(source, look);
      // It may be 32 MB.
      setTimeout(() => {
        if (this.#looks.get(source) === look) this.#looks.delete(source);
      }, retainedLookMs).unref();
      return look;
    });
  }
}

function itemOf({ topic, payload, qos }: RetainedCopy): RetainedItem {
  return { topic, qos, bytes: payload.length, ...previewOf(payload) };
}

/** A few at once. @throws the first failure, after which no further one is begun */
async function inWindow<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  // All lanes take from the same one.
  const waiting = items.values();
  const state: { failed?: { readonly error: unknown } } = {};
  const lane = async (): Promise<void> => {
    for (const item of waiting) {
      if (state.failed !== undefined) return;
      try {
        await work(item);
      } catch (error) {
        state.failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(clearWindow, items.length) }, lane));
  if (state.failed !== undefined) throw state.failed.error;
}
