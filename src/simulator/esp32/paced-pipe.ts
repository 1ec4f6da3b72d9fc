/** One piece on its way, with the rate at which its sender put it on the wire. */
export interface WirePiece {
  readonly bytes: Buffer;
  readonly baudRate: number;
}

interface Queued {
  readonly bytes: Buffer;
  readonly baudRate: number;
  readonly arrived: (() => void) | undefined;
  from: number;
}

/** Start bit, eight data bits, stop bit. */
const bitsPerByte = 10;
/** Longer pieces arrive in slices of this duration: a receiver need not be woken for every byte. */
const sliceMs = 8;
/** A timer cannot be told less than a millisecond; what is due within this much is handed over now. */
const earlyMs = 0.8;

/** A machine that was busy for longer than this did not only wake its timers late. */
const mostLateMs = 25;

/**
 * By how much the last delivery on a line, of either direction, came later (or earlier, then negative) than the
 * last of its bits would have. What is sent in answer is put on the wire as if it had come in time, so that the
 * simulation's own timers make no line slower or faster than its baud rate.
 */
export class LineLag {
  #ms = 0;

  set(ms: number): void {
    this.#ms = Math.min(mostLateMs, ms);
  }

  /** Counts once: for the first answer. */
  take(): number {
    const ms = this.#ms;
    this.#ms = 0;
    return ms;
  }
}

/**
 * One direction of a serial line. Paced, a byte takes ten bits at the sender's baud rate, measured against
 * the clock over all that is queued, so that late timers do not add up; otherwise everything arrives on the
 * next turn of the loop.
 */
export class PacedPipe {
  readonly #paced: boolean;
  readonly #lag: LineLag;
  readonly #deliver: (piece: WirePiece) => void;
  readonly #queue: Queued[] = [];
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  /** When the last byte delivered had left the wire, ms of `performance.now()`. */
  #clock = 0;
  #length = 0;

  constructor(paced: boolean, lag: LineLag, deliver: (piece: WirePiece) => void) {
    this.#paced = paced;
    this.#lag = lag;
    this.#deliver = deliver;
  }

  /** Bytes that have not arrived. */
  get length(): number {
    return this.#length;
  }

  push(bytes: Buffer, baudRate: number, arrived?: () => void): void {
    if (this.#queue.length === 0) this.#clock = Math.max(this.#clock, performance.now() - this.#lag.take());
    this.#queue.push({ bytes, baudRate, arrived, from: 0 });
    this.#length += bytes.length;
    this.#schedule();
  }

  clear(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#timer = this.#turn = undefined;
    this.#length = 0;
    for (const { arrived } of this.#queue.splice(0)) arrived?.();
  }

  #schedule(): void {
    const head = this.#queue[0];
    if (head === undefined || this.#timer !== undefined || this.#turn !== undefined) return;
    if (!this.#paced) {
      this.#turn = setImmediate(() => {
        this.#turn = undefined;
        this.#advance(Infinity);
      });
      return;
    }
    const restMs = ((head.bytes.length - head.from) * bitsPerByte * 1000) / head.baudRate;
    const dueMs = this.#clock + Math.min(restMs, sliceMs) - performance.now();
    if (dueMs <= earlyMs) {
      this.#turn = setImmediate(() => {
        this.#turn = undefined;
        this.#advance(performance.now() + earlyMs);
      });
    } else {
      this.#timer = setTimeout(
        () => {
          this.#timer = undefined;
          this.#advance(performance.now() + earlyMs);
        },
        dueMs - earlyMs / 2,
      );
    }
  }

  #advance(now: number): void {
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      const rest = head.bytes.length - head.from;
      const byteMs = (bitsPerByte * 1000) / head.baudRate;
      const due = this.#paced ? Math.floor((now - this.#clock) / byteMs) : rest;
      if (due < rest && due * byteMs < sliceMs) break;
      const count = Math.min(due, rest);
      const bytes =
        count === head.bytes.length ? head.bytes : head.bytes.subarray(head.from, head.from + count);
      head.from += count;
      this.#clock += count * byteMs;
      this.#length -= count;
      const finished = head.from >= head.bytes.length;
      if (finished) this.#queue.shift();
      this.#lag.set(performance.now() - this.#clock);
      this.#deliver({ bytes, baudRate: head.baudRate });
      if (finished) head.arrived?.();
    }
    this.#schedule();
  }
}
