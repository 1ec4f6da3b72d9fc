import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/domain/app-error.ts';

/**
 * The partition table, usually at 0x8000: rows of 32 bytes, an MD5 row over them, then 0xFF. Source: ESP-IDF
 * `components/partition_table/gen_esp32part.py`, "Partition Tables" in its programming guide.
 */
export const usualTableOffset = 0x8000;
export const tableBytes = 0xc00;
/** What is kept free for it on flash. */
export const tableRegionBytes = 0x1000;
const rowBytes = 32;
const sectorBytes = 0x1000;
const appAlignment = 0x10000;
const rowMagic = [0xaa, 0x50] as const;
const md5Magic = [0xeb, 0xeb] as const;

export interface Partition {
  readonly name: string;
  /** 0 application, 1 data, 2 boot loader, 3 partition table, from 0x40 custom. */
  readonly type: number;
  readonly subtype: number;
  /** Bytes from the beginning of the flash. */
  readonly offset: number;
  readonly size: number;
  readonly encrypted: boolean;
  readonly readonly: boolean;
}

export interface PartitionTable {
  readonly partitions: readonly Partition[];
  /** Old tables have none. */
  readonly md5: 'right' | 'absent';
}

export type PartitionTableFault =
  | 'empty'
  | 'not-a-table'
  | 'truncated'
  | 'checksum'
  | 'no-size'
  | 'unaligned'
  | 'overlap'
  | 'too-large';

/**
 * @param part how the file is called in the error
 * @throws AppError `firmware.partition-table-invalid` (data: part, reason, partition)
 */
export function parsePartitionTable(bytes: Uint8Array, part: string): PartitionTable {
  const partitions: Partition[] = [];
  const fail = (reason: PartitionTableFault, partition = ''): never => {
    const about = partition === '' ? '' : ` (${partition})`;
    throw new AppError('firmware.partition-table-invalid', `${part}: partition table ${reason}${about}.`, {
      part,
      reason,
      partition,
    });
  };
  let md5: PartitionTable['md5'] = 'absent';
  for (let at = 0; ; at += rowBytes) {
    if (at >= tableBytes) fail('too-large');
    const row = bytes.subarray(at, at + rowBytes);
    if (row.length < rowBytes) {
      // A file may end after its last row; a row may not end in the middle.
      if (row.length > 0 || at === 0) fail('truncated');
      break;
    }
    if (row.every((byte) => byte === 0xff)) break;
    if (startsWith(row, md5Magic)) {
      if (!row.subarray(16).every((byte, n) => byte === md5Of(bytes.subarray(0, at))[n])) fail('checksum');
      md5 = 'right';
      break;
    }
    if (!startsWith(row, rowMagic)) fail('not-a-table');
    partitions.push(partitionOf(row));
  }
  if (partitions.length === 0) fail('empty');
  for (const { name, type, offset, size } of partitions) {
    if (size === 0) fail('no-size', name);
    if (offset % (type === 0 ? appAlignment : sectorBytes) !== 0) fail('unaligned', name);
  }
  const inOrder = partitions.toSorted((a, b) => a.offset - b.offset);
  inOrder.forEach((partition, n) => {
    const before = inOrder[n - 1];
    if (before !== undefined && before.offset + before.size > partition.offset)
      fail('overlap', partition.name);
  });
  return { partitions, md5 };
}

/** The rows of whatever lies there, up to the first that is none; nothing is checked and nothing refused. */
export function partitionRows(bytes: Uint8Array): readonly Partition[] {
  const rows: Partition[] = [];
  for (let at = 0; at + rowBytes <= bytes.length; at += rowBytes) {
    const row = bytes.subarray(at, at + rowBytes);
    if (!startsWith(row, rowMagic)) break;
    rows.push(partitionOf(row));
  }
  return rows;
}

function startsWith(row: Uint8Array, magic: readonly [number, number]): boolean {
  return row[0] === magic[0] && row[1] === magic[1];
}

function md5Of(bytes: Uint8Array): Uint8Array {
  return createHash('md5').update(bytes).digest();
}

function partitionOf(row: Uint8Array): Partition {
  const view = new DataView(row.buffer, row.byteOffset, rowBytes);
  const name = row.subarray(12, 28);
  const end = name.indexOf(0);
  const flags = view.getUint32(28, true);
  return {
    name: Buffer.from(name.subarray(0, end < 0 ? 16 : end)).toString('latin1'),
    type: view.getUint8(2),
    subtype: view.getUint8(3),
    offset: view.getUint32(4, true),
    size: view.getUint32(8, true),
    encrypted: (flags & 1) !== 0,
    readonly: (flags & 2) !== 0,
  };
}

/** The table as it lies on flash: 0xC00 bytes with its MD5 row. Names have at most 16 characters. */
export function buildPartitionTable(partitions: readonly Partition[]): Uint8Array {
  const bytes = new Uint8Array(tableBytes).fill(0xff);
  const view = new DataView(bytes.buffer);
  partitions.forEach((partition, n) => {
    const at = n * rowBytes;
    bytes.fill(0, at, at + rowBytes);
    bytes.set([...rowMagic, partition.type, partition.subtype], at);
    view.setUint32(at + 4, partition.offset, true);
    view.setUint32(at + 8, partition.size, true);
    bytes.set(Buffer.from(partition.name, 'latin1').subarray(0, 16), at + 12);
    view.setUint32(at + 28, (partition.encrypted ? 1 : 0) | (partition.readonly ? 2 : 0), true);
  });
  const end = partitions.length * rowBytes;
  bytes.set(md5Magic, end);
  bytes.set(md5Of(bytes.subarray(0, end)), end + 16);
  return bytes;
}

const typeNames: ReadonlyMap<number, string> = new Map([
  [0, 'app'],
  [1, 'data'],
  [2, 'bootloader'],
  [3, 'partition_table'],
]);
const dataSubtypes: ReadonlyMap<number, string> = new Map([
  [0, 'ota'],
  [1, 'phy'],
  [2, 'nvs'],
  [3, 'coredump'],
  [4, 'nvs_keys'],
  [5, 'efuse'],
  [6, 'undefined'],
  [0x80, 'esphttpd'],
  [0x81, 'fat'],
  [0x82, 'spiffs'],
  [0x83, 'littlefs'],
  [0x90, 'tee_ota'],
]);

export function partitionTypeName(type: number): string {
  return typeNames.get(type) ?? hex(type);
}

export function partitionSubtypeName({ type, subtype }: Pick<Partition, 'type' | 'subtype'>): string {
  if (type === 1) return dataSubtypes.get(subtype) ?? hex(subtype);
  if (type !== 0) return hex(subtype);
  if (subtype === 0) return 'factory';
  if (subtype >= 0x10 && subtype <= 0x1f) return `ota_${subtype - 0x10}`;
  return subtype === 0x20 ? 'test' : hex(subtype);
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** As Espressif's tools print it: CSV with a line of headings. */
export function printPartitionTable(table: PartitionTable): string {
  const lines = table.partitions.map((partition) =>
    [
      partition.name,
      partitionTypeName(partition.type),
      partitionSubtypeName(partition),
      hex(partition.offset),
      hex(partition.size),
      [partition.encrypted ? 'encrypted' : '', partition.readonly ? 'readonly' : '']
        .filter(Boolean)
        .join(':'),
    ].join(','),
  );
  return ['# Name, Type, SubType, Offset, Size, Flags', ...lines, ''].join('\n');
}

/** The data partition that holds the configuration: the first of subtype NVS, as the firmware opens it. */
export function nvsPartition(table: PartitionTable): Partition | undefined {
  return (
    table.partitions.find((partition) => isNvs(partition) && partition.name === 'nvs') ??
    table.partitions.find(isNvs)
  );
}

/** Keys of NVS encryption, where the firmware has such a partition. */
export function nvsKeysPartition(table: PartitionTable): Partition | undefined {
  return table.partitions.find((partition) => partition.type === 1 && partition.subtype === 4);
}

function isNvs(partition: Partition): boolean {
  return partition.type === 1 && partition.subtype === 2;
}
