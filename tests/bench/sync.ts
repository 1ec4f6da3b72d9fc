import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database, ensurePartitions, migrate, utcDay } from '../../src/main/storage/index.ts';
import { loadTarget } from '../../src/main/storage/queries/sync-targets.ts';
import { addTarget, markAllAgain, runSync, syncRelations } from '../../src/main/sync/index.ts';
import { startPlainPostgres } from '../support/plain-postgres.ts';
import { migrationOptions } from '../support/storage-bench-options.ts';

/**
 * `npm run bench:sync -- 10000000`: readings of 50 devices, once a minute, from one PostgreSQL to another on this machine,
 * beside a plain COPY of the same rows into the same table. Both servers are durable (`fsync=on`).
 */
const rows = Number(process.argv[2] ?? 10_000_000);
const devices = 50;
const minutes = Math.ceil(rows / devices);
const firstMs = Date.UTC(2025, 0, 1);
const dayMs = 86_400_000;
const days = Array.from({ length: Math.ceil(minutes / 1440) + 1 }, (_, day) => utcDay(firstMs + day * dayMs));
const columns = 'time, device_mac_addr, temperature, humidity, reception_time';
const folder = mkdtempSync(join(tmpdir(), 'datayoti-bench-sync-'));
const file = join(folder, 'rows.bin');
const never = new AbortController().signal;

async function timed<T>(
  name: string,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly rate: number }> {
  const memory = { peak: 0 };
  const timer = setInterval(() => (memory.peak = Math.max(memory.peak, process.memoryUsage().rss)), 100);
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  clearInterval(timer);
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const rate = (minutes * devices) / seconds;
  process.stdout.write(
    `${name.padEnd(34)} ${seconds.toFixed(1)} s, ${Math.round(rate)} rows/s, own processor time ` +
      `${((user + system) / 1e6).toFixed(1)} s, memory ${Math.round(memory.peak / 1e6)} MB\n`,
  );
  return { result, rate };
}

const [here, there] = [
  await startPlainPostgres({ durable: true }),
  await startPlainPostgres({ durable: true }),
];
const open = (address: Database['address']): Database =>
  new Database({ address, applicationName: 'bench', poolSize: 2, log: silentLog, statementTimeoutMs: 0 });
const [local, central] = [open(here.address), open(there.address)];
try {
  for (const database of [local, central]) {
    await migrate(database, migrationOptions);
    await ensurePartitions(database, days);
    await database.query(`insert into sites (site_ref) values ('S')`);
    await database.query(
      `insert into devices (device_mac_addr, site_ref)
       select '24:6F:28:00:00:' || lpad(to_hex(i), 2, '0'), 'S' from generate_series(1, $1::int) i`,
      [devices],
    );
  }
  process.stdout.write(`${minutes * devices} readings of ${devices} devices over ${days.length - 1} days\n`);
  await local.query(
    `insert into sensor_data select $1::timestamptz + m * interval '1 minute', '24:6F:28:00:00:' || lpad(to_hex(d), 2, '0'),
       (20 + sin(m))::real, 60.5, $1::timestamptz + m * interval '1 minute' from generate_series(0, $2 - 1) m, generate_series(1, $3::int) d`,
    [new Date(firstMs).toISOString(), minutes, devices],
  );
  await local.query('vacuum analyze sensor_data');
  await local.connection((connection) =>
    connection.copyOut(`copy (select ${columns} from sensor_data) to stdout (format binary)`, (chunks) =>
      pipeline(chunks, createWriteStream(file)),
    ),
  );
  const id = await addTarget(local, {
    name: 'central',
    address: {
      host: there.address.host,
      port: there.address.port,
      database: there.address.database,
      user: there.address.user,
      tls: 'off',
      ca: null,
    },
    ownTables: false,
  });
  const target = await loadTarget(local, id);
  if (target === undefined) throw new Error('not stored');
  const sync = (): Promise<unknown> =>
    runSync(
      { database: local, relations: syncRelations, clock: systemClock, log: silentLog },
      { target, password: there.address.password, dryRun: false },
      () => undefined,
      never,
    );
  const empty = async (): Promise<void> => {
    await central.query('truncate sensor_data');
    await central.query('checkpoint');
  };
  const ratios: number[] = [];
  for (let round = 0; round < 2; round++) {
    await empty();
    const copied = await timed('COPY of the same rows', () =>
      central.connection(
        (connection) =>
          connection.copyInFrom(
            `copy sensor_data (${columns}) from stdin (format binary)`,
            createReadStream(file, { highWaterMark: 1 << 16 }) as AsyncIterable<Buffer>,
          ),
        { unlimited: true },
      ),
    );
    await empty();
    await markAllAgain(local, target);
    const synced = await timed('sync, all new there', sync);
    const { rows: counted } = await central.query<{ n: number }>('select count(*) as n from sensor_data');
    if (counted[0]?.n !== minutes * devices) throw new Error('rows are missing');
    ratios.push(synced.rate / copied.rate);
    process.stdout.write(`sync / COPY: ${((synced.rate / copied.rate) * 100).toFixed(0)} %\n`);
  }
  await markAllAgain(local, target);
  await timed('sync, all there already', sync);
  process.exitCode = Math.max(...ratios) >= 0.5 ? 0 : 1;
} finally {
  await Promise.all([local.close(), central.close()]);
  await Promise.all([here.stop(), there.stop()]);
  rmSync(folder, { recursive: true, force: true });
}
