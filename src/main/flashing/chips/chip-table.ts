import type { Chip, ChipName } from './chip.ts';
import { riscvChips } from './riscv-chips.ts';
import { esp32, esp32s2, esp32s3, esp8266 } from './xtensa-chips.ts';

export const chips: readonly Chip[] = [esp8266, esp32, esp32s2, esp32s3, ...riscvChips];

const byName: ReadonlyMap<string, Chip> = new Map(chips.map((chip) => [chip.name, chip]));

export function chipNamed(name: ChipName): Chip {
  const chip = byName.get(name);
  if (chip === undefined) throw new Error(`no chip ${name} in the table`);
  return chip;
}

/** By the id that GET_SECURITY_INFO tells; the families that do not tell one are not found by it. */
export function chipByImageId(id: number): Chip | undefined {
  return chips.find((chip) => !chip.onlyMagic && chip.imageChipId === id);
}

/** By the word that its ROM holds at 0x40001000. */
export function chipByMagic(magic: number): Chip | undefined {
  return chips.find((chip) => chip.magicValues.includes(magic >>> 0));
}

const mebibyte = 1024 * 1024;

/** Bytes of a flash chip by the third byte of its JEDEC id (esptool-js, `DETECTED_FLASH_SIZES`); null if unknown. */
export function flashBytesById(sizeId: number): number | null {
  if (sizeId >= 0x12 && sizeId <= 0x1c) return 2 ** sizeId;
  if (sizeId >= 0x20 && sizeId <= 0x22) return 64 * mebibyte * 2 ** (sizeId - 0x20);
  if (sizeId >= 0x32 && sizeId <= 0x3a) return 2 ** (sizeId - 0x20);
  return null;
}
