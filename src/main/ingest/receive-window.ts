import { generate, type IPublishPacket } from 'mqtt-packet';

/** A message at QoS 1 or 2 that the broker does not know yet to be ours. */
export interface Held {
  readonly messageId: number;
  readonly qos: 1 | 2;
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Its row is committed: it may be answered. */
  durable: boolean;
}

/** Answers that may have been lost on the way with the connection; more cannot be on the way at once. */
const doubtfulAtMost = 2_000;

/**
 * What a subscriber owes the broker, over all connections of one MQTT session. Answers go out in the order of
 * arrival (MQTT 3.1.1, section 4.6). A message that the broker sends again is known again: at QoS 2 by its
 * identifier until PUBREL (section 4.3.3), after a lost connection by its identifier, DUP flag and content.
 * So it is stored once, and its answer goes out on the connection that is there when its row is committed.
 */
export class ReceiveWindow {
  /** To be answered on this connection, oldest first. */
  #owed: Held[] = [];
  /** Answered with PUBREC on this connection, PUBREL not yet seen. */
  #unreleased = new Map<number, Held>();
  /** Of earlier connections: the broker sends again what our answers did not reach it for. */
  #doubtful = new Map<number, Held>();
  #answered: Held[] = [];

  /** Messages whose answer is still owed on this connection. */
  get size(): number {
    return this.#owed.length;
  }

  /** A new connection begins; without a session at the broker nothing of before comes again. */
  connected(sessionPresent: boolean): void {
    const before = [
      ...this.#doubtful.values(),
      ...this.#answered,
      ...this.#unreleased.values(),
      ...this.#owed,
    ];
    this.#doubtful = new Map(sessionPresent ? before.map((held) => [held.messageId, held]) : []);
    this.#answered = [];
    this.#unreleased = new Map();
    this.#owed = [];
  }

  /** Takes a message in. `again` is true for one that is on its way to the database, or there, already. */
  arrived(
    packet: Pick<IPublishPacket, 'topic' | 'dup'>,
    messageId: number,
    qos: 1 | 2,
    payload: Uint8Array,
  ): { readonly held: Held; readonly again: boolean } {
    const unreleased = this.#unreleased.get(messageId);
    if (qos === 2 && unreleased !== undefined) {
      this.#unreleased.delete(messageId);
      this.#owed.push(unreleased);
      return { held: unreleased, again: true };
    }
    const before = this.#doubtful.get(messageId);
    if (before !== undefined) {
      this.#doubtful.delete(messageId);
      if (packet.dup && isSame(before, packet.topic, qos, payload)) {
        this.#owed.push(before);
        return { held: before, again: true };
      }
    }
    const held: Held = { messageId, qos, topic: packet.topic, payload, durable: false };
    this.#owed.push(held);
    return { held, again: false };
  }

  /** The ingest did not take it: when it comes again it is a new message. @returns whether this connection owed it */
  refused(held: Held): boolean {
    if (this.#doubtful.get(held.messageId) === held) this.#doubtful.delete(held.messageId);
    const place = this.#owed.indexOf(held);
    if (place >= 0) this.#owed.splice(place, 1);
    return place >= 0;
  }

  /** PUBACK and PUBREC for all that are durable, up to the first that is not; `undefined` where there is none. */
  takeAnswers(): { readonly bytes: Buffer; readonly count: number } | undefined {
    let count = 0;
    while (this.#owed[count]?.durable === true) count++;
    if (count === 0) return undefined;
    const ready = this.#owed.splice(0, count);
    const bytes = Buffer.allocUnsafe(count * 4);
    let at = 0;
    for (const held of ready) {
      // Sections 3.4.1 and 3.5.1: PUBACK is 0x40, PUBREC 0x50, then length 2 and the identifier.
      bytes[at] = held.qos === 1 ? 0x40 : 0x50;
      bytes[at + 1] = 2;
      bytes.writeUInt16BE(held.messageId, at + 2);
      at += 4;
      if (held.qos === 1) this.#answered.push(held);
      else this.#unreleased.set(held.messageId, held);
    }
    if (this.#answered.length > doubtfulAtMost * 2)
      this.#answered.splice(0, this.#answered.length - doubtfulAtMost);
    return { bytes, count };
  }

  /** PUBREL: the identifier is free again. @returns the PUBCOMP */
  released(messageId: number): Buffer {
    this.#unreleased.delete(messageId);
    this.#doubtful.delete(messageId);
    return generate({ cmd: 'pubcomp', messageId });
  }
}

function isSame(held: Held, topic: string, qos: 1 | 2, payload: Uint8Array): boolean {
  return (
    held.qos === qos &&
    held.topic === topic &&
    held.payload.length === payload.length &&
    Buffer.compare(held.payload, payload) === 0
  );
}
