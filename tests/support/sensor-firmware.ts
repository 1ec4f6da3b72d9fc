import { readFileSync } from 'node:fs';
import type { Partition } from '../../src/main/flashing/images/index.ts';

const firmwareFolder = new URL('../../firmware/', import.meta.url);

/** A file of the sensor's firmware as text. */
export function firmwareFile(path: string): string {
  return readFileSync(new URL(path, firmwareFolder), 'utf8');
}

const types: Readonly<Record<string, number>> = { app: 0, data: 1 };
const subtypes: Readonly<Record<string, number>> = {
  ota: 0,
  phy: 1,
  nvs: 2,
  undefined: 6,
  ota_0: 0x10,
  ota_1: 0x11,
};

/** The rows of the firmware's `partitions.csv`. */
export function sensorPartitions(): readonly Partition[] {
  return firmwareFile('partitions.csv')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', typeName = '', subtypeName = '', offset, size, flags = ''] = line
        .split(',')
        .map((cell) => cell.trim());
      const type = types[typeName];
      const subtype = subtypes[subtypeName];
      if (type === undefined || subtype === undefined || flags !== '')
        throw new Error(`The row is not understood: ${line}`);
      return {
        name,
        type,
        subtype,
        offset: Number(offset),
        size: Number(size),
        encrypted: false,
        readonly: false,
      };
    });
}
