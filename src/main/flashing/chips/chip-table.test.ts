import { describe, expect, it } from 'vitest';
import { ROM_LIST } from 'esptool-js/lib/targets/index.js';
import { ESPLoader } from 'esptool-js';
import { readChipFacts } from './chip-facts.ts';
import { chips, flashBytesById } from './chip-table.ts';

/** A register file with a value of its own at every address, so that a wrong address or shift shows. */
const registerAt = (address: number): number => {
  let hash = (address ^ 0x9e3779b9) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
};
const reader = { readReg: (address: number) => Promise.resolve(registerAt(address) | 0) };

interface Target {
  CHIP_NAME: string;
  IMAGE_CHIP_ID?: number;
  BOOTLOADER_FLASH_OFFSET: number;
  SPI_REG_BASE: number;
  SPI_USR_OFFS: number;
  SPI_USR1_OFFS: number;
  SPI_USR2_OFFS: number;
  SPI_W0_OFFS: number;
  SPI_MOSI_DLEN_OFFS: number;
  SPI_MISO_DLEN_OFFS: number;
  readMac(loader: unknown): Promise<string>;
  getMajorChipVersion?(loader: unknown): Promise<number>;
  getMinorChipVersion?(loader: unknown): Promise<number>;
}
const all = ROM_LIST as unknown as readonly Target[];

describe('chip table', () => {
  it('knows every chip that esptool-js knows', () => {
    expect(all.length).toBeGreaterThanOrEqual(15);
    expect(all.map((target) => target.CHIP_NAME).sort()).toEqual(chips.map((chip) => chip.name).sort());
  });

  it.each(all.map((target) => [target.CHIP_NAME, target] as const))(
    '%s has the registers that esptool-js has',
    async (name, target) => {
      const chip = chips.find((candidate) => candidate.name === name);
      if (chip === undefined) throw new Error(`${name} is missing`);
      expect(chip.imageChipId).toBe(target.IMAGE_CHIP_ID ?? null);
      expect(chip.bootLoaderOffset).toBe(target.BOOTLOADER_FLASH_OFFSET);
      expect(chip.spi).toMatchObject({
        base: target.SPI_REG_BASE,
        user: target.SPI_USR_OFFS,
        user1: target.SPI_USR1_OFFS,
        user2: target.SPI_USR2_OFFS,
        data: target.SPI_W0_OFFS,
      });
      if (name !== 'ESP8266') {
        expect(chip.spi.mosiLength).toBe(target.SPI_MOSI_DLEN_OFFS);
        expect(chip.spi.misoLength).toBe(target.SPI_MISO_DLEN_OFFS);
        const facts = await readChipFacts(chip, (address) => Promise.resolve(registerAt(address)));
        expect(facts.mac.toLowerCase()).toBe(await target.readMac({ ...reader, debug: () => undefined }));
        // Its S3 takes revision 0.0 for a certain block version; its C2, C6 and E22 read other fields than esptool.
        if (!['ESP32', 'ESP32-S3', 'ESP32-C2', 'ESP32-C6', 'ESP32-C61', 'ESP32-E22'].includes(name)) {
          expect(facts.revision).toBe(
            `${await target.getMajorChipVersion?.(reader)}.${await target.getMinorChipVersion?.(reader)}`,
          );
        }
      }
    },
  );

  it('tells flash sizes as esptool-js does', () => {
    const loader = new ESPLoader({
      transport: { tracing: false, getInfo: () => '' } as never,
      baudrate: 115_200,
      terminal: { clean: () => undefined, write: () => undefined, writeLine: () => undefined },
    }) as unknown as { DETECTED_FLASH_SIZES: Record<number, string> };
    const units = { KB: 1024, MB: 1024 * 1024 } as const;
    const entries = Object.entries(loader.DETECTED_FLASH_SIZES);
    expect(entries.length).toBeGreaterThan(20);
    for (const [id, words] of entries) {
      const unit = words.endsWith('KB') ? units.KB : units.MB;
      expect([id, flashBytesById(Number(id))]).toEqual([id, Number.parseInt(words, 10) * unit]);
    }
    expect(flashBytesById(0xff)).toBeNull();
    expect(flashBytesById(0)).toBeNull();
  });
});
