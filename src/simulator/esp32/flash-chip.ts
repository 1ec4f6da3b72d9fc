import { createHash } from 'node:crypto';

export const sectorSize = 0x1000;
export const blockSize = 0x1_0000;

/**
 * A SPI NOR flash: erasing sets a whole 4 KiB sector to `FF`, programming can only turn ones into zeros.
 * Sectors that were never programmed take no memory.
 */
export class FlashChip {
  /** Bytes. */
  readonly size: number;
  readonly #sectors: (Buffer | undefined)[];
  #programmedBytes = 0;

  /** @param sizeMb a power of two, in MiB, as the chip's identification byte can say it */
  constructor(sizeMb: number) {
    this.size = sizeMb * 0x10_0000;
    this.#sectors = Array.from({ length: this.size / sectorSize }, () => undefined);
  }

  /** Manufacturer, type and capacity as command `9F` answers them, first byte lowest (here: Winbond W25Q). */
  get jedecId(): number {
    return 0xef | (0x40 << 8) | (Math.log2(this.size) << 16);
  }

  /** All bytes that were ever programmed: what a test of "only what differs is written" counts. */
  get programmedBytes(): number {
    return this.#programmedBytes;
  }

  has(offset: number, length: number): boolean {
    return offset >= 0 && length >= 0 && offset + length <= this.size;
  }

  eraseSector(offset: number): void {
    this.#sectors[Math.floor(offset / sectorSize)] = undefined;
  }

  /** Every sector that the range touches. */
  erase(offset: number, length: number): void {
    const last = Math.min(this.size, offset + length);
    for (let at = offset - (offset % sectorSize); at < last; at += sectorSize) this.eraseSector(at);
  }

  program(offset: number, bytes: Uint8Array): void {
    this.#programmedBytes += bytes.length;
    for (let from = 0; from < bytes.length;) {
      const at = offset + from;
      const within = at % sectorSize;
      const count = Math.min(bytes.length - from, sectorSize - within);
      const index = Math.floor(at / sectorSize);
      const known = this.#sectors[index];
      if (known === undefined) {
        const sector = Buffer.alloc(sectorSize, 0xff);
        sector.set(bytes.subarray(from, from + count), within);
        if (index < this.#sectors.length) this.#sectors[index] = sector;
      } else {
        for (let i = 0; i < count; i++) {
          known[within + i] = (known[within + i] ?? 0) & (bytes[from + i] ?? 0);
        }
      }
      from += count;
    }
  }

  read(offset: number, length: number): Buffer {
    const out = Buffer.alloc(length, 0xff);
    for (let from = 0; from < length;) {
      const at = offset + from;
      const within = at % sectorSize;
      const count = Math.min(length - from, sectorSize - within);
      const sector = this.#sectors[Math.floor(at / sectorSize)];
      if (sector !== undefined) sector.copy(out, from, within, within + count);
      from += count;
    }
    return out;
  }

  md5(offset: number, length: number): Buffer {
    const hash = createHash('md5');
    const step = 0x1_0000;
    for (let at = 0; at < length; at += step)
      hash.update(this.read(offset + at, Math.min(step, length - at)));
    return hash.digest();
  }
}
