import { Readable } from 'node:stream';
import MemoryPersistence, { type ClientId, type Packet } from 'aedes-persistence/asyncPersistence.js';
import { OutgoingQueue } from './outgoing-queue.ts';
import type { RetainedMessage } from './retained-keeper.ts';

/** Per session, as Mosquitto's `max_queued_messages`. */
export const queuedPerSession = 1_000;
/** Of all sessions together. */
export const queuedBytesInAll = 32_000_000;

interface Subscription {
  readonly clientId: string;
}

export interface PersistenceRules {
  /** May this client have this subscription? Asked before a session keeps it. */
  maySubscribe(client: ClientId, filter: string): boolean;
  isConnected(clientId: string): boolean;
  onOverflow(clientId: string): void;
}

/**
 * aedes' own store in memory, with its gaps closed: what waits for a session is bounded (the newest message
 * beyond it is not queued, and told), and only allowed subscriptions become part of a session (aedes stores all
 * of a SUBSCRIBE when one of them is allowed, and would queue other people's messages for it).
 */
export class BoundedPersistence extends MemoryPersistence {
  readonly #rules: PersistenceRules;
  readonly #queues = new Map<string, OutgoingQueue>();
  /** Messages that a connected session had no room for: aedes offers them to it all the same. */
  readonly #turnedAway = new Map<string, Set<number>>();
  #bytes = 0;

  constructor(rules: PersistenceRules) {
    super();
    this.#rules = rules;
  }

  override async addSubscriptions(
    client: ClientId,
    subscriptions: readonly { readonly topic: string }[],
  ): Promise<void> {
    await super.addSubscriptions(
      client,
      subscriptions.filter(({ topic }) => this.#rules.maySubscribe(client, topic)),
    );
  }

  override outgoingEnqueue(subscription: Subscription, packet: Packet): Promise<void> {
    return this.outgoingEnqueueCombi([subscription], packet);
  }

  override async outgoingEnqueueCombi(subscriptions: readonly Subscription[], packet: Packet): Promise<void> {
    for (const { clientId } of subscriptions) this.#enqueue(clientId, packet);
  }

  override async outgoingUpdate(client: ClientId, packet: Packet): Promise<void> {
    if (this.#queues.get(client.id)?.update(packet) !== true) throw new Error('no such packet');
  }

  override async outgoingClearMessageId(client: ClientId, packet: Packet): Promise<Packet | undefined> {
    const queue = this.#queues.get(client.id);
    if (queue === undefined) return undefined;
    const before = queue.bytes;
    const gone = queue.take(packet);
    this.#bytes -= before - queue.bytes;
    if (queue.messages === 0) this.#queues.delete(client.id);
    return gone;
  }

  override outgoingStream(client: ClientId): Readable {
    return Readable.from(this.#queues.get(client.id)?.list() ?? []);
  }

  /** One broker in one process, and nothing kept over a restart: there is no other broker whose wills could be due. */
  override streamWill(): Readable {
    return Readable.from([]);
  }

  /** What is retained now. */
  async retained(): Promise<readonly RetainedMessage[]> {
    const found: RetainedMessage[] = [];
    for await (const packet of super.createRetainedStreamCombi(['#'])) found.push(packet as RetainedMessage);
    return found;
  }

  /** Was this message refused for want of room? Tells once. */
  wasTurnedAway(clientId: string, packet: { readonly brokerCounter?: number }): boolean {
    const { brokerCounter } = packet;
    return brokerCounter !== undefined && this.#turnedAway.get(clientId)?.delete(brokerCounter) === true;
  }

  /** The connection ended; its session stays. */
  disconnected(clientId: string): void {
    this.#turnedAway.delete(clientId);
  }

  /** Everything of a session: subscriptions, what waits, half-done QoS 2 exchanges. */
  async forget(clientId: string): Promise<void> {
    this.#bytes -= this.#queues.get(clientId)?.bytes ?? 0;
    this.#queues.delete(clientId);
    this.#turnedAway.delete(clientId);
    await super.cleanSubscriptions({ id: clientId });
    await super.cleanIncoming({ id: clientId });
  }

  #enqueue(clientId: string, packet: Packet): void {
    const queue = this.#queues.get(clientId) ?? new OutgoingQueue();
    const bytes = packet.payload?.length ?? 0;
    if (queue.messages >= queuedPerSession || this.#bytes + bytes > queuedBytesInAll) {
      if (packet.brokerCounter !== undefined && this.#rules.isConnected(clientId)) {
        const away = this.#turnedAway.get(clientId) ?? new Set();
        if (away.size >= queuedPerSession) away.clear();
        this.#turnedAway.set(clientId, away.add(packet.brokerCounter));
      }
      this.#rules.onOverflow(clientId);
      return;
    }
    const before = queue.bytes;
    queue.add(packet);
    this.#bytes += queue.bytes - before;
    this.#queues.set(clientId, queue);
  }
}
