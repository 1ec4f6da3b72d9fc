import type { Chip } from './chip.ts';
import {
  bits,
  gpioOf,
  lowPowerSuperWatchdog,
  macAt,
  rtcSuperWatchdog,
  spiOf,
  watchdogOf,
} from './chip-parts.ts';

const c2Block2 = 0x60008840;
const c3Block1 = 0x60008844;
const c5Block1 = 0x600b4844;
const c6Block1 = 0x600b0844;
const h21Block1 = 0x600b4044;
const h4Block1 = 0x600b1844;
const p4Block1 = 0x5012d044;
const s31Block1 = 0x20715050;

const shared = { onlyMagic: false, forceDownload: null, usbOtgProductId: null, gpio: null } as const;

const esp32c2: Chip = {
  ...shared,
  name: 'ESP32-C2',
  imageChipId: 12,
  magicValues: [0x0c21e06f, 0x6f51306f, 0x7c41a06f],
  bootLoaderOffset: 0,
  spi: spiOf(0x60002000),
  macWords: macAt(c2Block2),
  majorRevision: [bits(c2Block2 + 4, 20, 2)],
  minorRevision: [bits(c2Block2 + 4, 16, 4)],
  packageVersion: [bits(c2Block2 + 4, 22, 3)],
  packageNames: { 0: 'ESP32-C2', 1: 'ESP32-C2' },
  crystal: { dividerRegister: 0x60000014, divide: 1 },
  secureBoot: { register: 0x60008830, mask: 1 << 21 },
  flashEncryption: { register: 0x60008830, mask: 0x7 << 7 },
  watchdog: watchdogOf(0x60008084, 0x6000809c),
  superWatchdog: rtcSuperWatchdog(0x600080ac),
};

const esp32c3: Chip = {
  ...shared,
  name: 'ESP32-C3',
  imageChipId: 5,
  magicValues: [0x6921506f, 0x1b31506f, 0x4881606f, 0x4361606f],
  bootLoaderOffset: 0,
  spi: spiOf(0x60002000),
  macWords: macAt(c3Block1),
  majorRevision: [bits(c3Block1 + 20, 24, 2)],
  minorRevision: [bits(c3Block1 + 12, 18, 3), bits(c3Block1 + 20, 23, 1)],
  packageVersion: [bits(c3Block1 + 12, 21, 3)],
  packageNames: {
    0: 'ESP32-C3 (QFN32)',
    1: 'ESP8685 (QFN28)',
    2: 'ESP32-C3 AZ (QFN32)',
    3: 'ESP8686 (QFN24)',
  },
  crystal: 40,
  secureBoot: { register: 0x60008838, mask: 1 << 20 },
  flashEncryption: { register: 0x60008834, mask: 0x7 << 18 },
  watchdog: watchdogOf(0x60008090, 0x600080a8),
  superWatchdog: rtcSuperWatchdog(0x600080ac),
  gpio: gpioOf(0x60004000, 0x60009000, 0x80, [8]),
};

/** The C6 and its relatives. */
const likeC6 = (block1: number) =>
  ({
    ...shared,
    spi: spiOf(0x60003000),
    macWords: macAt(block1),
    crystal: 40,
    secureBoot: { register: block1 - 12, mask: 1 << 20 },
    flashEncryption: { register: block1 - 16, mask: 0x7 << 18 },
    watchdog: watchdogOf(0x600b1c00, 0x600b1c18),
    superWatchdog: lowPowerSuperWatchdog(0x600b1c1c),
  }) as const;

const esp32c6: Chip = {
  ...likeC6(c6Block1),
  name: 'ESP32-C6',
  imageChipId: 13,
  magicValues: [0x2ce0806f],
  bootLoaderOffset: 0,
  majorRevision: [bits(c6Block1 + 12, 22, 2)],
  minorRevision: [bits(c6Block1 + 12, 18, 4)],
  packageVersion: [bits(c6Block1 + 12, 24, 3)],
  packageNames: { 0: 'ESP32-C6 (QFN40)', 1: 'ESP32-C6FH4 (QFN32)' },
  gpio: gpioOf(0x60091000, 0x60090000, 0x80, [15, 8]),
};

const esp32c61: Chip = {
  ...likeC6(c5Block1),
  name: 'ESP32-C61',
  imageChipId: 20,
  magicValues: [0x33f0206f, 0x2421606f, 0x4f81606f],
  bootLoaderOffset: 0,
  majorRevision: [bits(c5Block1 + 8, 4, 2)],
  minorRevision: [bits(c5Block1 + 8, 0, 4)],
  packageVersion: [bits(c5Block1 + 8, 26, 3)],
  packageNames: { 0: 'ESP32-C61' },
  secureBoot: { register: 0x600b4834, mask: 1 << 26 },
  flashEncryption: { register: 0x600b4830, mask: 0x7 << 23 },
};

const esp32c5: Chip = {
  ...likeC6(c5Block1),
  name: 'ESP32-C5',
  imageChipId: 23,
  magicValues: [0x1101406f, 0x63e1406f, 0x5fd1406f, 0x30e1706f],
  bootLoaderOffset: 0x2000,
  majorRevision: [bits(c5Block1 + 8, 4, 2)],
  minorRevision: [bits(c5Block1 + 8, 0, 4)],
  packageVersion: [bits(c5Block1 + 8, 26, 3)],
  packageNames: { 0: 'ESP32-C5' },
  crystal: { dividerRegister: 0x60000014, divide: 1 },
  secureBoot: { register: 0x600b4838, mask: 1 << 25 },
  flashEncryption: { register: 0x600b4834, mask: 0x7 << 16 },
};

const esp32h2: Chip = {
  ...likeC6(c6Block1),
  name: 'ESP32-H2',
  imageChipId: 16,
  magicValues: [0xd7b73e80, 0x97e30068],
  bootLoaderOffset: 0,
  majorRevision: [bits(c6Block1 + 12, 21, 2)],
  minorRevision: [bits(c6Block1 + 12, 18, 3)],
  packageVersion: [bits(c6Block1 + 16, 0, 3)],
  packageNames: { 0: 'ESP32-H2' },
  crystal: 32,
  watchdog: watchdogOf(0x600b1c00, 0x600b1c1c),
  superWatchdog: lowPowerSuperWatchdog(0x600b1c20),
};

const esp32h21: Chip = {
  ...likeC6(h21Block1),
  name: 'ESP32-H21',
  imageChipId: 25,
  magicValues: [],
  bootLoaderOffset: 0,
  majorRevision: [bits(h21Block1 + 20, 8, 2)],
  minorRevision: [bits(h21Block1 + 20, 4, 4)],
  packageVersion: [bits(h21Block1 + 20, 11, 3)],
  packageNames: { 0: 'ESP32-H21' },
  crystal: 32,
  watchdog: watchdogOf(0x600b1c00, 0x600b1c1c),
  superWatchdog: lowPowerSuperWatchdog(0x600b1c20),
};

const esp32h4: Chip = {
  ...likeC6(h4Block1),
  name: 'ESP32-H4',
  imageChipId: 28,
  magicValues: [],
  bootLoaderOffset: 0x2000,
  spi: spiOf(0x60099000),
  majorRevision: [bits(h4Block1 + 12, 22, 2)],
  minorRevision: [bits(h4Block1 + 12, 18, 4)],
  packageVersion: [bits(h4Block1 + 16, 12, 3)],
  packageNames: { 0: 'ESP32-H4 (QFN40)' },
  crystal: 32,
  secureBoot: { register: 0x600b1838, mask: 1 << 5 },
  flashEncryption: { register: 0x600b1830, mask: 0x7 << 23 },
  watchdog: watchdogOf(0x60090048, 0x60090064),
  superWatchdog: lowPowerSuperWatchdog(0x600b541c),
};

const esp32p4: Chip = {
  ...likeC6(p4Block1),
  name: 'ESP32-P4',
  imageChipId: 18,
  magicValues: [0x0, 0x0addbad0, 0x07039ad9],
  bootLoaderOffset: 0x2000,
  spi: spiOf(0x5008d000),
  majorRevision: [bits(p4Block1 + 8, 4, 2), bits(p4Block1 + 8, 23, 1)],
  minorRevision: [bits(p4Block1 + 8, 0, 4)],
  packageVersion: [bits(p4Block1 + 8, 20, 3)],
  packageNames: { 0: 'ESP32-P4' },
  watchdog: watchdogOf(0x50116000, 0x50116018),
  superWatchdog: lowPowerSuperWatchdog(0x5011601c),
  forceDownload: { register: 0x50110008, mask: 4 },
  usbOtgProductId: 0x0012,
};

const esp32s31: Chip = {
  ...likeC6(s31Block1),
  name: 'ESP32-S31',
  imageChipId: 32,
  magicValues: [],
  bootLoaderOffset: 0x2000,
  spi: spiOf(0x20501000),
  majorRevision: [bits(s31Block1 + 12, 22, 2)],
  minorRevision: [bits(s31Block1 + 12, 18, 4)],
  packageVersion: [bits(s31Block1 + 16, 6, 2)],
  packageNames: { 0: 'ESP32-S31' },
  secureBoot: { register: 0x2071503c, mask: 1 << 2 },
  flashEncryption: { register: 0x20715034, mask: 0x7 << 21 },
  watchdog: watchdogOf(0x20801000, 0x20801018),
  superWatchdog: null,
  usbOtgProductId: 0x0020,
};

const esp32e22: Chip = {
  ...likeC6(0xc4008044),
  name: 'ESP32-E22',
  imageChipId: 31,
  magicValues: [],
  bootLoaderOffset: 0,
  spi: spiOf(0xc3003000),
  majorRevision: [],
  minorRevision: [],
  packageVersion: [],
  packageNames: { 0: 'ESP32-E22' },
  watchdog: null,
  superWatchdog: null,
  usbOtgProductId: 0x001f,
};

export const riscvChips: readonly Chip[] = [
  esp32c2,
  esp32c3,
  esp32c5,
  esp32c6,
  esp32c61,
  esp32e22,
  esp32h2,
  esp32h21,
  esp32h4,
  esp32p4,
  esp32s31,
];
