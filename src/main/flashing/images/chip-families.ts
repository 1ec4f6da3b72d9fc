import { chipNamed } from '../chips/chip-table.ts';
import type { ChipName } from '../chips/chip.ts';

/** Those that a manifest of ESP Web Tools may name and that have an id in the header of their images. */
const names = [
  'ESP32',
  'ESP32-S2',
  'ESP32-C3',
  'ESP32-S3',
  'ESP32-C2',
  'ESP32-C6',
  'ESP32-H2',
  'ESP32-P4',
  'ESP32-C61',
  'ESP32-C5',
] as const satisfies readonly ChipName[];

/** A chip by the name that ESP Web Tools manifests use, with what its images tell. */
export interface ChipFamily {
  readonly name: string;
  /** In the header of every image. */
  readonly imageId: number;
  /** Where the ROM looks for the boot loader, bytes from the beginning of the flash. */
  readonly bootLoaderOffset: number;
}

export const chipFamilies: readonly ChipFamily[] = names.map((name) => {
  const { imageChipId, bootLoaderOffset } = chipNamed(name);
  if (imageChipId === null) throw new Error(`${name} has no id`);
  return { name, imageId: imageChipId, bootLoaderOffset };
});

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
