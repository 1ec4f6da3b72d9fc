import { createHash } from 'node:crypto';
import { chipModels, type ChipName } from './chip-model.ts';

export interface FirmwarePart {
  readonly name: string;
  readonly offset: number;
  readonly data: Buffer;
}

export interface SampleFirmwareOptions {
  readonly chip: ChipName;
  /** Names beginning with `datayoti` make the board behave as the sensor. */
  readonly project?: string;
  readonly version?: string;
  /** Bytes of the application image, about. */
  readonly appSize?: number;
}

interface Segment {
  readonly address: number;
  readonly data: Buffer;
}

/** Where code and constants of each chip are mapped (technical reference manuals, address mapping). */
const memory = {
  esp32: { constants: 0x3f400020, code: 0x400d0020, fast: 0x40080000, loader: 0x40078000 },
  esp32s3: { constants: 0x3c000020, code: 0x42000020, fast: 0x40374000, loader: 0x403c9700 },
  esp32c3: { constants: 0x3c000020, code: 0x42000020, fast: 0x40380000, loader: 0x403cc710 },
} as const;

/** The partitions of the sample: NVS, OTA data, two slots. */
export const samplePartitions = [
  { label: 'nvs', type: 1, subtype: 2, offset: 0x9000, size: 0x6000 },
  { label: 'otadata', type: 1, subtype: 0, offset: 0xf000, size: 0x2000 },
  { label: 'phy_init', type: 1, subtype: 1, offset: 0x1_1000, size: 0x1000 },
  { label: 'ota_0', type: 0, subtype: 0x10, offset: 0x2_0000, size: 0x18_0000 },
  { label: 'ota_1', type: 0, subtype: 0x11, offset: 0x1a_0000, size: 0x18_0000 },
] as const;

const defaultAppSize = 0x4_0000;
const loaderSize = 0x6000;

/**
 * Images in Espressif's format that no chip could run but every tool takes for real: boot loader, partition
 * table and application, with check sums and descriptor. For demonstrations and tests of the virtual board.
 */
export function sampleFirmware(options: SampleFirmwareOptions): readonly FirmwarePart[] {
  const { chip } = options;
  const model = chipModels[chip];
  const places = memory[chip];
  const app = appImage(options);
  const loader = espImage(chip, places.loader, [
    { address: places.loader, data: machineCode(loaderSize, 1) },
    { address: places.fast, data: machineCode(0x800, 2) },
  ]);
  return [
    { name: 'bootloader.bin', offset: model.bootloaderOffset, data: loader },
    { name: 'partition-table.bin', offset: 0x8000, data: partitionTable() },
    { name: 'firmware.bin', offset: samplePartitions[3].offset, data: app },
  ];
}

function appImage({ chip, project, version, appSize = defaultAppSize }: SampleFirmwareOptions): Buffer {
  const places = memory[chip];
  const descriptor = appDescriptor(project ?? 'datayoti-sensor', version ?? '1.0.0');
  const constants = Math.floor(appSize / 4);
  return espImage(chip, places.fast, [
    { address: places.constants, data: Buffer.concat([descriptor, machineCode(constants, 3)]) },
    { address: places.fast, data: machineCode(0x1000, 4) },
    { address: places.code, data: machineCode(Math.max(0x1000, appSize - constants - 0x1000), 5) },
  ]);
}

/** ESP-IDF `esp_app_desc_t`. */
function appDescriptor(project: string, version: string): Buffer {
  const descriptor = Buffer.alloc(256);
  descriptor.writeUInt32LE(0xabcd5432, 0);
  descriptor.write(version, 16, 31, 'utf8');
  descriptor.write(project, 48, 31, 'utf8');
  descriptor.write('12:00:00', 80, 'latin1');
  descriptor.write('Nov  3 2025', 96, 'latin1');
  descriptor.write('v5.3.1', 112, 'latin1');
  createHash('sha256').update(`${project} ${version}`).digest().copy(descriptor, 144);
  descriptor.writeUInt16LE(0xffff, 178);
  return descriptor;
}

function espImage(chip: ChipName, entry: number, segments: readonly Segment[]): Buffer {
  const header = Buffer.alloc(24);
  header.set([0xe9, segments.length, 2, 0x20]);
  header.writeUInt32LE(entry, 4);
  header[8] = 0xee;
  header.writeUInt16LE(chipModels[chip].chipId, 12);
  header.writeUInt16LE(0xffff, 17);
  header[23] = 1;
  const parts: Buffer[] = [header];
  let checksum = 0xef;
  for (const { address, data } of segments) {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(address, 0);
    head.writeUInt32LE(data.length, 4);
    parts.push(head, data);
    for (const byte of data) checksum ^= byte;
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padding = Buffer.alloc(16 - (length % 16));
  padding[padding.length - 1] = checksum;
  const image = Buffer.concat([...parts, padding]);
  return Buffer.concat([image, createHash('sha256').update(image).digest()]);
}

function partitionTable(): Buffer {
  const rows = samplePartitions.map(({ label, type, subtype, offset, size }) => {
    const row = Buffer.alloc(32);
    row.set([0xaa, 0x50, type, subtype]);
    row.writeUInt32LE(offset, 4);
    row.writeUInt32LE(size, 8);
    row.write(label, 12, 'latin1');
    return row;
  });
  const entries = Buffer.concat(rows);
  const check = Buffer.alloc(32, 0xff);
  check.set([0xeb, 0xeb]);
  createHash('md5').update(entries).digest().copy(check, 16);
  return Buffer.concat([entries, check, Buffer.alloc(0xc00 - entries.length - 32, 0xff)]);
}

/**
 * Bytes that compress about as firmware does (to some 60 %): instructions from a small set with operands that
 * repeat now and then. The same seed gives the same bytes.
 */
function machineCode(length: number, seed: number): Buffer {
  const out = Buffer.alloc(length - (length % 4));
  let state = seed * 0x9e3779b1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
  for (let at = 0; at < out.length; at += 4) {
    const kind = next() % 16;
    const opcode = instructions[kind] ?? 0;
    out.writeUInt16LE(opcode, at);
    const repeats = next() % 5 < 2 && at >= 64;
    out.writeUInt16LE(repeats ? out.readUInt16LE(at - 4 * (1 + (next() % 16)) + 2) : next() & 0xffff, at + 2);
  }
  return out;
}

const instructions = [
  0x3641, 0x1df0, 0xa102, 0x2098, 0x0c4b, 0xe580, 0x8108, 0xc020, 0x5684, 0x1b22, 0x67b3, 0xd1ff, 0x0020,
  0xb208, 0x6612, 0x4136,
];
