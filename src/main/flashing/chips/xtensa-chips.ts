import type { Chip } from './chip.ts';
import { bits, gpioOf, macAt, rtcSuperWatchdog, spiOf, watchdogOf } from './chip-parts.ts';

const esp32Efuse = 0x3ff5a000;
const s2Block1 = 0x3f41a044;
const s3Block1 = 0x60007044;

/** Pads of the ESP32 do not follow the numbers of the pins. */
const esp32Pads: Readonly<Record<number, number>> = {
  2: 0x3ff49040,
  4: 0x3ff49048,
  5: 0x3ff4906c,
  16: 0x3ff4904c,
  18: 0x3ff49070,
  22: 0x3ff49080,
  25: 0x3ff49024,
};

export const esp8266: Chip = {
  name: 'ESP8266',
  imageChipId: null,
  magicValues: [0xfff0c101],
  onlyMagic: true,
  bootLoaderOffset: 0,
  spi: {
    base: 0x60000200,
    user: 0x1c,
    user1: 0x20,
    user2: 0x24,
    mosiLength: null,
    misoLength: null,
    data: 0x40,
  },
  macWords: [0x3ff00050, 0x3ff00054],
  majorRevision: [],
  minorRevision: [],
  packageVersion: [bits(0x3ff00058, 16, 1)],
  packageNames: { 0: 'ESP8266EX', 1: 'ESP8285' },
  crystal: { dividerRegister: 0x60000014, divide: 2 },
  secureBoot: null,
  flashEncryption: null,
  watchdog: null,
  superWatchdog: null,
  forceDownload: null,
  usbOtgProductId: null,
  gpio: null,
};

export const esp32: Chip = {
  name: 'ESP32',
  imageChipId: 0,
  magicValues: [0x00f01d83],
  onlyMagic: true,
  bootLoaderOffset: 0x1000,
  spi: {
    base: 0x3ff42000,
    user: 0x1c,
    user1: 0x20,
    user2: 0x24,
    mosiLength: 0x28,
    misoLength: 0x2c,
    data: 0x80,
  },
  macWords: [esp32Efuse + 4, esp32Efuse + 8],
  // The three bits are a unary code: 0, 1, 3, 7 stand for 0, 1, 2, 3 (see chip-facts.ts).
  majorRevision: [bits(esp32Efuse + 12, 15, 1), bits(esp32Efuse + 20, 20, 1), bits(0x3ff6607c, 31, 1)],
  minorRevision: [bits(esp32Efuse + 20, 24, 2)],
  packageVersion: [bits(esp32Efuse + 12, 9, 3), bits(esp32Efuse + 12, 2, 1)],
  packageNames: {
    0: 'ESP32-D0WDQ6',
    1: 'ESP32-D0WD',
    2: 'ESP32-D2WD',
    4: 'ESP32-U4WDH',
    5: 'ESP32-PICO-D4',
    6: 'ESP32-PICO-V3-02',
    7: 'ESP32-D0WDR2-V3',
  },
  crystal: { dividerRegister: 0x3ff40014, divide: 1 },
  secureBoot: { register: esp32Efuse + 24, mask: 0x30 },
  flashEncryption: { register: esp32Efuse, mask: 0x7f00000 },
  // Its watchdog reset keeps the strapping pins as they were: no way out of download mode.
  watchdog: null,
  superWatchdog: null,
  forceDownload: null,
  usbOtgProductId: null,
  gpio: {
    base: 0x3ff44000,
    functionSelect: 0x530,
    plainOutput: 0x100,
    pad: (pin) => esp32Pads[pin] ?? null,
    padFunction: 2,
    ledPins: [2, 5, 22],
  },
};

export const esp32s2: Chip = {
  name: 'ESP32-S2',
  imageChipId: 2,
  magicValues: [0x000007c6],
  onlyMagic: true,
  bootLoaderOffset: 0x1000,
  spi: spiOf(0x3f402000),
  macWords: macAt(s2Block1),
  majorRevision: [bits(s2Block1 + 12, 18, 2)],
  minorRevision: [bits(s2Block1 + 16, 4, 3), bits(s2Block1 + 12, 20, 1)],
  packageVersion: [bits(s2Block1 + 12, 21, 4)],
  packageNames: { 0: 'ESP32-S2', 1: 'ESP32-S2FH2', 2: 'ESP32-S2FH4' },
  crystal: 40,
  secureBoot: { register: 0x3f41a038, mask: 1 << 20 },
  flashEncryption: { register: 0x3f41a034, mask: 0x7 << 18 },
  watchdog: watchdogOf(0x3f408094, 0x3f4080ac),
  superWatchdog: null,
  forceDownload: { register: 0x3f408128, mask: 1 },
  usbOtgProductId: 0x0002,
  gpio: gpioOf(0x3f404000, 0x3f409000, 0x100, [15, 2]),
};

export const esp32s3: Chip = {
  name: 'ESP32-S3',
  imageChipId: 9,
  magicValues: [0x00000009],
  onlyMagic: false,
  bootLoaderOffset: 0,
  spi: spiOf(0x60002000),
  macWords: macAt(s3Block1),
  majorRevision: [bits(s3Block1 + 20, 24, 2)],
  minorRevision: [bits(s3Block1 + 12, 18, 3), bits(s3Block1 + 20, 23, 1)],
  packageVersion: [bits(s3Block1 + 12, 21, 3)],
  packageNames: { 0: 'ESP32-S3 (QFN56)', 1: 'ESP32-S3-PICO-1 (LGA56)' },
  crystal: 40,
  secureBoot: { register: 0x60007038, mask: 1 << 20 },
  flashEncryption: { register: 0x60007034, mask: 0x7 << 18 },
  watchdog: watchdogOf(0x60008098, 0x600080b0),
  superWatchdog: rtcSuperWatchdog(0x600080b4),
  forceDownload: { register: 0x6000812c, mask: 1 },
  usbOtgProductId: 0x0009,
  gpio: gpioOf(0x60004000, 0x60009000, 0x100, [2, 21]),
};
