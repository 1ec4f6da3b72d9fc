import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { ChipModel } from './chip-model.ts';

export interface ChipIdentity {
  readonly model: ChipModel;
  readonly mac: MacAddress;
  readonly secureBoot: boolean;
  readonly flashEncryption: boolean;
}

/** The one-time programmable bits as the loader reads them: register address to value. */
export function efuseRegisters(identity: ChipIdentity): Map<number, number> {
  return identity.model.name === 'esp32' ? esp32Words(identity) : newerWords(identity);
}

function octets(mac: MacAddress): readonly number[] {
  return mac.split(':').map((octet) => Number.parseInt(octet, 16));
}

function word(bytes: readonly number[]): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0) >>> 0;
}

/** BLOCK0 of the ESP32 (technical reference manual, chapter eFuse controller). */
function esp32Words({ model, mac, secureBoot, flashEncryption }: ChipIdentity): Map<number, number> {
  const address = octets(mac);
  const { efuseBase } = model.registers;
  const [major, minor] = [Math.floor(model.revision / 100), model.revision % 100];
  const revisionBits = [0, 1, 3, 7][major] ?? 0;
  const dualRated240 = 1 << 13;
  const words = [
    flashEncryption ? 1 << 20 : 0,
    word(address.slice(2)),
    word([crc8(address), ...address.slice(0, 2)]),
    ((revisionBits & 1) << 15) |
      dualRated240 |
      ((model.packageVersion & 7) << 9) |
      ((model.packageVersion >> 3) << 2),
    // ADC reference, and the 8 MHz oscillator by which the ROM works out its baud rates.
    (9 << 8) | oscillatorUnits,
    (((revisionBits >> 1) & 1) << 20) | ((minor & 3) << 24) | (flashEncryption ? 0xf << 28 : 0),
    secureBoot ? 1 << 5 : 0,
  ];
  const registers = new Map(words.map((value, index) => [efuseBase + 4 * index, value >>> 0]));
  registers.set(0x3ff6607c, ((revisionBits >> 2) << 31) >>> 0);
  // RTC_CALI_VALUE such that the ROM's own estimate of the crystal comes out right.
  const cycles = Math.round((model.crystalMhz * 1e6 * 40) / (15_625 * oscillatorUnits));
  registers.set(0x3ff5f06c, (cycles << 7) >>> 0);
  return registers;
}

const oscillatorUnits = 34;

/** BLOCK0 and BLOCK1 of the ESP32-S3 and ESP32-C3, which have the same fields at the same places. */
function newerWords({ model, mac, secureBoot, flashEncryption }: ChipIdentity): Map<number, number> {
  const address = octets(mac);
  const { efuseBase } = model.registers;
  const [major, minor] = [Math.floor(model.revision / 100), model.revision % 100];
  const block1 = efuseBase + 0x44;
  return new Map([
    [efuseBase + 0x30, 0],
    [efuseBase + 0x34, flashEncryption ? 1 << 18 : 0],
    [efuseBase + 0x38, secureBoot ? 1 << 20 : 0],
    [efuseBase + 0x3c, 0],
    [block1, word(address.slice(2))],
    [block1 + 4, word(address.slice(0, 2))],
    [block1 + 12, ((minor & 7) << 18) | (model.packageVersion << 21)],
    [block1 + 16, 0],
    [block1 + 20, ((minor >> 3) << 23) | (major << 24)],
  ]);
}

/** The factory's check byte over the MAC address: CRC-8/MAXIM. */
function crc8(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >> 1) ^ 0x8c : crc >> 1;
  }
  return crc;
}
