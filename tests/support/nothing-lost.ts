import { expect } from 'vitest';
import type { Database } from '../../src/main/storage/index.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { valuesAt } from './steady-publisher.ts';

/** The board that publishes while something is ended again and again. */
export const mac = '1C:69:20:E9:18:24' as MacAddress;
/** Within the retention, which is applied at every start. */
export const firstTimeMs = Math.floor(Date.now() / 86_400_000 - 5) * 86_400_000;
export const kills = 20;

/** A different moment of the work at each kill, the same in every run. */
export function moment(round: number): number {
  return 300 + ((round * 397) % 900);
}

export async function storedTimes(database: Database): Promise<readonly number[]> {
  const { rows } = await database.query<{ time: number }>(
    'select time from sensor_data where device_mac_addr = $1',
    [mac],
  );
  return rows.map((row) => row.time);
}

/**
 * Every acknowledged reading is stored with the values that were published, and so is whatever else is there: the
 * unique key alone would let one reading pass for another.
 */
export async function expectAllStored(database: Database, acknowledged: ReadonlySet<number>): Promise<void> {
  const { rows } = await database.query<{ time: number; temperature: number; humidity: number }>(
    'select time, temperature, humidity from sensor_data where device_mac_addr = $1',
    [mac],
  );
  const times = rows.map((row) => row.time);
  const stored = new Set(times);
  expect(
    rows.filter(({ time, ...values }) => {
      const { temperature, humidity } = valuesAt(time);
      return values.temperature !== temperature || values.humidity !== humidity;
    }),
  ).toEqual([]);
  expect([...acknowledged].filter((time) => !stored.has(time))).toEqual([]);
  expect(times.length).toBe(stored.size);
}

export async function registerDevice(database: Database): Promise<void> {
  await database.query(`insert into sites (site_ref) values ('S') on conflict do nothing`);
  await database.query(
    `insert into devices (device_mac_addr, site_ref) values ($1, 'S') on conflict do nothing`,
    [mac],
  );
}
