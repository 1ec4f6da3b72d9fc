import type { BitField, Chip, MaskedRegister } from './chip.ts';

export type ReadRegister = (address: number) => Promise<number>;

export interface ChipFacts {
  /** `AA:BB:CC:DD:EE:FF` */
  readonly mac: string;
  /** Of the package, with the suffix of its revision where it has one: `ESP32-D0WD-V3`. */
  readonly description: string;
  /** `major.minor` */
  readonly revision: string;
  readonly major: number;
  readonly minor: number;
  readonly secureBoot: boolean | null;
  readonly flashEncryption: boolean | null;
}

/** Reads eFuses through the boot loader; nothing is written. */
export async function readChipFacts(chip: Chip, readRegister: ReadRegister): Promise<ChipFacts> {
  // Several facts share a register, and each read is a round trip.
  const known = new Map<number, Promise<number>>();
  const read: ReadRegister = (address) => {
    const value = known.get(address) ?? readRegister(address);
    known.set(address, value);
    return value;
  };
  const [major, minor] = [await revisionMajor(chip, read), await number(chip.minorRevision, read)];
  return {
    mac: await readMac(chip, read),
    description: await describe(chip, read, major),
    revision: `${major}.${minor}`,
    major,
    minor,
    secureBoot: chip.secureBoot === null ? null : await isSecureBoot(chip, chip.secureBoot, read, major),
    flashEncryption: chip.flashEncryption === null ? null : await isOdd(chip.flashEncryption, read),
  };
}

async function number(fields: readonly BitField[], read: ReadRegister): Promise<number> {
  let value = 0;
  let at = 0;
  for (const field of fields) {
    value |= (((await read(field.register)) >>> field.shift) % 2 ** field.bits) << at;
    at += field.bits;
  }
  return value;
}

async function revisionMajor(chip: Chip, read: ReadRegister): Promise<number> {
  const value = await number(chip.majorRevision, read);
  if (chip.name !== 'ESP32') return value;
  return { 0: 0, 1: 1, 3: 2, 7: 3 }[value] ?? 0;
}

async function readMac(chip: Chip, read: ReadRegister): Promise<string> {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE((await read(chip.macWords[1])) >>> 0, 0);
  bytes.writeUInt32BE((await read(chip.macWords[0])) >>> 0, 4);
  if (chip.name === 'ESP8266') return await readEsp8266Mac(bytes, read);
  return spell(bytes.subarray(2));
}

/** Its maker's part is in a third word, or in two bits of the second (esptool-js, `targets/esp8266.js`). */
async function readEsp8266Mac(words: Buffer, read: ReadRegister): Promise<string> {
  const maker = (await read(0x3ff0005c)) >>> 0;
  const mac = Buffer.from([0, 0, 0, words[2] ?? 0, words[3] ?? 0, words[4] ?? 0]);
  if (maker !== 0) mac.writeUIntBE(maker & 0xffffff, 0, 3);
  else mac.writeUIntBE(words[1] === 1 ? 0xacd074 : 0x18fe34, 0, 3);
  return spell(mac);
}

function spell(bytes: Buffer): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
}

async function describe(chip: Chip, read: ReadRegister, major: number): Promise<string> {
  const version = await number(chip.packageVersion, read);
  const name = chip.packageNames[version] ?? chip.name;
  if (chip.name !== 'ESP32' || major !== 3) return name;
  if (version === 5) return 'ESP32-PICO-V3';
  return version <= 1 ? `${name}-V3` : name;
}

/**
 * MHz; null where the frequency that was measured is none that exists. The ROM found the baud rate by counting
 * clocks of the crystal, so it must be asked before the stub sets the rate anew.
 *
 * @param baudRate of the line when the ROM measured it
 */
export async function readCrystal(chip: Chip, read: ReadRegister, baudRate: number): Promise<number | null> {
  if (typeof chip.crystal === 'number') return chip.crystal;
  const divider = (await read(chip.crystal.dividerRegister)) & 0xfffff;
  const measured = (baudRate * divider) / 1_000_000 / chip.crystal.divide;
  const known = [26, 40, 48].find((mhz) => Math.abs(mhz - measured) <= 2);
  return known ?? null;
}

async function isSecureBoot(
  chip: Chip,
  at: MaskedRegister,
  read: ReadRegister,
  major: number,
): Promise<boolean> {
  const set = (await read(at.register)) & at.mask;
  // Bit 5 of the ESP32 is version 2 of secure boot, which exists from revision 3 on.
  if (chip.name === 'ESP32' && major < 3) return (set & 0x10) !== 0;
  return set !== 0;
}

async function isOdd(at: MaskedRegister, read: ReadRegister): Promise<boolean> {
  let set = ((await read(at.register)) & at.mask) >>> 0;
  let count = 0;
  for (; set !== 0; set >>>= 1) count += set & 1;
  return count % 2 === 1;
}
