import { describe, expect, test } from 'vitest';
import { setRolePasswords, type Database, type DatabaseAddress } from '../../src/main/storage/index.ts';
import { upsertReadings } from '../../src/main/storage/queries/upsert-readings.ts';
import { lockSync } from '../../src/main/storage/queries/sync-targets.ts';
import { listRuns } from '../../src/main/storage/queries/sync-ledger.ts';
import { markAllAgain, runSync } from '../../src/main/sync/index.ts';
import { isAppError } from '../../src/shared/domain/app-error.ts';
import { cuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts';
import { databaseServers } from '../support/database-servers.ts';
import { freePort } from '../support/free-port.ts';
import { storageBench } from '../support/storage-bench.ts';
import {
  fillLocal,
  firstDayMs,
  macOf,
  newTarget,
  publishedContent,
  siteOf,
  syncOnce,
} from '../support/sync-bench.ts';

const [plain] = databaseServers;
if (plain === undefined) throw new Error('no PostgreSQL');
const bench = storageBench(plain);
const countsOf = (result: Awaited<ReturnType<typeof syncOnce>>, relation: string) =>
  result.counts.find((one) => one.relation === relation);

async function filled(steps = 300): Promise<{ local: Database; central: Database; password: string }> {
  const [local, central] = [await bench.migrated(), await bench.migrated()];
  await fillLocal(local, { devices: 3, steps, stepSeconds: 600 });
  return { local, central, password: central.address.password };
}

/** The ingestor's role of a central database. */
async function asIngestor(central: Database): Promise<DatabaseAddress> {
  const password = 'a-password-of-the-test';
  await setRolePasswords(central, { ingestor: password, grafana: password });
  return { ...central.address, user: 'mqtt_ingestor', password };
}

async function withProxy(work: (proxy: CuttingProxy) => Promise<void>): Promise<void> {
  const proxy = await cuttingProxy(bench.server().address.port);
  try {
    await work(proxy);
  } finally {
    await proxy.close();
  }
}

describe('a connection that is cut', () => {
  // Where a copy goes, where each row is compared; cut while something is asked, and while it is answered.
  test.each([
    ['client', 'new'],
    ['server', 'new'],
    ['client', 'older'],
    ['server', 'older'],
  ] as const)(
    'at any message of the %s gives the same in the end, what is there being %s',
    async (from, there) => {
      await withProxy(async (proxy) => {
        const { local, central, password } = await filled(20);
        const target = await newTarget(local, central.address, { port: proxy.port });
        const begin = async (): Promise<void> => {
          if (there === 'new')
            await central.query('truncate sensor_data, device_heartbeats, devices, sites cascade');
          else await central.query(`update sensor_data set temperature = 1, reception_time = '2025-11-01'`);
          await markAllAgain(local, target);
        };
        if (there === 'older') await syncOnce(local, target, password);
        await begin();
        proxy.cutAt(null);
        await syncOnce(local, target, password);
        const pieces = proxy.pieces(from);
        expect(pieces).toBeGreaterThan(20);
        const wanted = await publishedContent(local);
        for (let piece = 1; piece <= pieces; piece++) {
          await begin();
          proxy.cutAt({ from, piece });
          await syncOnce(local, target, password).catch((error: unknown) => {
            expect(isAppError(error) && error.code).toMatch(/^sync\.(cut-off|unreachable)$/);
          });
          proxy.cutAt(null);
          expect(await syncOnce(local, target, password)).toMatchObject({ unsynced: 0, openConflicts: 0 });
          expect(await publishedContent(central)).toEqual(wanted);
        }
        expect(proxy.cuts()).toBeGreaterThan(pieces / 2);
      });
    },
    300_000,
  );

  test('after the central database committed and before this one knew: sent again, nothing changes', async () => {
    const { local, central, password } = await filled();
    const target = await newTarget(local, central.address);
    const { rows: notes } = await local.query<{ note: object }>(
      'select to_jsonb(p) as note from field.sync_pieces p',
    );
    await syncOnce(local, target, password);
    await local.query(
      'insert into field.sync_pieces overriding system value select (p).* from jsonb_populate_recordset(null::field.sync_pieces, $1) p',
      [JSON.stringify(notes.map(({ note }) => note))],
    );
    await local.query('delete from field.sync_confirmed');
    const again = await syncOnce(local, target, password);
    expect(again.counts.map(({ inserted, replaced, unchanged }) => [inserted, replaced, unchanged])).toEqual([
      [0, 0, 1],
      [0, 0, 3],
      [0, 0, 900],
      [0, 0, 900],
      [0, 0, 0],
    ]);
    expect(await publishedContent(central)).toEqual(await publishedContent(local));
  });

  test('a run that was cut stands in the ledger with its reason, and what was confirmed too', async () => {
    await withProxy(async (proxy) => {
      const { local, central, password } = await filled();
      const target = await newTarget(local, central.address, { port: proxy.port });
      proxy.cutAt({ from: 'client', piece: 30 });
      await expect(syncOnce(local, target, password)).rejects.toMatchObject({ code: 'sync.cut-off' });
      expect(await listRuns(local, 1)).toMatchObject([{ outcome: 'sync.cut-off' }]);
    });
  });
});

describe('what is written while a sync is under way', () => {
  test('is never lost, and the run ends', async () => {
    const { local, central, password } = await filled();
    const target = await newTarget(local, central.address);
    const stop = new AbortController();
    let written = 0;
    const writer = (async () => {
      for (; !stop.signal.aborted; written++)
        await upsertReadings(local, [
          {
            mac: macOf(written % 3),
            timeMs: firstDayMs + 1_000 + written * 1_000,
            temperature: written,
            humidity: 5,
            receptionMs: Date.now(),
          },
        ]);
    })();
    for (let run = 0; run < 3; run++) await syncOnce(local, target, password);
    stop.abort();
    await writer;
    expect(await syncOnce(local, target, password)).toMatchObject({ unsynced: 0 });
    expect(written).toBeGreaterThan(0);
    expect(await publishedContent(central)).toEqual(await publishedContent(local));
  });

  test('a second run at the same time is refused; one that is cancelled goes on later', async () => {
    const { local, central, password } = await filled();
    const target = await newTarget(local, central.address);
    await local.connection(async (connection) => {
      expect(await lockSync(connection)).toBe(true);
      await expect(syncOnce(local, target, password)).rejects.toMatchObject({ code: 'sync.busy' });
      await connection.query('select pg_advisory_unlock_all()');
    });
    const stop = new AbortController();
    const cancelled = runSync(
      siteOf(local),
      { target, password, dryRun: false },
      ({ phase }) => phase === 'rows' && stop.abort(),
      stop.signal,
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'sync.cancelled' });
    await syncOnce(local, target, password);
    expect(await publishedContent(central)).toEqual(await publishedContent(local));
  });
});

describe('a central database that', () => {
  test('gives no more than the rights of the ingestor takes readings of devices that it knows', async () => {
    const { local, central } = await filled();
    const ingestor = await asIngestor(central);
    const target = await newTarget(local, ingestor);
    await central.query(`insert into sites (site_ref, site_name) values ('HCS', 'Harbour Cold Store')`);
    await central.query(`insert into devices (device_mac_addr, site_ref) values ($1, 'HCS'), ($2, 'HCS')`, [
      macOf(0),
      macOf(1),
    ]);
    const first = await syncOnce(local, target, ingestor.password);
    expect(countsOf(first, 'sites')).toMatchObject({ unchanged: 1, held: 0 });
    expect(countsOf(first, 'devices')).toMatchObject({ unchanged: 2, held: 1, reason: 'no-rights' });
    expect(countsOf(first, 'sensor_data')).toMatchObject({
      inserted: 600,
      held: 300,
      reason: 'unknown-device',
    });
    expect(first.unsynced).toBe(1 + 300 + 300);
    // As soon as its administrator has added the device, the rest goes.
    await central.query(`insert into devices (device_mac_addr, site_ref) values ($1, 'HCS')`, [macOf(2)]);
    expect(await syncOnce(local, target, ingestor.password)).toMatchObject({ unsynced: 0 });
    expect(await publishedContent(central)).toEqual(await publishedContent(local));
  });

  test('may not be written to keeps everything here, and says what its administrator can do', async () => {
    const { local, central } = await filled();
    await asIngestor(central);
    const reader = { ...central.address, user: 'grafana_reader', password: 'a-password-of-the-test' };
    const target = await newTarget(local, reader, { ownTables: true });
    const result = await syncOnce(local, target, reader.password);
    expect(countsOf(result, 'sensor_data')).toMatchObject({ held: 900, inserted: 0, reason: 'no-rights' });
    expect(countsOf(result, 'commissioning_records')).toMatchObject({ reason: 'missing' });
    expect(result.central.ownTablesSql).toContain(
      'grant select, insert, update on field_records.commissioning_records',
    );
    expect(result.unsynced).toBe(900 + 900 + 3 + 1);
  });

  test('has a clock two hours off: whatever differs is asked, nothing is overwritten', async () => {
    const { local, central, password } = await filled();
    const target = await newTarget(local, central.address);
    const clock = { now: () => Date.now() - 7_200_000 };
    await syncOnce(local, target, password, { clock });
    // Received later here, as far as these two clocks can say.
    await upsertReadings(local, [
      { mac: macOf(0), timeMs: firstDayMs, temperature: 9, humidity: 50, receptionMs: Date.now() },
    ]);
    const result = await syncOnce(local, target, password, { clock });
    expect(result.central).toMatchObject({ clockOff: true });
    expect(Math.abs(result.central.clockAheadMs - 7_200_000)).toBeLessThan(60_000);
    expect(countsOf(result, 'sensor_data')).toMatchObject({ conflicts: 1, replaced: 0 });
    expect(result.openConflicts).toBe(1);
  });

  test('has a newer schema takes what is as published, and the person is told', async () => {
    const { local, central, password } = await filled();
    const target = await newTarget(local, central.address);
    await central.query(
      `insert into field.schema_migrations (number, name, variant, sha256, app_version)
       values (9000, '9000_future', 'plain', 'x', '99.0.0')`,
    );
    await central.query('alter table sites add column region text');
    const result = await syncOnce(local, target, password);
    expect(result).toMatchObject({ unsynced: 0, central: { newerSchema: '99.0.0' } });
    expect(await publishedContent(central)).toEqual(await publishedContent(local));
  });

  test('has other tables of these names, or lacks one, takes the others', async () => {
    const { local, central, password } = await filled();
    const target = await newTarget(local, central.address);
    await central.query('drop table device_heartbeats cascade');
    await central.query('alter table sites rename column site_name to label');
    const result = await syncOnce(local, target, password);
    expect(countsOf(result, 'sites')).toMatchObject({ held: 1, reason: 'other-layout' });
    expect(countsOf(result, 'device_heartbeats')).toMatchObject({ held: 900, reason: 'missing' });
    // Its devices point to a site that is not there: they are held, and with them their readings.
    expect(countsOf(result, 'devices')).toMatchObject({ held: 3 });
    expect(countsOf(result, 'sensor_data')).toMatchObject({ held: 900, reason: 'unknown-device' });
  });

  test('is not there, refuses the password, has no TLS, or is this one', async () => {
    const { local, central, password } = await filled(5);
    const nowhere = await newTarget(local, central.address, { name: 'nowhere', port: await freePort() });
    await expect(syncOnce(local, nowhere, password)).rejects.toMatchObject({ code: 'sync.unreachable' });
    const target = await newTarget(local, central.address);
    await expect(syncOnce(local, target, 'wrong')).rejects.toMatchObject({ code: 'sync.login-refused' });
    const secure = {
      ...target,
      address: target.address === null ? null : { ...target.address, tls: 'verify-full' as const },
    };
    await expect(syncOnce(local, secure, password)).rejects.toMatchObject({ code: 'sync.certificate' });
    const itself = await newTarget(local, local.address, { name: 'itself' });
    await expect(syncOnce(local, itself, password)).rejects.toMatchObject({ code: 'sync.same-database' });
    await central.query(
      `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`,
    );
    await expect(syncOnce(local, target, password)).rejects.toMatchObject({ code: 'sync.read-only' });
  });

  test('differs in more rows than anybody could be asked about stops the run', async () => {
    const { local, central, password } = await filled(20);
    const target = await newTarget(local, central.address);
    await syncOnce(local, target, password);
    await central.query(
      `update sensor_data set temperature = 99, reception_time = now() + interval '1 minute'`,
    );
    await local.query('update sensor_data set temperature = 1');
    await expect(syncOnce(local, target, password, { conflictsAtMost: 10 })).rejects.toMatchObject({
      code: 'sync.too-many-conflicts',
    });
    expect((await central.query('select from sensor_data where temperature <> 99')).rowCount).toBe(0);
  });
});
