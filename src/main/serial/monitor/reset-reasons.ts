export type ResetReason =
  | 'power-on'
  | 'software'
  | 'deep-sleep'
  | 'watchdog'
  | 'brown-out'
  | 'external'
  | 'usb'
  | 'glitch'
  | 'unknown';

/**
 * `rst:0x..` of the boot ROM. The same numbers mean the same on ESP32, S3 and C3 as far as a chip has them; the
 * source is `RESET_REASON` in ESP-IDF, components/esp_rom/include/<chip>/rom/rtc.h.
 */
const byCode: Readonly<Record<number, ResetReason>> = {
  1: 'power-on',
  3: 'software',
  4: 'watchdog',
  5: 'deep-sleep',
  6: 'external',
  7: 'watchdog',
  8: 'watchdog',
  9: 'watchdog',
  10: 'glitch',
  11: 'watchdog',
  12: 'software',
  13: 'watchdog',
  14: 'external',
  15: 'brown-out',
  16: 'watchdog',
  17: 'watchdog',
  18: 'watchdog',
  19: 'glitch',
  20: 'glitch',
  21: 'usb',
  22: 'usb',
  23: 'glitch',
};

export function resetReason(code: number): ResetReason {
  return byCode[code] ?? 'unknown';
}

export type BootMode = 'flash' | 'download' | 'other';

/** The words behind `boot:0x..`: `SPI_FAST_FLASH_BOOT`, `DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2)`, ... */
export function bootMode(name: string): BootMode {
  if (/DOWNLOAD|UART_BOOT|WAITING/i.test(name)) return 'download';
  return /FLASH_BOOT/i.test(name) ? 'flash' : 'other';
}
