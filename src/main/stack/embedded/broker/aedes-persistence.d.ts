/** The asynchronous in-memory store that aedes uses; the package types only its callback form. */
declare module 'aedes-persistence/asyncPersistence.js' {
  import type { Readable } from 'node:stream';

  export interface Packet {
    readonly cmd?: string;
    readonly topic?: string;
    readonly payload?: Uint8Array;
    readonly brokerId?: string;
    readonly brokerCounter?: number;
    readonly messageId?: number | undefined;
  }
  export interface ClientId {
    readonly id: string;
  }
  export default class MemoryPersistence {
    addSubscriptions(client: ClientId, subscriptions: readonly { readonly topic: string }[]): Promise<void>;
    cleanSubscriptions(client: ClientId): Promise<void>;
    outgoingEnqueue(subscription: { readonly clientId: string }, packet: Packet): Promise<void>;
    outgoingEnqueueCombi(
      subscriptions: readonly { readonly clientId: string }[],
      packet: Packet,
    ): Promise<void>;
    outgoingUpdate(client: ClientId, packet: Packet): Promise<void>;
    outgoingClearMessageId(client: ClientId, packet: Packet): Promise<Packet | undefined>;
    outgoingStream(client: ClientId): Readable;
    cleanIncoming(client: ClientId): Promise<void>;
    createRetainedStreamCombi(patterns: readonly string[]): Readable;
    streamWill(brokers?: object): Readable;
  }
}
