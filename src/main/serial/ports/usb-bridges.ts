/** What a USB vendor and product id say about the thing on the port. */
export interface UsbName {
  readonly maker: string;
  readonly chip: string;
  /** Found on boards with an ESP32, as opposed to a mouse, a modem or a GPS receiver. */
  readonly likelyBoard: boolean;
  /** The microcontroller is the USB device itself: it re-enumerates when it is reset. */
  readonly nativeUsb: boolean;
}

type Row = readonly [
  vendorId: number,
  productId: number | null,
  maker: string,
  chip: string,
  native?: 'native' | 'bridge',
  board?: 'no board',
];

/**
 * By vendor and product id; `null` stands for any other product of that vendor. Sources: the USB ID Repository
 * (usb.ids of Debian's `usb.ids` package), the id tables of the Linux drivers cp210x, ch341, ftdi_sio and pl2303,
 * WCH's CH343SER driver for the CH910x family, and github.com/espressif/usb-pids for 303A.
 */
const rows: readonly Row[] = [
  [0x303a, 0x0002, 'Espressif', 'ESP32-S2 ROM USB', 'native'],
  [0x303a, 0x0003, 'Espressif', 'ESP32-S3 ROM USB', 'native'],
  [0x303a, 0x0009, 'Espressif', 'ESP32-S3 USB', 'native'],
  [0x303a, 0x1001, 'Espressif', 'ESP32 USB-Serial/JTAG', 'native'],
  [0x303a, 0x1002, 'Espressif', 'ESP-USB-Bridge'],
  [0x303a, 0x4001, 'Espressif', 'ESP32 USB CDC', 'native'],
  [0x303a, null, 'Espressif', 'ESP32 USB', 'native'],
  [0x10c4, 0xea60, 'Silicon Labs', 'CP210x'],
  [0x10c4, 0xea63, 'Silicon Labs', 'CP210x'],
  [0x10c4, 0xea70, 'Silicon Labs', 'CP2105'],
  [0x10c4, 0xea71, 'Silicon Labs', 'CP2108'],
  [0x10c4, null, 'Silicon Labs', 'CP210x'],
  [0x1a86, 0x5523, 'WCH', 'CH341'],
  [0x1a86, 0x7522, 'WCH', 'CH340K'],
  [0x1a86, 0x7523, 'WCH', 'CH340'],
  [0x1a86, 0x55d2, 'WCH', 'CH9102'],
  [0x1a86, 0x55d3, 'WCH', 'CH343'],
  [0x1a86, 0x55d4, 'WCH', 'CH9102'],
  [0x1a86, 0x55d5, 'WCH', 'CH344'],
  [0x1a86, 0x55d7, 'WCH', 'CH342'],
  [0x1a86, 0x55d8, 'WCH', 'CH9101'],
  [0x1a86, 0x55da, 'WCH', 'CH9102'],
  [0x1a86, null, 'WCH', 'CH34x'],
  [0x0403, 0x6001, 'FTDI', 'FT232R'],
  [0x0403, 0x6010, 'FTDI', 'FT2232'],
  [0x0403, 0x6011, 'FTDI', 'FT4232'],
  [0x0403, 0x6014, 'FTDI', 'FT232H'],
  [0x0403, 0x6015, 'FTDI', 'FT-X'],
  [0x0403, null, 'FTDI', 'FTDI'],
  [0x067b, 0x2303, 'Prolific', 'PL2303'],
  [0x067b, 0x23a3, 'Prolific', 'PL2303GC'],
  [0x067b, 0x23c3, 'Prolific', 'PL2303GT'],
  [0x067b, null, 'Prolific', 'PL2303'],
  [0x0483, 0x374b, 'STMicroelectronics', 'ST-Link', 'bridge', 'no board'],
  [0x2341, 0x0070, 'Arduino', 'Nano ESP32', 'native'],
  [0x2341, null, 'Arduino', 'Arduino', 'native', 'no board'],
  [0x2a03, null, 'Arduino', 'Arduino', 'native', 'no board'],
  [0x239a, null, 'Adafruit', 'Adafruit', 'native'],
  [0x1b4f, null, 'SparkFun', 'SparkFun', 'native'],
  [0x2886, null, 'Seeed Studio', 'Seeed Studio', 'native'],
  [0x2e8a, null, 'Raspberry Pi', 'RP2040', 'native', 'no board'],
  [0x16c0, 0x0483, 'PJRC', 'Teensy', 'native', 'no board'],
];

/** `null` for a device that the table does not know. */
export function usbName(vendorId: number, productId: number): UsbName | null {
  const row =
    rows.find(([vendor, product]) => vendor === vendorId && product === productId) ??
    rows.find(([vendor, product]) => vendor === vendorId && product === null);
  if (row === undefined) return null;
  const [, , maker, chip, native, board] = row;
  return { maker, chip, likelyBoard: board === undefined, nativeUsb: native === 'native' };
}
