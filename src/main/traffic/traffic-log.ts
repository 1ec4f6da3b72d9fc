import type { SourceState } from '../../shared/contract/traffic-messages.ts';
import type { TrafficState } from '../../shared/contract/traffic.ts';
import type { Clock } from '../foundation/clock.ts';
import { MessageRing } from './message-ring.ts';
import { RateSteps } from './rate-steps.ts';
import type { SeenMessage, SeenOutcome } from './source.ts';
import { TopicTree, type TreeNode } from './topic-tree.ts';

/** Who waits for messages is told so often at most: each time all that came meanwhile is looked at. */
const tellEveryMs = 40;
/** Messages whose outcome is not told yet; above it the ingest has lost them. */
const waitingAtMost = 200_000;

/** What is known of one source's messages since it was opened: the last of them, all topics, exact counts. */
export class TrafficLog {
  readonly ring = new MessageRing();
  readonly tree = new TopicTree();
  readonly rates: RateSteps;
  readonly sinceMs: number;
  readonly #clock: Clock;
  /** By the ring's number of the topic. */
  readonly #nodes: TreeNode[] = [];
  readonly #waiting = new Map<SeenMessage, number>();
  readonly #listeners = new Set<() => void>();
  #last: SeenMessage | undefined;
  #timer: NodeJS.Timeout | undefined;
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.sinceMs = clock.now();
    this.rates = new RateSteps(this.sinceMs);
  }

  get messages(): number {
    return this.ring.newestSeq;
  }

  /** For each message: microseconds, and nothing kept of it but copies. */
  add(message: SeenMessage): void {
    const { timeMs, topic, payload } = message;
    // Copies of retained messages come anew with each connection to a broker elsewhere, which names no client: one that
    // is as the topic's last message is nothing new, and would push out what is.
    if (message.retain && message.client === '' && this.#isLast(topic, payload)) return;
    const bytes = payload.length;
    const seq = this.ring.add(message);
    const topicId = this.ring.topicIdOf(seq);
    this.#nodes[topicId] = this.tree.count(topic, this.#nodes[topicId], bytes, seq, timeMs);
    this.rates.count(timeMs, bytes);
    this.#bytes += bytes;
    this.#last = message;
    if (this.#listeners.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#tell(), tellEveryMs);
  }

  /** Of messages that it was told of; those of the newest one may come at once. */
  settle(outcomes: readonly SeenOutcome[]): void {
    for (const { message, outcome } of outcomes) {
      const seq = message === this.#last ? this.messages : this.#waiting.get(message);
      if (seq === undefined) continue;
      if (outcome.kind === 'waiting') this.#await(message, seq);
      else this.#waiting.delete(message);
      this.ring.setOutcome(seq, outcome);
    }
  }

  /** Calls once, soon after another message came. */
  onceMore(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  state(source: SourceState): TrafficState {
    const { ring, tree } = this;
    const rate = this.rates.perSecond(this.#clock.now());
    return {
      source,
      sinceMs: this.sinceMs,
      messages: ring.newestSeq,
      bytes: this.#bytes,
      messagesPerSecond: rate.messages,
      bytesPerSecond: rate.bytes,
      topics: tree.topics,
      topicsEvicted: tree.topicsEvicted,
      kept: {
        messages: ring.size,
        bytes: ring.bytes,
        oldestSeq: ring.oldestSeq,
        newestSeq: ring.newestSeq,
        oldestMs: ring.size === 0 ? null : ring.timeOf(ring.oldestSeq),
        evicted: ring.oldestSeq - 1,
      },
    };
  }

  #isLast(topic: string, payload: Buffer): boolean {
    const seq = this.ring.newestOfTopic(topic);
    return seq !== 0 && this.ring.payloadOf(seq).equals(payload);
  }

  #await(message: SeenMessage, seq: number): void {
    if (this.#waiting.size >= waitingAtMost) this.#waiting.clear();
    this.#waiting.set(message, seq);
  }

  #tell(): void {
    this.#timer = undefined;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }
}
