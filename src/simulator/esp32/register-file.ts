import type { ChipModel } from './chip-model.ts';
import { efuseRegisters, type ChipIdentity } from './efuses.ts';
import type { FlashChip } from './flash-chip.ts';
import { Gpio } from './gpio.ts';
import { SpiPeripheral } from './spi-peripheral.ts';

export interface RegisterSurroundings {
  readonly flash: FlashChip;
  /** Of the UART now, bits per second. */
  baudRate(): number;
  readonly overUsb: boolean;
  watchdogReset(): void;
}

/** Memory-mapped registers as READ_REG and WRITE_REG see them; what nobody implements is plain memory. */
export class RegisterFile {
  readonly gpio: Gpio;
  readonly #words: Map<number, number>;
  readonly #model: ChipModel;
  readonly #spi: SpiPeripheral;
  readonly #around: RegisterSurroundings;

  constructor(identity: ChipIdentity, around: RegisterSurroundings) {
    const { model } = identity;
    this.#model = model;
    this.#around = around;
    this.#words = efuseRegisters(identity);
    this.#words.set(0x40001000, model.magic);
    this.#spi = new SpiPeripheral(model.registers, around.flash);
    this.gpio = new Gpio(model.registers.gpioBase);
    const { console: consoleVariable } = model.registers;
    if (consoleVariable !== undefined)
      this.#words.set(consoleVariable.address, around.overUsb ? consoleVariable.usbJtag : 0);
    // GPIO_STRAP says "booted from flash", as it is after an automatic reset.
    if (model.name !== 'esp32') this.#words.set(model.registers.gpioBase + 0x38, 0x8);
  }

  /** Whether the ROM has taken the flash pins into use (SPI_ATTACH); before that the chip does not answer. */
  set flashAttached(attached: boolean) {
    this.#spi.attached = attached;
  }

  read(address: number): number {
    const { uartClockDivider } = this.#model.registers;
    if (address === uartClockDivider) return this.#clockDivider();
    return this.#spi.read(address) ?? this.gpio.read(address) ?? this.#words.get(address) ?? 0;
  }

  write(address: number, value: number, mask: number): void {
    const next = ((this.read(address) & ~mask) | (value & mask)) >>> 0;
    if (this.#spi.write(address, next) || this.gpio.write(address, next)) return;
    this.#words.set(address, next);
    this.#watch(address, next);
  }

  /** By this, and the baud rate it talks at, a loader works out the crystal. */
  #clockDivider(): number {
    const sixteenths = Math.round((this.#model.crystalMhz * 1e6 * 16) / this.#around.baudRate());
    return ((sixteenths >> 4) | ((sixteenths & 0xf) << 20)) >>> 0;
  }

  /** Enabling the RTC watchdog of a chip that is never fed again is a way to reset it without wires. */
  #watch(address: number, value: number): void {
    const watchdog = this.#model.registers.watchdog;
    if (watchdog === undefined || address !== watchdog.config0 || value >>> 31 === 0) return;
    if (this.#words.get(watchdog.protect) === watchdog.key) this.#around.watchdogReset();
  }
}
