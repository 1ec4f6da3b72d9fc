import type { Duplex } from 'node:stream';

/**
 * Watches a byte stream for MQTT packets above a size, by their fixed headers alone (MQTT 3.1.1, section 2.2:
 * one type byte, then the remaining length in up to four bytes of seven bits). Feed it every chunk in order.
 */
export class PacketSizeGuard {
  readonly #maxBytes: number;
  /** Bytes of the present packet's body still to come. */
  #skip = 0;
  #inLength = false;
  #length = 0;
  #factor = 1;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The size that a packet announces where it is too large (or its length is malformed), else `undefined`. */
  check(chunk: Uint8Array): number | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const taken = Math.min(this.#skip, chunk.length - at);
        this.#skip -= taken;
        at += taken;
        continue;
      }
      const byte = chunk[at++] ?? 0;
      if (!this.#inLength) {
        this.#inLength = true;
        this.#length = 0;
        this.#factor = 1;
        continue;
      }
      this.#length += (byte & 0x7f) * this.#factor;
      this.#factor *= 128;
      if (this.#length > this.#maxBytes) return this.#length;
      if ((byte & 0x80) === 0) {
        this.#inLength = false;
        this.#skip = this.#length;
      } else if (this.#factor > 128 ** 3) {
        return this.#length;
      }
    }
    return undefined;
  }
}

/**
 * Looks at every chunk before the parser does, so that an announced giant is refused before its first byte is
 * kept: the connection is destroyed.
 */
export function guardPacketSize(
  connection: Duplex,
  maxBytes: number,
  onOversized: (announcedBytes: number) => void,
): void {
  const guard = new PacketSizeGuard(maxBytes);
  const read = connection.read.bind(connection);
  connection.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (!(chunk instanceof Uint8Array)) return chunk;
    const announced = guard.check(chunk);
    if (announced === undefined) return chunk;
    onOversized(announced);
    connection.destroy();
    return null;
  };
}
