import { crc32 } from 'node:zlib';
import {
  appDescriptorBytes,
  firstSegmentOffset,
  imageMagic,
  partitionRows,
  readAppDescriptor,
  tableBytes,
  usualTableOffset,
  type AppDescriptor,
  type Partition,
} from './images/index.ts';

const otaEntryBytes = 32;

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

/** Which application the boot loader would start: by `otadata` where valid, else factory, else the first. */
function bootApp(entries: readonly Partition[], otaData: Buffer | null): Partition | null {
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
  if (otaData.length < at + otaEntryBytes) return 0;
  const sequence = otaData.readUInt32LE(at);
  if (sequence === 0xffffffff || sequence === 0) return 0;
  const sum = crc32(otaData.subarray(at, at + 4), 0xffffffff);
  return sum === otaData.readUInt32LE(at + 28) ? sequence : 0;
}

/** Of an image of which only the beginning was read. */
function descriptorAt(head: Buffer): AppDescriptor | null {
  if (head[0] !== imageMagic) return null;
  const segment = { offset: firstSegmentOffset, length: head.length - firstSegmentOffset };
  return readAppDescriptor(head, segment) ?? null;
}

/** Looks at boot loader, partition table and application; reads about 12 KiB. */
export async function readFirmware(
  bootLoaderOffset: number,
  read: (offset: number, bytes: number) => Promise<Buffer>,
): Promise<FirmwareOnBoard> {
  const hasBootLoader = (await read(bootLoaderOffset, 16))[0] === imageMagic;
  const table = await read(usualTableOffset, tableBytes);
  const entries = partitionRows(table);
  const otaEntry = entries.find(({ type, subtype }) => type === 1 && subtype === 0);
  const otaData =
    otaEntry === undefined ? null : await read(otaEntry.offset, Math.min(otaEntry.size, 0x2000));
  const boot = bootApp(entries, otaData);
  const head = boot === null ? null : await read(boot.offset, firstSegmentOffset + appDescriptorBytes);
  const app = head === null ? null : descriptorAt(head);
  return {
    partitionTable: entries.length > 0 ? table : null,
    hasBootLoader,
    app,
    appPartition: app === null ? null : (boot?.name ?? null),
    blank: !hasBootLoader && entries.length === 0,
  };
}
