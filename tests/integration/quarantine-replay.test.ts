import { describe, expect, test } from 'vitest';
import { replayAdopted } from '../../src/main/devices/index.ts';
import { insertQuarantine } from '../../src/main/storage/queries/quarantine-writes.ts';
import { databaseServers } from '../support/database-servers.ts';
import { storageBench } from '../support/storage-bench.ts';
import { until } from '../support/until.ts';

const mac = '1C:69:20:E9:18:24';
const noon = Date.UTC(2025, 10, 3, 12);

describe.each(databaseServers)('what waited for an adoption, on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const { migrated } = storageBench(kind);

  test.each([
    ['device_heartbeats', 'sensor_data'],
    ['sensor_data', 'device_heartbeats'],
  ])('is stored beside somebody who reads %s and then %s', async (first, second) => {
    const owner = await migrated();
    await owner.query('insert into devices (device_mac_addr) values ($1)', [mac]);
    const payload = Buffer.from(
      JSON.stringify({
        device_id: mac,
        timestamp: new Date(noon).toISOString(),
        temperature: 4,
        humidity: 60,
      }),
    );
    await insertQuarantine(owner, [
      {
        receivedMs: noon + 1_000,
        topic: `datayoti/sensor/${mac}/data`,
        payload,
        payloadBytes: payload.length,
        qos: 1,
        retain: false,
        mac,
        reason: 'unknown-device',
        detail: '',
      },
    ]);
    const replayed = await owner.transaction(async (reader) => {
      await reader.query(`select from ${first}`);
      let ended = false;
      const replay = replayAdopted(owner, new Set()).finally(() => (ended = true));
      // Where the tables are not partitioned nothing waits for a reader.
      const waits = `select from pg_locks where not granted and locktype = 'relation'`;
      await until(async () => ended || (await owner.query(waits)).rowCount > 0);
      await reader.query(`select from ${second}`);
      return { replay };
    });
    expect(await replayed.replay).toEqual([mac]);
    expect((await owner.query('select from sensor_data')).rowCount).toBe(1);
    expect((await owner.query('select from field.quarantine')).rowCount).toBe(0);
  });
});
