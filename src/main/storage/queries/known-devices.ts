import type { Queryable } from '../database.ts';

/** MAC addresses of all adopted devices. */
export async function loadKnownDevices(connection: Queryable): Promise<readonly string[]> {
  const { rows } = await connection.query<{ mac: string }>('select device_mac_addr as mac from devices');
  return rows.map((row) => row.mac);
}
