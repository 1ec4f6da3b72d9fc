import type { Packet } from 'aedes-persistence/asyncPersistence.js';

/** What one session has still to receive or to acknowledge, oldest first; found by either of its two numbers. */
export class OutgoingQueue {
  /** By the broker's own number of the message; a map keeps the order of arrival. */
  readonly #packets = new Map<string, Packet>();
  readonly #byMessageId = new Map<number, string>();
  #bytes = 0;

  get messages(): number {
    return this.#packets.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(packet: Packet): void {
    this.#packets.set(keyOf(packet), { ...packet, messageId: undefined });
    this.#bytes += sizeOf(packet);
  }

  has(packet: Packet): boolean {
    return this.#packets.has(keyOf(packet));
  }

  /**
   * The message got its number on the wire, or (QoS 2) its release takes its place.
   * @returns whether it was here
   */
  update(packet: Packet): boolean {
    const { messageId } = packet;
    if (messageId === undefined) return false;
    const known = this.#packets.get(keyOf(packet));
    if (known !== undefined) {
      this.#packets.set(keyOf(packet), { ...known, messageId });
      this.#byMessageId.set(messageId, keyOf(packet));
      return true;
    }
    const key = this.#byMessageId.get(messageId);
    const sent = key === undefined ? undefined : this.#packets.get(key);
    if (key === undefined || sent === undefined) return false;
    this.#bytes += sizeOf(packet) - sizeOf(sent);
    this.#packets.set(key, packet);
    return true;
  }

  /** Takes out what was acknowledged or was not allowed after all: by the number on the wire where it has one. */
  take(packet: Packet): Packet | undefined {
    const key = packet.messageId === undefined ? keyOf(packet) : this.#byMessageId.get(packet.messageId);
    const gone = key === undefined ? undefined : this.#packets.get(key);
    if (key === undefined || gone === undefined) return undefined;
    this.#packets.delete(key);
    if (gone.messageId !== undefined) this.#byMessageId.delete(gone.messageId);
    this.#bytes -= sizeOf(gone);
    return gone;
  }

  /** In order; what was sent before is marked as a repetition (MQTT 3.1.1, section 3.3.1.1). */
  list(): readonly Packet[] {
    return [...this.#packets.values()].map((packet) =>
      packet.messageId === undefined || packet.cmd === 'pubrel' ? packet : { ...packet, dup: true },
    );
  }
}

function keyOf({ brokerId, brokerCounter }: Packet): string {
  return `${brokerId ?? ''} ${brokerCounter ?? ''}`;
}

function sizeOf({ payload, topic }: Packet): number {
  return (payload?.length ?? 0) + (topic?.length ?? 0);
}
