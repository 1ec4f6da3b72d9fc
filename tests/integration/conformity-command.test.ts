import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { passwordOf, query, urlOf } from '../support/database-at-hand.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';

let server: PlainPostgres;
let folder: string;
beforeAll(async () => {
  server = await startPlainPostgres();
  folder = mkdtempSync(join(tmpdir(), 'datayoti-conformity-'));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('rules, days and excursions from the command line, in JSON and in words', async () => {
  const address = await server.createDatabase();
  const run = (...args: string[]) =>
    runCommand([...args, '--db', urlOf(address)], { ...passwordOf(address), DATAYOTI_LANG: 'en' });
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await run(...args, '--json')).stdout);
  expect((await run('db', 'migrate')).code).toBe(0);
  await query(address, `insert into sites (site_ref, site_name) values ('HCS', 'Harbour')`);
  await query(address, `insert into devices (device_mac_addr, site_ref) values ('1C:69:20:00:00:01', 'HCS')`);
  await query(address, `select field.ensure_partitions('{2025-03-30}')`);
  await query(
    address,
    `insert into sensor_data select timestamptz '2025-03-30 10:00:00+00' + i * interval '1 minute', '1C:69:20:00:00:01',
       case when i between 10 and 19 then 9.5 else 5.5 end, 50 from generate_series(0, 119) i`,
  );

  const added = await json(
    'conformity',
    'rules',
    'add',
    '--site',
    'HCS',
    '--type',
    'temperature_range',
    '--min',
    '2',
    '--max',
    '8',
    '--criticality',
    'HIGH',
  );
  expect(added).toMatchObject({ id: 1, siteRef: 'HCS', minAllowed: 2, maxAllowed: 8, criticality: 'HIGH' });
  for (const [more, code] of [
    [['--type', 'temperature_range', '--max', '8'], 1],
    [['--type', 'temperature', '--max', '8'], 2],
    [['--type', 'humidity_floor', '--min', 'warm'], 2],
  ] as const) {
    const refused = await run('conformity', 'rules', 'add', '--site', 'HCS', ...more);
    expect([more, refused.code]).toEqual([more, code]);
    expect(refused.stderr).not.toBe('');
  }

  const file = join(folder, 'rules.csv');
  writeFileSync(
    file,
    'id;site_ref;metric_type;min_allowed;max_allowed\r\n;HCS;uptime_ratio;0,95;\r\n7;HCS;data_validity;95;\r\n',
  );
  const preview = await run('conformity', 'rules', 'import', file, '--dry-run');
  expect(preview.stdout).toContain(
    'line 3: added  7  HCS  data_validity  95 to -  MEDIUM  (no day can keep it',
  );
  expect(preview.stdout).toContain('Would be: 2 added, 0 replaced, 0 unchanged.');
  expect(await json('conformity', 'rules', 'import', file)).toMatchObject({
    applied: true,
    added: 2,
    neverKept: 1,
  });
  writeFileSync(
    file,
    'site_ref,metric_type,min_allowed,max_allowed\nHCS,humidity_floor,30,\nNONE,humidity_floor,30,\n',
  );
  const bad = await run('conformity', 'rules', 'import', file);
  expect([bad.code, bad.stdout]).toEqual([1, expect.stringContaining('line 3: site-unknown  NONE')]);

  const list = await run('conformity', 'rules', 'list', '--site', 'HCS');
  expect(list.stdout.trim().split('\n')).toHaveLength(3);
  expect(list.stdout).toContain('1  HCS  temperature_range  2 to 8  HIGH');
  expect((await run('conformity', 'rules', 'export', file)).code).toBe(0);
  expect(readFileSync(file, 'utf8').split('\r\n')[1]).toMatch(/^1,HCS,temperature_range,2,8,HIGH,,20/);
  expect((await run('conformity', 'rules', 'export')).stdout).toContain('HCS,uptime_ratio,0.95,,MEDIUM');

  const range = ['--from', '2025-03-29', '--to', '2025-03-31'];
  expect(await json('conformity', 'days', 'HCS', ...range)).toMatchObject({
    days: [
      { day: '2025-03-29', complianceRate: null, readings: 0 },
      { day: '2025-03-30', complianceRate: 0, criticalViolations: 1, rules: 3, readings: 120 },
      { day: '2025-03-31', readings: 0 },
    ],
  });
  expect((await run('conformity', 'days', 'HCS', ...range)).stdout).toBe(
    '2025-03-30  0 % of 3 rules, 1 critical  (120 readings)\n1 days with readings of 3.\n',
  );
  expect((await run('conformity', 'days', 'HCS', '--from', '2026-01-02', '--to', '2026-01-01')).code).toBe(1);
  expect(await json('conformity', 'excursions', 'HCS', ...range)).toEqual({
    items: [
      {
        mac: '1C:69:20:00:00:01',
        metric: 'temperature',
        side: 'above',
        limit: 8,
        startMs: Date.UTC(2025, 2, 30, 10, 10),
        endMs: Date.UTC(2025, 2, 30, 10, 20),
        durationMs: 600_000,
        peak: 9.5,
        peakMs: Date.UTC(2025, 2, 30, 10, 10),
        readings: 10,
      },
    ],
    more: 0,
  });
  expect((await run('conformity', 'excursions', 'HCS', ...range)).stdout).toBe(
    '2025-03-30T10:10:00.000Z to 2025-03-30T10:20:00.000Z  1C:69:20:00:00:01  temperature above 8 °C  peak 9.5 °C at 2025-03-30T10:10:00.000Z  10 min\n',
  );
  expect(await json('conformity', 'excursions', 'HCS', ...range, '--tolerance', '11')).toEqual({
    items: [],
    more: 0,
  });

  expect((await run('conformity', 'rules', 'remove', '7')).stdout).toBe('Removed.\n');
  expect((await run('conformity', 'rules', 'remove', '7')).code).toBe(1);
  expect((await run('conformity', 'rules', 'list', '--site', 'H S')).code).toBe(2);
}, 240_000);
