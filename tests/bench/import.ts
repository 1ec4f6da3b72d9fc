import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { silentLog } from '../../src/main/foundation/log.ts';
import { checkImport, lookAtFile, runImport, undoImport } from '../../src/main/readings-import/index.ts';
import { Database, migrate } from '../../src/main/storage/index.ts';
import { startPlainPostgres } from '../support/plain-postgres.ts';
import { exportHeading } from '../support/readings-csv.ts';
import { migrationOptions } from '../support/storage-bench.ts';

/** `npm run bench:import -- 1000000`: an export of 20 devices, checked, imported, imported again and taken back. */
const rows = Number(process.argv[2] ?? 1_000_000);
const macs = Array.from({ length: 20 }, (_, i) => `1C:69:20:E9:18:${String(10 + i)}`);
const folder = mkdtempSync(join(tmpdir(), 'datayoti-bench-import-'));
const path = join(folder, 'readings.csv');
const never = new AbortController().signal;
const quiet = (): void => undefined;

function* lines(): Generator<string> {
  yield `${exportHeading}\r\n`;
  const minutes = Math.ceil(rows / macs.length);
  for (let minute = 0; minute < minutes; minute++) {
    const time = new Date(Date.UTC(2025, 10, 1) - (minutes - minute) * 60_000).toISOString();
    const values = `${time},${(5 + (minute % 30) / 10).toFixed(1)},60.5,${time}`;
    yield macs.map((mac) => `${mac},Cellar,SITE_001,${values}\r\n`).join('');
  }
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const memory = { peak: 0 };
  const timer = setInterval(() => (memory.peak = Math.max(memory.peak, process.memoryUsage().rss)), 100);
  const result = await work();
  clearInterval(timer);
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  process.stdout.write(
    `${name.padEnd(24)} ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s, own processor time ` +
      `${((user + system) / 1e6).toFixed(1)} s, memory ${Math.round(memory.peak / 1e6)} MB\n`,
  );
  return result;
}

const server = await startPlainPostgres();
const database = new Database({
  address: await server.createDatabase(),
  applicationName: 'bench',
  poolSize: 4,
  log: silentLog,
  statementTimeoutMs: 0,
});
try {
  await migrate(database, migrationOptions);
  for (const mac of macs) await database.query('insert into devices (device_mac_addr) values ($1)', [mac]);
  await pipeline(Readable.from(lines()), createWriteStream(path));
  const site = { database, log: silentLog, nowMs: Date.now() };
  const file = { path, name: 'readings.csv' };
  const { mapping } = await lookAtFile(file, undefined, [], {}, Date.now());
  const order = { ...file, mapping, assign: {} };
  await timed('check, all new', () => checkImport(site, order, quiet, never));
  const first = await timed('import, all new', () => runImport(site, order, quiet, never));
  await timed('check, all there', () => checkImport(site, order, quiet, never));
  await database.query('update sensor_data set temperature = temperature + 1');
  const second = await timed('import, all replaced', () => runImport(site, order, quiet, never));
  await timed('undo of the second', () => undoImport(site, second.record.id, quiet, never));
  await timed('undo of the first', () => undoImport(site, first.record.id, quiet, never));
} finally {
  await database.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
