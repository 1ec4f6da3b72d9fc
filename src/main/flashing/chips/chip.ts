/** Names of the chip families as ESP Web Tools manifests spell them. */
export const chipNames = [
  'ESP8266',
  'ESP32',
  'ESP32-S2',
  'ESP32-S3',
  'ESP32-C2',
  'ESP32-C3',
  'ESP32-C5',
  'ESP32-C6',
  'ESP32-C61',
  'ESP32-E22',
  'ESP32-H2',
  'ESP32-H21',
  'ESP32-H4',
  'ESP32-P4',
  'ESP32-S31',
] as const;
export type ChipName = (typeof chipNames)[number];

/** Some bits of a register; several fields together make one number, the first in the lowest bits. */
export interface BitField {
  readonly register: number;
  readonly shift: number;
  readonly bits: number;
}

/** A register and the bits of it that matter. */
export interface MaskedRegister {
  readonly register: number;
  readonly mask: number;
}

/** The SPI controller that the flash hangs on; offsets of its registers from `base`. */
export interface SpiController {
  readonly base: number;
  readonly user: number;
  readonly user1: number;
  readonly user2: number;
  /** Null: lengths are fields of `user1` (ESP8266). */
  readonly mosiLength: number | null;
  readonly misoLength: number | null;
  readonly data: number;
}

/** Timer that restarts the whole chip; the way out where the reset line does not get a chip out of its boot loader. */
export interface WatchdogTimer {
  readonly config0: number;
  readonly config1: number;
  readonly protect: number;
  readonly key: number;
}

/** Second watchdog that bites while a boot loader is used over the chip's own USB. */
export interface SuperWatchdog {
  readonly config: number;
  readonly autoFeed: number;
  readonly protect: number;
  readonly key: number;
}

export interface GpioController {
  readonly base: number;
  /** Offset of the output selection of pin 0 from `base`, and the value that means "plain output". */
  readonly functionSelect: number;
  readonly plainOutput: number;
  /** Register of the pad of a pin, and the number of its GPIO function. */
  readonly pad: (pin: number) => number | null;
  readonly padFunction: number;
  /** Pins that carry a LED on common boards, likeliest first. */
  readonly ledPins: readonly number[];
}

/** What must be known of a chip family to load it; numbers from esptool-js 0.7.0 and esptool 5.3.1. */
export interface Chip {
  readonly name: ChipName;
  /** In image headers and in the answer to GET_SECURITY_INFO; null where the family has none. */
  readonly imageChipId: number | null;
  /** Values of the register 0x40001000 in ROM; more than one where ROM versions differ. */
  readonly magicValues: readonly number[];
  /** True where the chip id is not told by GET_SECURITY_INFO and only the magic value tells the family. */
  readonly onlyMagic: boolean;
  /** Where the ROM looks for the second stage boot loader. */
  readonly bootLoaderOffset: number;
  readonly spi: SpiController;
  /** Low and high word of the factory MAC address. */
  readonly macWords: readonly [number, number];
  readonly majorRevision: readonly BitField[];
  readonly minorRevision: readonly BitField[];
  readonly packageVersion: readonly BitField[];
  readonly packageNames: Readonly<Record<number, string>>;
  /** MHz where fixed, else the UART divider that it is measured by. */
  readonly crystal: number | { readonly dividerRegister: number; readonly divide: number };
  readonly secureBoot: MaskedRegister | null;
  /** Odd number of bits set: the flash is encrypted. */
  readonly flashEncryption: MaskedRegister | null;
  readonly watchdog: WatchdogTimer | null;
  readonly superWatchdog: SuperWatchdog | null;
  /** Bit that forces download mode after a reset; must be cleared before one. */
  readonly forceDownload: MaskedRegister | null;
  /** Product id of its own USB (not the serial/JTAG unit), which takes blocks of 0x800 bytes at most. */
  readonly usbOtgProductId: number | null;
  readonly gpio: GpioController | null;
}
