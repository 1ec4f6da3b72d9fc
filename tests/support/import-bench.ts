import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { lookAtFile, runImport } from '../../src/main/readings-import/index.ts';
import type { Database } from '../../src/main/storage/index.ts';
import type { ImportMapping } from '../../src/shared/contract/readings-import.ts';
import type { databaseServers } from './database-servers.ts';
import { storageBench } from './storage-bench.ts';

export const a = '1C:69:20:E9:18:24';
export const b = '24:6F:28:00:00:02';
export const noon = Date.UTC(2025, 10, 3, 12);
export const day = 86_400_000;
export const never = new AbortController().signal;
export const quiet = (): void => undefined;
export const site = (database: Database) => ({ database, log: silentLog, nowMs: Date.now() });

type Order = Parameters<typeof runImport>[1];

export interface ImportBench {
  /** A database of its own with two devices, the first one named `Cellar`. */
  readonly furnished: () => Promise<Database>;
  /** What a person orders who takes the mapping that is offered, or brings one. */
  readonly order: (content: string | Buffer, mapping?: ImportMapping) => Promise<Order>;
  readonly imported: (
    owner: Database,
    content: string | Buffer,
    mapping?: ImportMapping,
  ) => ReturnType<typeof runImport>;
  /** All readings, by device and time. */
  readonly table: (owner: Database) => Promise<readonly unknown[]>;
}

/** Files to import, in a folder that goes with the tests, and databases for them. */
export function importBench(kind: (typeof databaseServers)[number]): ImportBench {
  const { migrated } = storageBench(kind);
  let folder: string;
  let files = 0;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'datayoti-import-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const order: ImportBench['order'] = async (content, mapping) => {
    const file = { path: join(folder, `${++files}.csv`), name: 'readings.csv' };
    writeFileSync(file.path, content);
    const known = [
      { mac: a, name: 'Cellar' },
      { mac: b, name: '' },
    ];
    const look = await lookAtFile(file, mapping, known, {}, Date.now());
    return { ...file, mapping: look.mapping, assign: {} };
  };
  return {
    furnished: async () => {
      const owner = await migrated();
      await owner.query(`insert into sites (site_ref) values ('SITE_001')`);
      await owner.query(
        `insert into devices (device_mac_addr, site_ref) values ($1, 'SITE_001'), ($2, 'SITE_001')`,
        [a, b],
      );
      await owner.query(`insert into field.device_profiles (device_mac_addr, name) values ($1, 'Cellar')`, [
        a,
      ]);
      return owner;
    },
    order,
    imported: async (owner, content, mapping) =>
      runImport(site(owner), await order(content, mapping), quiet, never),
    table: async (owner) =>
      (
        await owner.query(
          `select device_mac_addr as mac, time as "timeMs", temperature, humidity from sensor_data order by 1, 2`,
        )
      ).rows,
  };
}
