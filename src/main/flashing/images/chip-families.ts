/**
 * Chips by the names that ESP Web Tools manifests use. Ids: ESP-IDF `esp_app_format.h`; place of the boot loader:
 * esptool's targets, `BOOTLOADER_FLASH_OFFSET`.
 */
export interface ChipFamily {
  readonly name: string;
  /** In the header of every image. */
  readonly imageId: number;
  /** Where the ROM looks for the boot loader, bytes from the beginning of the flash. */
  readonly bootLoaderOffset: number;
}

export const chipFamilies: readonly ChipFamily[] = [
  { name: 'ESP32', imageId: 0, bootLoaderOffset: 0x1000 },
  { name: 'ESP32-S2', imageId: 2, bootLoaderOffset: 0x1000 },
  { name: 'ESP32-C3', imageId: 5, bootLoaderOffset: 0 },
  { name: 'ESP32-S3', imageId: 9, bootLoaderOffset: 0 },
  { name: 'ESP32-C2', imageId: 12, bootLoaderOffset: 0 },
  { name: 'ESP32-C6', imageId: 13, bootLoaderOffset: 0 },
  { name: 'ESP32-H2', imageId: 16, bootLoaderOffset: 0 },
  { name: 'ESP32-P4', imageId: 18, bootLoaderOffset: 0x2000 },
  { name: 'ESP32-C61', imageId: 20, bootLoaderOffset: 0 },
  { name: 'ESP32-C5', imageId: 23, bootLoaderOffset: 0x2000 },
];

/** By name, however it is spelled: `ESP32-S3`, `esp32s3`, `ESP32 S3`. */
export function chipFamily(name: string): ChipFamily | undefined {
  const plain = (text: string): string => text.replace(/[-_ ]/g, '').toUpperCase();
  return chipFamilies.find((family) => plain(family.name) === plain(name));
}

export function chipFamilyOfImage(imageId: number): ChipFamily | undefined {
  return chipFamilies.find((family) => family.imageId === imageId);
}

/** Revisions are counted as major times 100 plus minor; this is how people write them: `3.1`. */
export function revisionText(revision: number): string {
  return `${Math.floor(revision / 100)}.${revision % 100}`;
}
