import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database, migrate } from '../../src/main/storage/index.ts';
import { startCommand, type Outcome } from '../support/command-line.ts';
import { passwordOf, urlOf } from '../support/database-at-hand.ts';
import { addReadings, macAt } from '../support/history-bench.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { migrationOptions } from '../support/storage-bench.ts';

const startMs = Date.UTC(2025, 9, 25, 22);
const mac = macAt(1);
/** The day of 25 hours in Paris. */
const range = ['--from', '2025-10-26T00:00:00+02:00', '--to', '2025-10-27T00:00:00+01:00'];
let server: PlainPostgres;
let folder: string;

beforeAll(async () => {
  server = await startPlainPostgres();
  folder = mkdtempSync(join(tmpdir(), 'datayoti-history-'));
  const owner = new Database({
    address: server.address,
    applicationName: 'test',
    poolSize: 1,
    log: silentLog,
  });
  await migrate(owner, migrationOptions);
  await addReadings(owner, { mac, fromMs: startMs, toMs: startMs + 30 * 3_600_000 });
  await owner.close();
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

const command = (...args: readonly string[]): Promise<Outcome> =>
  startCommand(['history', ...args, '--db', urlOf(server.address)], passwordOf(server.address)).ended(60_000);

test('summary, statistics and series answer in JSON', async () => {
  const summary = await command('summary', mac, ...range, '--json');
  expect(JSON.parse(summary.stdout)).toMatchObject({ items: [{ mac, received: 1_500, expected: 1_500 }] });
  const statistics = await command('statistics', mac.replaceAll(':', '').toLowerCase(), ...range, '--json');
  expect(JSON.parse(statistics.stdout)).toMatchObject({ items: [{ mac, rows: 1_500 }] });
  const series = await command('series', mac, ...range, '--width', '800', '--json');
  expect(JSON.parse(series.stdout)).toMatchObject({ series: [{ mac, intervalMs: 60_000 }] });
}, 120_000);

test('export goes to a file that was not there, or to a pipe that may close early', async () => {
  const file = join(folder, 'readings.csv');
  const written = await command('export', mac, ...range, '--output', file, '--json');
  expect([written.code, JSON.parse(written.stdout)]).toEqual([0, { file, rows: 1_500 }]);
  expect(readFileSync(file, 'utf8').split('\r\n')).toHaveLength(1_502);
  const again = await command('export', mac, ...range, '--output', file);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(file)]);
  const program = fileURLToPath(new URL('../../bin/datayoti.mjs', import.meta.url));
  const { stdout, stderr } = spawnSync(
    'sh',
    [
      '-c',
      '"$0" "$1" history export "$2" --last 5000d --db "$3" | head -n 2',
      process.execPath,
      program,
      mac,
      urlOf(server.address),
    ],
    { encoding: 'utf8', env: { ...process.env, ...passwordOf(server.address) } },
  );
  expect([stdout.split('\r\n')[0], stderr]).toEqual([
    'device_mac_addr,device_name,site_ref,time,temperature,humidity,reception_time',
    '',
  ]);
}, 120_000);

test.each([
  [['summary', 'no-mac'], 2],
  [['summary', mac, '--from', '2025-10-27', '--to', '2025-10-26'], 1],
  [['export', mac, '--resolution', 'weekly'], 2],
])(
  '%j is refused',
  async (args, code) => {
    expect((await command(...args, '--json')).code).toBe(code);
  },
  120_000,
);
