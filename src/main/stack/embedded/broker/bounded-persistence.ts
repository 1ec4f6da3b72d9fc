import MemoryPersistence, { type Packet } from 'aedes-persistence/asyncPersistence.js';

/** Per sleeping session, as Mosquitto's `max_queued_messages`. */
export const queuedPerSession = 1_000;
/** Of all sessions together. */
export const queuedBytesInAll = 32_000_000;

interface Subscription {
  readonly clientId: string;
}

/**
 * aedes' own store in memory with a bound on what waits for sleeping sessions: beyond it the newest message is
 * not queued, and told to `onOverflow`.
 */
export class BoundedPersistence extends MemoryPersistence {
  readonly #onOverflow: (clientId: string) => void;
  readonly #queued = new Map<string, { messages: number; bytes: number }>();
  #bytes = 0;

  constructor(onOverflow: (clientId: string) => void) {
    super();
    this.#onOverflow = onOverflow;
  }

  override async outgoingEnqueue(subscription: Subscription, packet: Packet): Promise<void> {
    if (this.#admit(subscription.clientId, packet)) await super.outgoingEnqueue(subscription, packet);
  }

  override async outgoingEnqueueCombi(subscriptions: readonly Subscription[], packet: Packet): Promise<void> {
    const admitted = subscriptions.filter(({ clientId }) => this.#admit(clientId, packet));
    await super.outgoingEnqueueCombi(admitted, packet);
  }

  override async outgoingClearMessageId(
    client: { readonly id: string },
    packet: Packet,
  ): Promise<Packet | undefined> {
    const gone = await super.outgoingClearMessageId(client, packet);
    if (gone !== undefined) this.#release(client.id, gone);
    return gone;
  }

  #admit(clientId: string, packet: Packet): boolean {
    const queue = this.#queued.get(clientId) ?? { messages: 0, bytes: 0 };
    const bytes = packet.payload?.length ?? 0;
    if (queue.messages >= queuedPerSession || this.#bytes + bytes > queuedBytesInAll) {
      this.#onOverflow(clientId);
      return false;
    }
    queue.messages++;
    queue.bytes += bytes;
    this.#bytes += bytes;
    this.#queued.set(clientId, queue);
    return true;
  }

  #release(clientId: string, packet: Packet): void {
    const queue = this.#queued.get(clientId);
    if (queue === undefined) return;
    const bytes = packet.payload?.length ?? 0;
    queue.messages--;
    queue.bytes -= bytes;
    this.#bytes -= bytes;
    if (queue.messages <= 0) this.#queued.delete(clientId);
  }
}
