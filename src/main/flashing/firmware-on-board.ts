import { crc32 } from 'node:zlib';
import { partitionTableOffset } from './flash-part.ts';

/** 95 entries and their MD5. */
export const partitionTableBytes = 0xc00;
const entryBytes = 32;
const appDescriptorMagic = 0xabcd5432;
const appDescriptorOffset = 0x20;
const appDescriptorBytes = 256;
const imageMagic = 0xe9;

/** `esp_app_desc_t` of ESP-IDF. */
export interface AppDescriptor {
  readonly project: string;
  readonly version: string;
  /** As the compiler wrote date and time. */
  readonly built: string;
  readonly idfVersion: string;
  readonly elfSha256: string;
}

export interface FirmwareOnBoard {
  /** Raw bytes at 0x8000; null where there is no partition table. */
  readonly partitionTable: Buffer | null;
  readonly hasBootLoader: boolean;
  /** Of the application that the boot loader would start; null where it has none. */
  readonly app: AppDescriptor | null;
  /** Name of the partition with that application. */
  readonly appPartition: string | null;
  /** Neither boot loader nor partition table nor application. */
  readonly blank: boolean;
}

interface Entry {
  readonly type: number;
  readonly subtype: number;
  readonly offset: number;
  readonly size: number;
  readonly name: string;
}

function entriesOf(table: Buffer): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + entryBytes <= table.length && table.readUInt16LE(at) === 0x50aa; at += entryBytes) {
    entries.push({
      type: table.readUInt8(at + 2),
      subtype: table.readUInt8(at + 3),
      offset: table.readUInt32LE(at + 4),
      size: table.readUInt32LE(at + 8),
      name: text(table.subarray(at + 12, at + 28)),
    });
  }
  return entries;
}

/** Which application the boot loader would start: by `otadata` where valid, else factory, else the first. */
function bootApp(entries: readonly Entry[], otaData: Buffer | null): Entry | null {
  const ota = entries.filter(({ type, subtype }) => type === 0 && subtype >= 0x10 && subtype < 0x20);
  const sequences = otaData === null ? [] : [0, 0x1000].map((at) => sequenceAt(otaData, at));
  const newest = Math.max(0, ...sequences);
  if (newest > 0 && ota.length > 0) {
    return ota.find(({ subtype }) => subtype === 0x10 + ((newest - 1) % ota.length)) ?? null;
  }
  const factory = entries.find(({ type, subtype }) => type === 0 && subtype === 0);
  return factory ?? ota[0] ?? null;
}

function sequenceAt(otaData: Buffer, at: number): number {
  if (otaData.length < at + entryBytes) return 0;
  const sequence = otaData.readUInt32LE(at);
  if (sequence === 0xffffffff || sequence === 0) return 0;
  const sum = crc32(otaData.subarray(at, at + 4), 0xffffffff);
  return sum === otaData.readUInt32LE(at + 28) ? sequence : 0;
}

export function readAppDescriptor(imageHead: Buffer): AppDescriptor | null {
  const at = appDescriptorOffset;
  if (imageHead.length < at + appDescriptorBytes || imageHead[0] !== imageMagic) return null;
  if (imageHead.readUInt32LE(at) !== appDescriptorMagic) return null;
  const field = (offset: number, bytes: number): string =>
    text(imageHead.subarray(at + offset, at + offset + bytes));
  return {
    version: field(16, 32),
    project: field(48, 32),
    built: `${field(96, 16)} ${field(80, 16)}`.trim(),
    idfVersion: field(112, 32),
    elfSha256: imageHead.subarray(at + 144, at + 176).toString('hex'),
  };
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString('utf8');
}

/** Looks at boot loader, partition table and application; reads about 12 KiB. */
export async function readFirmware(
  bootLoaderOffset: number,
  read: (offset: number, bytes: number) => Promise<Buffer>,
): Promise<FirmwareOnBoard> {
  const hasBootLoader = (await read(bootLoaderOffset, 16))[0] === imageMagic;
  const table = await read(partitionTableOffset, partitionTableBytes);
  const entries = entriesOf(table);
  const otaEntry = entries.find(({ type, subtype }) => type === 1 && subtype === 0);
  const otaData =
    otaEntry === undefined ? null : await read(otaEntry.offset, Math.min(otaEntry.size, 0x2000));
  const boot = bootApp(entries, otaData);
  const head = boot === null ? null : await read(boot.offset, appDescriptorOffset + appDescriptorBytes);
  const app = head === null ? null : readAppDescriptor(head);
  return {
    partitionTable: entries.length > 0 ? table : null,
    hasBootLoader,
    app,
    appPartition: app === null ? null : (boot?.name ?? null),
    blank: !hasBootLoader && entries.length === 0,
  };
}
