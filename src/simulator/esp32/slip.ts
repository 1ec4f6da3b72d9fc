const end = 0xc0;
const escape = 0xdb;
const escapedEnd = 0xdc;
const escapedEscape = 0xdd;

/** A larger frame than any command has is noise. */
const largestFrame = 0x2_0000;

/** Wraps a packet as SLIP does (RFC 1055): `C0` at both ends, `C0` and `DB` inside escaped. */
export function slipFrame(packet: Uint8Array): Buffer {
  let escapes = 0;
  for (const byte of packet) if (byte === end || byte === escape) escapes++;
  const frame = Buffer.allocUnsafe(packet.length + escapes + 2);
  let at = 0;
  frame[at++] = end;
  if (escapes === 0) {
    frame.set(packet, at);
    at += packet.length;
  } else {
    for (const byte of packet) {
      if (byte === end || byte === escape) {
        frame[at++] = escape;
        frame[at++] = byte === end ? escapedEnd : escapedEscape;
      } else frame[at++] = byte;
    }
  }
  frame[at] = end;
  return frame;
}

/** Cuts a byte stream into SLIP packets; what lies outside a pair of `C0` is dropped as a UART's noise. */
export class SlipReader {
  readonly #onPacket: (packet: Buffer) => void;
  #parts: Buffer[] = [];
  #length = 0;
  #inFrame = false;

  constructor(onPacket: (packet: Buffer) => void) {
    this.#onPacket = onPacket;
  }

  push(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = 0;
    while (from < chunk.length) {
      const at = chunk.indexOf(end, from);
      const until = at < 0 ? chunk.length : at;
      if (this.#inFrame && until > from) this.#keep(chunk.subarray(from, until));
      if (at < 0) return;
      // A mark that closes nothing opens: two in a row, or the first after noise.
      if (this.#inFrame && this.#length > 0) {
        const packet = this.#take();
        this.#inFrame = false;
        if (packet !== undefined) this.#onPacket(packet);
      } else this.#inFrame = true;
      from = at + 1;
    }
  }

  reset(): void {
    this.#parts = [];
    this.#length = 0;
    this.#inFrame = false;
  }

  #keep(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > largestFrame) return this.reset();
    // The sender may use its buffer again.
    this.#parts.push(Buffer.from(part));
  }

  #take(): Buffer | undefined {
    const raw = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    return unescape(raw);
  }
}

/** `undefined` where an escape is followed by neither of the two codes it may have. */
function unescape(raw: Buffer): Buffer | undefined {
  let from = raw.indexOf(escape);
  if (from < 0) return raw;
  let to = from;
  while (from < raw.length) {
    const byte = raw[from++] ?? 0;
    if (byte !== escape) {
      raw[to++] = byte;
      continue;
    }
    const code = raw[from++];
    if (code === escapedEnd) raw[to++] = end;
    else if (code === escapedEscape) raw[to++] = escape;
    else return undefined;
  }
  return raw.subarray(0, to);
}
