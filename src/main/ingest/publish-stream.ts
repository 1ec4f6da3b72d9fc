/** One PUBLISH packet (MQTT 3.1.1, section 3.3); the payload is a view of the chunk that brought it. */
export interface PublishPacket {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Packet identifier; 0 at QoS 0, which has none. */
  readonly messageId: number;
}

export interface PublishStreamReceiver {
  publish(packet: PublishPacket): void;
  /** Any other packet, whole, for the general parser. */
  other(packet: Buffer): void;
}

const publishType = 3;
/** Section 2.2.3: at most four bytes of seven bits. */
const longestLengthField = 4;

/**
 * Cuts a broker's byte stream into packets and reads those that come by the thousand, PUBLISH, itself: the general
 * parser spends more on each than decoding and storing its message take together.
 */
export class PublishStream {
  readonly #receiver: PublishStreamReceiver;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  /** How many bytes must be there before looking again pays. */
  #needed = 0;

  constructor(receiver: PublishStreamReceiver) {
    this.#receiver = receiver;
  }

  /** @throws Error where the bytes are not MQTT 3.1.1; the stream is of no use after that. */
  feed(chunk: Buffer): void {
    let data = chunk;
    if (this.#partsBytes > 0) {
      this.#parts.push(chunk);
      this.#partsBytes += chunk.length;
      if (this.#partsBytes < this.#needed) return;
      data = Buffer.concat(this.#parts, this.#partsBytes);
      this.#parts = [];
      this.#partsBytes = 0;
    }
    let at = 0;
    while (at < data.length) {
      const size = packetSize(data, at);
      if (size === undefined || at + size > data.length) {
        this.#needed = size ?? data.length - at + 1;
        this.#parts = [data.subarray(at)];
        this.#partsBytes = data.length - at;
        return;
      }
      const first = data[at] ?? 0;
      if (first >> 4 === publishType) this.#receiver.publish(readPublish(data, at, at + size));
      else this.#receiver.other(data.subarray(at, at + size));
      at += size;
    }
  }
}

/** Of the packet that begins at `at`, its fixed header included; undefined while that header is incomplete. */
function packetSize(data: Buffer, at: number): number | undefined {
  let length = 0;
  for (let i = 0; i < longestLengthField; i++) {
    const byte = data[at + 1 + i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return 2 + i + length;
  }
  throw new Error('a packet length of more than four bytes');
}

function readPublish(data: Buffer, start: number, end: number): PublishPacket {
  const flags = data[start] ?? 0;
  const qos = (flags >> 1) & 3;
  if (qos === 3) throw new Error('a PUBLISH of QoS 3');
  let at = start + 1;
  while ((data[at] ?? 0) >= 0x80) at++;
  at++;
  const topicStart = at + 2;
  const topicEnd = topicStart + (topicStart <= end ? data.readUInt16BE(at) : 0);
  const payloadStart = qos === 0 ? topicEnd : topicEnd + 2;
  if (payloadStart > end) throw new Error('a PUBLISH that ends before its topic does');
  const messageId = qos === 0 ? 0 : data.readUInt16BE(topicEnd);
  if (qos !== 0 && messageId === 0) throw new Error('a PUBLISH with packet identifier 0');
  return {
    topic: data.toString('utf8', topicStart, topicEnd),
    payload: data.subarray(payloadStart, end),
    qos: qos === 0 ? 0 : qos === 1 ? 1 : 2,
    retain: (flags & 1) === 1,
    dup: (flags & 8) === 8,
    messageId,
  };
}
