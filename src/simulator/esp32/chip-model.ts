/** What differs between the chips that the virtual board can be. */
export interface ChipModel {
  readonly name: 'esp32' | 'esp32s3' | 'esp32c3';
  /** As image headers and GET_SECURITY_INFO number chips (ESP-IDF `esp_app_format.h`). */
  readonly chipId: number;
  /** The word at 0x40001000, by which loaders tell chips apart that cannot answer GET_SECURITY_INFO. */
  readonly magic: number;
  /** Major × 100 + minor. */
  readonly revision: number;
  readonly packageVersion: number;
  readonly crystalMhz: number;
  readonly bootloaderOffset: number;
  readonly hasSecurityInfo: boolean;
  /** The USB-Serial/JTAG peripheral inside the chip. */
  readonly hasUsbJtag: boolean;
  readonly registers: ChipRegisters;
  readonly words: BootWords;
}

/** Addresses: technical reference manuals; the same ones as esptool's `targets/*.py`. */
export interface ChipRegisters {
  readonly efuseBase: number;
  readonly uartClockDivider: number;
  readonly spiBase: number;
  readonly spi: {
    readonly user: number;
    readonly user1: number;
    readonly user2: number;
    readonly mosiLength: number;
    readonly misoLength: number;
    readonly data: number;
  };
  readonly gpioBase: number;
  /** ROM variable that names the console in use, and its value for USB-Serial/JTAG. */
  readonly console?: { readonly address: number; readonly usbJtag: number };
  readonly watchdog?: { readonly config0: number; readonly protect: number; readonly key: number };
}

/** The ROM's own words on the serial line. */
export interface BootWords {
  readonly banner: readonly string[];
  readonly reset: Readonly<Record<ResetCause, string>>;
  readonly bootFlash: string;
  readonly bootDownload: string;
  readonly beforeLoad: readonly string[];
}

export type ResetCause = 'power-on' | 'software' | 'watchdog' | 'brown-out' | 'usb';

const s3c3Spi = {
  user: 0x18,
  user1: 0x1c,
  user2: 0x20,
  mosiLength: 0x24,
  misoLength: 0x28,
  data: 0x58,
} as const;

const esp32: ChipModel = {
  name: 'esp32',
  chipId: 0,
  magic: 0x00f01d83,
  revision: 301,
  packageVersion: 1,
  crystalMhz: 40,
  bootloaderOffset: 0x1000,
  hasSecurityInfo: false,
  hasUsbJtag: false,
  registers: {
    efuseBase: 0x3ff5a000,
    uartClockDivider: 0x3ff40014,
    spiBase: 0x3ff42000,
    spi: { user: 0x1c, user1: 0x20, user2: 0x24, mosiLength: 0x28, misoLength: 0x2c, data: 0x80 },
    gpioBase: 0x3ff44000,
  },
  words: {
    banner: ['ets Jul 29 2019 12:21:46', ''],
    reset: {
      'power-on': 'rst:0x1 (POWERON_RESET)',
      software: 'rst:0xc (SW_CPU_RESET)',
      watchdog: 'rst:0x10 (RTCWDT_RTC_RESET)',
      'brown-out': 'rst:0xf (RTCWDT_BROWN_OUT_RESET)',
      usb: 'rst:0x1 (POWERON_RESET)',
    },
    bootFlash: 'boot:0x13 (SPI_FAST_FLASH_BOOT)',
    bootDownload: 'boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))',
    beforeLoad: [
      'configsip: 0, SPIWP:0xee',
      'clk_drv:0x00,q_drv:0x00,d_drv:0x00,cs0_drv:0x00,hd_drv:0x00,wp_drv:0x00',
      'mode:DIO, clock div:2',
    ],
  },
};

const newerResets = {
  'power-on': 'rst:0x1 (POWERON)',
  software: 'rst:0xc (RTC_SW_CPU_RST)',
  watchdog: 'rst:0x10 (RTCWDT_RTC_RST)',
  'brown-out': 'rst:0xf (BROWN_OUT_RST)',
  usb: 'rst:0x15 (USB_UART_CHIP_RESET)',
} as const;

const esp32s3: ChipModel = {
  name: 'esp32s3',
  chipId: 9,
  magic: 0x9,
  revision: 2,
  packageVersion: 0,
  crystalMhz: 40,
  bootloaderOffset: 0,
  hasSecurityInfo: true,
  hasUsbJtag: true,
  registers: {
    efuseBase: 0x60007000,
    uartClockDivider: 0x60000014,
    spiBase: 0x60002000,
    spi: s3c3Spi,
    gpioBase: 0x60004000,
    console: { address: 0x3fcef14c, usbJtag: 4 },
    watchdog: { config0: 0x60008098, protect: 0x600080b0, key: 0x50d83aa1 },
  },
  words: {
    banner: ['ESP-ROM:esp32s3-20210327', 'Build:Mar 27 2021'],
    reset: newerResets,
    bootFlash: 'boot:0x8 (SPI_FAST_FLASH_BOOT)',
    bootDownload: 'boot:0x0 (DOWNLOAD(USB/UART0))',
    beforeLoad: ['SPIWP:0xee', 'mode:DIO, clock div:1'],
  },
};

const esp32c3: ChipModel = {
  name: 'esp32c3',
  chipId: 5,
  magic: 0x1b31506f,
  revision: 4,
  packageVersion: 0,
  crystalMhz: 40,
  bootloaderOffset: 0,
  hasSecurityInfo: true,
  hasUsbJtag: true,
  registers: {
    efuseBase: 0x60008800,
    uartClockDivider: 0x60000014,
    spiBase: 0x60002000,
    spi: s3c3Spi,
    gpioBase: 0x60004000,
    console: { address: 0x3fcdf07c, usbJtag: 3 },
    watchdog: { config0: 0x60008090, protect: 0x600080a8, key: 0x50d83aa1 },
  },
  words: {
    banner: ['ESP-ROM:esp32c3-api1-20210207', 'Build:Feb  7 2021'],
    reset: newerResets,
    bootFlash: 'boot:0xc (SPI_FAST_FLASH_BOOT)',
    bootDownload: 'boot:0x4 (DOWNLOAD(USB/UART0/1))',
    beforeLoad: ['SPIWP:0xee', 'mode:DIO, clock div:1'],
  },
};

export const chipModels = { esp32, esp32s3, esp32c3 } as const;
export type ChipName = keyof typeof chipModels;
