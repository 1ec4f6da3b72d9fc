import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database, migrate } from '../../src/main/storage/index.ts';
import {
  auditChainIsIntact,
  insertCommissioningRecord,
  listCommissioningRecords,
  type NewCommissioningRecord,
} from '../../src/main/storage/queries/commissioning-records.ts';
import { writeAudit } from '../../src/main/storage/queries/device-changes.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { sqlFolder } from '../support/ingest-bench.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';

let server: PlainPostgres;
const opened: Database[] = [];

beforeAll(async () => {
  server = await startPlainPostgres();
});
afterAll(async () => {
  await Promise.all(opened.map((database) => database.close()));
  await server.stop();
});

async function migrated(): Promise<Database> {
  const database = new Database({
    address: await server.createDatabase(),
    applicationName: 'test',
    poolSize: 8,
    log: silentLog,
  });
  opened.push(database);
  await migrate(database, { folder: sqlFolder, appVersion: '0.1.0', log: silentLog });
  return database;
}

const record: NewCommissioningRecord = {
  mac: '24:6F:28:8B:40:1C' as MacAddress,
  siteRef: null,
  name: 'CR2-06',
  technician: 'A. Installer',
  startedMs: 1_763_644_225_000,
  finishedMs: 1_763_644_252_500,
  result: 'ready',
  firmwareSha256: 'a'.repeat(64),
  configurationSha256: 'b'.repeat(64),
  reading: { timeMs: 1_763_644_252_000, temperature: 6.4, humidity: 67.1, rssi: -62, delayMs: 4_900 },
  steps: [{ step: 'connect', state: 'done', startedMs: 1, durationMs: 800, progress: null, note: null }],
};

test('a record comes back as it was kept, newest first', async () => {
  const database = await migrated();
  await database.transaction((connection) => insertCommissioningRecord(connection, record));
  await database.transaction((connection) =>
    insertCommissioningRecord(connection, {
      ...record,
      result: 'needs-you',
      reading: null,
      finishedMs: null,
    }),
  );
  const [second, first] = await listCommissioningRecords(database, record.mac, 10);
  expect(first).toEqual({ id: 1, ...record });
  expect(second).toMatchObject({ id: 2, result: 'needs-you', reading: null, finishedMs: null });
  expect(await listCommissioningRecords(database, '00:00:00:00:00:00', 10)).toEqual([]);
});

test('the chain holds when many write at once', async () => {
  const database = await migrated();
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => writeAudit(database, 'test', `subject ${index}`, { index })),
  );
  expect(await auditChainIsIntact(database)).toBe(true);
});

test.each([
  ['changed', `update field.audit_log set details = '{"index": 99}' where id = 3`],
  ['taken out', 'delete from field.audit_log where id = 3'],
  ['taken out at the beginning', 'delete from field.audit_log where id = 1'],
  ['moved in time', `update field.audit_log set time = time + interval '1 second' where id = 3`],
  ['signed by another', `update field.audit_log set actor = 'someone' where id = 3`],
])('an entry that was %s breaks it', async (_what, change) => {
  const database = await migrated();
  for (let index = 0; index < 5; index++) await writeAudit(database, 'test', 'subject', { index });
  expect(await auditChainIsIntact(database)).toBe(true);
  await database.query(change);
  expect(await auditChainIsIntact(database)).toBe(false);
});
