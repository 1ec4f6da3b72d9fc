/** The asynchronous in-memory store that aedes uses; the package types only its callback form. */
declare module 'aedes-persistence/asyncPersistence.js' {
  export interface Packet {
    readonly topic: string;
    readonly payload?: Uint8Array;
    readonly qos: 0 | 1 | 2;
    readonly retain: boolean;
    readonly messageId?: number;
  }
  export default class MemoryPersistence {
    storeRetained(packet: Packet): Promise<void>;
    outgoingEnqueue(subscription: { readonly clientId: string }, packet: Packet): Promise<void>;
    outgoingEnqueueCombi(
      subscriptions: readonly { readonly clientId: string }[],
      packet: Packet,
    ): Promise<void>;
    outgoingClearMessageId(client: { readonly id: string }, packet: Packet): Promise<Packet | undefined>;
  }
}
