/** SLIP framing as Espressif's boot loaders use it: a frame starts and ends with 0xC0. */
const end = 0xc0;
const escape = 0xdb;
const escapedEnd = 0xdc;
const escapedEscape = 0xdd;

/** More than any frame of the protocol; what grows beyond is noise. */
const maxFrameBytes = 64 * 1024;

/** One frame around `payload`, with its two end bytes. */
export function encodeSlip(payload: Uint8Array): Buffer {
  let extra = 0;
  for (const byte of payload) if (byte === end || byte === escape) extra++;
  const frame = Buffer.allocUnsafe(payload.length + extra + 2);
  let at = 0;
  frame[at++] = end;
  for (const byte of payload) {
    if (byte === end) {
      frame[at++] = escape;
      frame[at++] = escapedEnd;
    } else if (byte === escape) {
      frame[at++] = escape;
      frame[at++] = escapedEscape;
    } else {
      frame[at++] = byte;
    }
  }
  frame[at] = end;
  return frame;
}

export interface SlipEvents {
  /** Content of one complete frame; never empty. */
  readonly onFrame: (frame: Buffer) => void;
  /** Bytes outside frames, for example the boot log. */
  readonly onNoise: (bytes: Buffer) => void;
}

/**
 * Takes frames out of a byte stream, however it is cut. Whatever is between frames is handed on as noise. A
 * lost end byte costs at most the frame that it belongs to: an empty frame counts as the beginning of one.
 */
export class SlipDecoder {
  readonly #events: SlipEvents;
  #inFrame = false;
  #escaping = false;
  #broken = false;
  #buffer = Buffer.allocUnsafe(8 * 1024);
  #length = 0;

  constructor(events: SlipEvents) {
    this.#events = events;
  }

  /** Forgets a frame that has begun. */
  reset(): void {
    this.#inFrame = false;
    this.#escaping = false;
    this.#broken = false;
    this.#length = 0;
  }

  push(bytes: Uint8Array): void {
    let noiseFrom = -1;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#inFrame) {
        this.#take(byte);
      } else if (byte === end) {
        if (noiseFrom >= 0) this.#events.onNoise(Buffer.from(bytes.subarray(noiseFrom, at)));
        noiseFrom = -1;
        this.#inFrame = true;
      } else if (noiseFrom < 0) {
        noiseFrom = at;
      }
    }
    if (noiseFrom >= 0) this.#events.onNoise(Buffer.from(bytes.subarray(noiseFrom)));
  }

  #take(byte: number): void {
    if (byte === end) {
      if (this.#length === 0 && !this.#broken) return;
      const frame = Buffer.from(this.#buffer.subarray(0, this.#length));
      const broken = this.#broken;
      this.reset();
      if (broken) this.#events.onNoise(frame);
      else this.#events.onFrame(frame);
      return;
    }
    if (this.#escaping) {
      this.#escaping = false;
      if (byte === escapedEnd) this.#append(end);
      else if (byte === escapedEscape) this.#append(escape);
      else {
        this.#broken = true;
        this.#append(byte);
      }
    } else if (byte === escape) {
      this.#escaping = true;
    } else {
      this.#append(byte);
    }
  }

  #append(byte: number): void {
    if (this.#length >= maxFrameBytes) {
      this.#broken = true;
      this.#length = 0;
    }
    if (this.#length === this.#buffer.length) {
      const larger = Buffer.allocUnsafe(this.#buffer.length * 2);
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    this.#buffer[this.#length++] = byte;
  }
}
