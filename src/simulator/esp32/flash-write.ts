import { blockSize, sectorSize, type FlashChip } from './flash-chip.ts';
import { StreamInflate } from './stream-inflate.ts';

export interface FlashWriteOptions {
  readonly offset: number;
  /** Bytes that will be on the flash, uncompressed. */
  readonly total: number;
  readonly compressed: boolean;
  /** The ROM erases everything when a write begins, the stub only what comes next. */
  readonly eraseFirst: boolean;
  readonly program: (flash: FlashChip, offset: number, bytes: Uint8Array) => void;
}

export type WriteOutcome = 'ok' | 'inflate-error' | 'not-enough-data' | 'too-much-data';

/** One write from a BEGIN command to the last of its DATA: erases, inflates, programs at ascending addresses. */
export class FlashWrite {
  readonly #flash: FlashChip;
  readonly #options: FlashWriteOptions;
  readonly #inflate: StreamInflate | undefined;
  readonly #eraseEnd: number;
  #next: number;
  #nextErase: number;
  #remaining: number;
  #overflow = false;

  constructor(flash: FlashChip, options: FlashWriteOptions) {
    this.#flash = flash;
    this.#options = options;
    this.#next = options.offset;
    this.#remaining = options.total;
    this.#nextErase = options.offset - (options.offset % sectorSize);
    this.#eraseEnd = Math.min(
      flash.size,
      Math.ceil((options.offset + options.total) / sectorSize) * sectorSize,
    );
    if (options.eraseFirst && options.total > 0) this.#eraseUpTo(this.#eraseEnd);
    if (options.compressed) this.#inflate = new StreamInflate((bytes) => this.#program(bytes));
  }

  get remaining(): number {
    return this.#remaining;
  }

  /** What exceeds the announced size of an uncompressed write is padding of the last block. */
  async data(bytes: Uint8Array): Promise<WriteOutcome> {
    if (this.#inflate === undefined) {
      this.#program(bytes.subarray(0, Math.min(bytes.length, this.#remaining)));
      return 'ok';
    }
    if (!(await this.#inflate.push(bytes))) return 'inflate-error';
    if (this.#overflow) return 'too-much-data';
    return this.#inflate.ended && this.#remaining > 0 ? 'not-enough-data' : 'ok';
  }

  close(): void {
    this.#inflate?.close();
  }

  #program(bytes: Uint8Array): void {
    if (bytes.length > this.#remaining) {
      // The ROM's sizes are rounded up to its packets, the stub's are exact: beyond both nothing is written.
      this.#overflow = true;
      return;
    }
    this.#eraseUpTo(this.#next + bytes.length);
    this.#options.program(this.#flash, this.#next, bytes);
    this.#next += bytes.length;
    this.#remaining -= bytes.length;
  }

  /** In 64 KiB blocks where one fits, as the stub does, else in sectors. */
  #eraseUpTo(end: number): void {
    while (this.#nextErase < Math.min(end, this.#eraseEnd)) {
      const whole = this.#nextErase % blockSize === 0 && this.#eraseEnd - this.#nextErase >= blockSize;
      const length = whole ? blockSize : sectorSize;
      this.#flash.erase(this.#nextErase, length);
      this.#nextErase += length;
    }
  }
}
