import type { Log } from '../../../foundation/log.ts';

export interface RetainedMessage {
  readonly topic: string;
  /** Empty takes the topic's message away (MQTT 3.1.1, section 3.3.1.3). */
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
}

/** Where retained messages live over restarts. */
export interface RetainedStore {
  load(): Promise<readonly RetainedMessage[]>;
  /** All of them or none; at most one per topic. */
  save(messages: readonly RetainedMessage[]): Promise<void>;
}

/** A sensor retains one topic; this leaves room for other firmware, and none for a flood of topics. */
const topicsPerAccount = 50;
const topicsInAll = 50_000;
const bytesInAll = 32_000_000;
const perWrite = 500;

/**
 * Keeps retained messages in the order in which they were admitted: of two on one topic the later one is what a
 * restart brings back, however the connections to the database race. Bounded per account and in all.
 */
export class RetainedKeeper {
  readonly #store: RetainedStore;
  readonly #log: Log;
  readonly #kept = new Map<string, { readonly owner: string; readonly bytes: number }>();
  readonly #perOwner = new Map<string, number>();
  #bytes = 0;
  #waiting = new Map<string, { message: RetainedMessage; done: ((error?: Error) => void)[] }>();
  #writing: Promise<void> | undefined;

  constructor(store: RetainedStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  get topics(): number {
    return this.#kept.size;
  }

  /** What a former run left; forgets what it knew. */
  async load(): Promise<readonly RetainedMessage[]> {
    const messages = await this.#store.load();
    this.#kept.clear();
    this.#perOwner.clear();
    this.#bytes = 0;
    for (const { topic, payload } of messages) this.#account(topic, payload.length, ownerOf(topic));
    return messages;
  }

  /** Is there room for this topic and size? An empty message always has. */
  hasRoom({ topic, payload }: RetainedMessage): boolean {
    if (payload.length === 0) return true;
    const before = this.#kept.get(topic);
    if (this.#bytes - (before?.bytes ?? 0) + payload.length > bytesInAll) return false;
    if (before !== undefined) return true;
    return this.#kept.size < topicsInAll && (this.#perOwner.get(ownerOf(topic)) ?? 0) < topicsPerAccount;
  }

  /** `done` is called once the message is durable, or with the reason why it is not. */
  keep(message: RetainedMessage, done: (error?: Error) => void): void {
    this.#account(message.topic, message.payload.length, ownerOf(message.topic));
    const waiting = this.#waiting.get(message.topic);
    this.#waiting.delete(message.topic);
    this.#waiting.set(message.topic, { message, done: [...(waiting?.done ?? []), done] });
    this.#writing ??= this.#write();
  }

  /** Resolves when nothing waits to be written. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    // What arrives in the same turn goes into the same write.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting.values()].slice(0, perWrite);
      for (const { message } of batch) this.#waiting.delete(message.topic);
      let failure: Error | undefined;
      try {
        await this.#store.save(batch.map(({ message }) => message));
      } catch (error) {
        this.#log.warn('retained messages could not be kept', { error, messages: batch.length });
        failure = error instanceof Error ? error : new Error('not kept');
      }
      for (const { done } of batch) for (const tell of done) tell(failure);
    }
    this.#writing = undefined;
  }

  #account(topic: string, bytes: number, owner: string): void {
    const before = this.#kept.get(topic);
    if (before !== undefined) {
      this.#bytes -= before.bytes;
      this.#kept.delete(topic);
      const left = (this.#perOwner.get(before.owner) ?? 1) - 1;
      if (left === 0) this.#perOwner.delete(before.owner);
      else this.#perOwner.set(before.owner, left);
    }
    if (bytes === 0) return;
    this.#bytes += bytes;
    this.#kept.set(topic, { owner, bytes });
    this.#perOwner.set(owner, (this.#perOwner.get(owner) ?? 0) + 1);
  }
}

/** Retained topics are counted per sensor, whoever publishes for it: the first three levels of the topic. */
function ownerOf(topic: string): string {
  return topic.split('/', 3).join('/');
}
