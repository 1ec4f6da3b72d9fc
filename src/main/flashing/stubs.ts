import type { Chip, ChipName } from './chips/chip.ts';

/** As the package stores it; text and data are base64. */
interface StubFile {
  readonly entry: number;
  readonly text: string;
  readonly text_start: number;
  readonly data?: string;
  readonly data_start?: number;
}

/** Espressif's flasher stub for one chip: two pieces of memory and where it begins. */
export interface Stub {
  readonly entry: number;
  readonly pieces: readonly { readonly address: number; readonly bytes: Buffer }[];
}

/** One import per file, so that a bundler sees and takes them all. */
const files: Readonly<
  Partial<Record<ChipName | 'ESP32-P4-before-3.0', () => Promise<{ default: StubFile }>>>
> = {
  ESP8266: () => import('esptool-js/lib/targets/stub_flasher/esp8266.json', { with: { type: 'json' } }),
  ESP32: () => import('esptool-js/lib/targets/stub_flasher/esp32.json', { with: { type: 'json' } }),
  'ESP32-S2': () => import('esptool-js/lib/targets/stub_flasher/esp32s2.json', { with: { type: 'json' } }),
  'ESP32-S3': () => import('esptool-js/lib/targets/stub_flasher/esp32s3.json', { with: { type: 'json' } }),
  'ESP32-C2': () => import('esptool-js/lib/targets/stub_flasher/esp32c2.json', { with: { type: 'json' } }),
  'ESP32-C3': () => import('esptool-js/lib/targets/stub_flasher/esp32c3.json', { with: { type: 'json' } }),
  'ESP32-C5': () => import('esptool-js/lib/targets/stub_flasher/esp32c5.json', { with: { type: 'json' } }),
  'ESP32-C6': () => import('esptool-js/lib/targets/stub_flasher/esp32c6.json', { with: { type: 'json' } }),
  'ESP32-C61': () => import('esptool-js/lib/targets/stub_flasher/esp32c61.json', { with: { type: 'json' } }),
  'ESP32-H2': () => import('esptool-js/lib/targets/stub_flasher/esp32h2.json', { with: { type: 'json' } }),
  'ESP32-H4': () => import('esptool-js/lib/targets/stub_flasher/esp32h4.json', { with: { type: 'json' } }),
  'ESP32-P4': () => import('esptool-js/lib/targets/stub_flasher/esp32p4.json', { with: { type: 'json' } }),
  'ESP32-P4-before-3.0': () =>
    import('esptool-js/lib/targets/stub_flasher/esp32p4-rev1.json', { with: { type: 'json' } }),
  'ESP32-S31': () => import('esptool-js/lib/targets/stub_flasher/esp32s31.json', { with: { type: 'json' } }),
};

/**
 * The stub for a chip, from esptool-js; null where none is published (ESP32-H21, ESP32-E22).
 *
 * @param majorRevision decides between the two that exist for the ESP32-P4
 */
export async function loadStub(chip: Chip, majorRevision: number): Promise<Stub | null> {
  const load = files[chip.name === 'ESP32-P4' && majorRevision < 3 ? 'ESP32-P4-before-3.0' : chip.name];
  if (load === undefined) return null;
  const { default: file } = await load();
  const pieces = [{ address: file.text_start, bytes: Buffer.from(file.text, 'base64') }];
  if (file.data !== undefined && file.data_start !== undefined) {
    pieces.push({ address: file.data_start, bytes: Buffer.from(file.data, 'base64') });
  }
  return { entry: file.entry, pieces };
}
