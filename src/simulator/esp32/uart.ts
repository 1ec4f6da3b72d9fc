import type { BoardFaults, LineDirection } from './faults.ts';
import { LineLag, PacedPipe, type WirePiece } from './paced-pipe.ts';

/** Ends of a line that disagree by more than this read each other's bits at the wrong places. */
const tolerance = 0.04;
/** USB-Serial/JTAG has no baud rate: a full-speed bulk pipe carries about half a megabyte a second. */
const usbBitsPerSecond = 5_000_000;

export interface UartOptions {
  readonly paced: boolean;
  /** The chip's own USB peripheral in place of a UART behind a bridge. */
  readonly usb: boolean;
  /** Above it the line (cable, bridge) garbles everything; in bit/s. */
  readonly maxBaudRate: number;
  readonly faults: BoardFaults;
  readonly toBoard: (bytes: Buffer) => void;
  readonly toHost: (bytes: Buffer) => void;
  /** A fault cut the line. */
  readonly cut: () => void;
}

/** The wire between host and chip, both directions, with the baud rate that each end believes in. */
export class Uart {
  readonly #options: UartOptions;
  readonly #down: PacedPipe;
  readonly #up: PacedPipe;
  #boardBaudRate = 115_200;
  /** `null` where the host's rate cannot be known (a raw socket): it is taken to follow the chip's. */
  #hostBaudRate: number | null = null;
  #measuring = false;
  #noise = 0x2545f491;

  constructor(options: UartOptions) {
    this.#options = options;
    const lag = new LineLag();
    this.#down = new PacedPipe(options.paced, lag, (piece) => this.#arrive('to-board', piece));
    this.#up = new PacedPipe(options.paced, lag, (piece) => this.#arrive('from-board', piece));
  }

  get boardBaudRate(): number {
    return this.#boardBaudRate;
  }

  /** Bytes that the host has handed over and the board has not received. */
  get towardsBoard(): number {
    return this.#down.length;
  }

  set hostBaudRate(baudRate: number | null) {
    this.#hostBaudRate = baudRate;
  }

  /** The chip's rate after a reset; the ROM's loader then measures the host's from the first bytes. */
  restart(baudRate: number, measure: boolean): void {
    this.#up.clear();
    this.#boardBaudRate = baudRate;
    this.#measuring = measure;
  }

  /** Resolves when the last byte has arrived at the board or was lost. */
  hostWrites(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      const rate = this.#options.usb ? usbBitsPerSecond : (this.#hostBaudRate ?? this.#boardBaudRate);
      this.#down.push(Buffer.from(bytes), rate, resolve);
    });
  }

  boardWrites(bytes: Uint8Array, arrived?: () => void): void {
    if (this.#options.faults.silent) {
      arrived?.();
      return;
    }
    const rate = this.#options.usb ? usbBitsPerSecond : this.#boardBaudRate;
    this.#up.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), rate, arrived);
  }

  /** Runs when all that the board has written so far has left. */
  afterBoardWrites(work: () => void): void {
    this.boardWrites(new Uint8Array(0), work);
  }

  setBoardBaudRate(baudRate: number): void {
    this.#measuring = false;
    this.#boardBaudRate = baudRate;
  }

  /** The host has gone: what was on its way is lost. */
  clear(): void {
    this.#down.clear();
    this.#up.clear();
  }

  #arrive(direction: LineDirection, { bytes, baudRate }: WirePiece): void {
    if (bytes.length === 0) return;
    if (direction === 'to-board' && this.#measuring) {
      this.#boardBaudRate = this.#options.usb ? this.#boardBaudRate : baudRate;
      this.#measuring = false;
    }
    const { bytes: left, cut } = this.#options.faults.onLine(direction, bytes);
    const heard = this.#agrees(direction, baudRate) ? left : this.#garbled(left);
    if (heard.length > 0) {
      if (direction === 'to-board') this.#options.toBoard(heard);
      else this.#options.toHost(heard);
    }
    if (cut) this.#options.cut();
  }

  #agrees(direction: LineDirection, sentAt: number): boolean {
    const { usb, maxBaudRate } = this.#options;
    if (usb) return true;
    const readAt = direction === 'to-board' ? this.#boardBaudRate : (this.#hostBaudRate ?? sentAt);
    return (
      Math.abs(sentAt / readAt - 1) <= tolerance && Math.max(sentAt, readAt) <= maxBaudRate * (1 + tolerance)
    );
  }

  /** What a receiver makes of bits at the wrong rate: bytes, but not these. */
  #garbled(bytes: Buffer): Buffer {
    const out = Buffer.allocUnsafe(bytes.length);
    for (let i = 0; i < out.length; i++) {
      this.#noise = (Math.imul(this.#noise, 1_664_525) + 1_013_904_223) >>> 0;
      out[i] = (bytes[i] ?? 0) ^ ((this.#noise >>> 24) | 0x01);
    }
    return out;
  }
}
