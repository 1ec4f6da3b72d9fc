import type { ChipRegisters } from './chip-model.ts';
import type { FlashChip } from './flash-chip.ts';

const startUserCommand = 1 << 18;
const hasInput = 1 << 28;

/**
 * The SPI controller in front of the flash, as far as its "user command" goes: a loader writes a command
 * byte, starts it, and reads what the flash answered from the data registers.
 */
export class SpiPeripheral {
  attached = false;
  readonly #map: ChipRegisters;
  readonly #flash: FlashChip;
  readonly #words = new Map<number, number>();
  #status = 0;

  constructor(map: ChipRegisters, flash: FlashChip) {
    this.#map = map;
    this.#flash = flash;
  }

  read(address: number): number | undefined {
    const offset = address - this.#map.spiBase;
    return offset < 0 || offset >= 0x100 ? undefined : (this.#words.get(offset) ?? 0);
  }

  /** False for an address outside of the controller. */
  write(address: number, value: number): boolean {
    const offset = address - this.#map.spiBase;
    if (offset < 0 || offset >= 0x100) return false;
    if (offset === 0 && (value & startUserCommand) !== 0) {
      this.#run();
      // The hardware clears the bit when the command is over; here it is over at once.
      this.#words.set(0, (value & ~startUserCommand) >>> 0);
    } else this.#words.set(offset, value);
    return true;
  }

  #run(): void {
    const { spi } = this.#map;
    const command = (this.#words.get(spi.user2) ?? 0) & 0xff;
    const answer = this.#answer(command);
    if (((this.#words.get(spi.user) ?? 0) & hasInput) === 0) return;
    const bits = (this.#words.get(spi.misoLength) ?? 0) + 1;
    // An absent chip leaves the line high.
    const value = this.attached ? (answer ?? 0xffff_ffff) : 0xffff_ffff;
    this.#words.set(spi.data, bits >= 32 ? value >>> 0 : (value & (2 ** bits - 1)) >>> 0);
  }

  #answer(command: number): number | undefined {
    switch (command) {
      case 0x9f:
        return this.#flash.jedecId;
      case 0x05:
        return this.#status & 0xff;
      case 0x35:
        return (this.#status >> 8) & 0xff;
      case 0x01:
        this.#status = (this.#words.get(this.#map.spi.data) ?? 0) & 0xffff;
        return 0;
      case 0x5a:
        // The signature with which the table of a flash's own parameters begins: "SFDP".
        return 0x50444653;
      default:
        return undefined;
    }
  }
}
