import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { passwordOf, query, urlOf } from '../support/database-at-hand.ts';
import { startPlainPostgres, type PlainPostgres } from '../support/plain-postgres.ts';
import { exportCsv } from '../support/readings-csv.ts';

const mac = '1C:69:20:E9:18:24';
const noon = Date.UTC(2025, 10, 3, 12);
let server: PlainPostgres;
let folder: string;

beforeAll(async () => {
  server = await startPlainPostgres();
  folder = mkdtempSync(join(tmpdir(), 'datayoti-readings-'));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test('readings: a dry run, an import with a mapping, the list and the undo', async () => {
  const address = await server.createDatabase();
  const db = ['--db', urlOf(address), '--json'];
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand([...args, ...db], passwordOf(address));
    return { code, stderr, answer: stdout === '' ? null : (JSON.parse(stdout) as unknown) };
  };
  await run('db', 'migrate');
  await query(address, `insert into devices (device_mac_addr) values ('${mac}')`);
  const own = write('own.csv', exportCsv([{ mac, timeMs: noon, temperature: 5, humidity: 60 }]));
  expect(await run('readings', 'import', own, '--dry-run')).toMatchObject({
    code: 0,
    answer: { check: { added: 1, replaced: 0 } },
  });
  expect(await query(address, 'select from sensor_data')).toEqual([]);
  expect(await run('readings', 'import', own)).toMatchObject({
    code: 0,
    answer: { record: { id: 1, added: 1 } },
  });

  const logger = write(
    'logger.csv',
    'quand;h;t;où\n03/11/2025 13:00;61,5;41,9;Cave\n30/03/2025 02:30;61,5;41;Cave\n',
  );
  const options = [
    '--map',
    'device=où,time=quand,temperature=3,humidity=2',
    '--zone',
    'Europe/Paris',
    '--unit',
    'F',
  ];
  expect(await run('readings', 'import', logger, ...options, '--assign', `Cave=${mac}`)).toMatchObject({
    code: 0,
    answer: {
      record: { id: 2, added: 0, replaced: 1, refused: 1 },
      faults: { first: [{ line: 3, reason: 'time-skipped' }] },
    },
  });
  const values = 'select temperature, humidity from sensor_data';
  expect(await query(address, values)).toEqual([{ temperature: 5.5, humidity: 61.5 }]);
  expect(await run('readings', 'undo', '1')).toMatchObject({ code: 0 });
  expect(await query(address, values)).toEqual([{ temperature: 5.5, humidity: 61.5 }]);
  expect(await run('readings', 'undo', '2')).toMatchObject({ code: 0, answer: { removed: 1, restored: 0 } });
  expect(await query(address, values)).toEqual([]);
  expect(await run('readings', 'imports')).toMatchObject({
    answer: {
      items: [
        { id: 2, state: 'undone' },
        { id: 1, state: 'undone' },
      ],
    },
  });
  expect(await run('readings', 'undo', '2')).toMatchObject({
    code: 1,
    answer: { error: { code: 'import.already-undone' } },
  });

  for (const [name, content, code] of [
    ['empty.csv', '', 'import.empty'],
    ['heading.csv', 'device_mac_addr,time,temperature,humidity\n', 'import.no-rows'],
    ['picture.csv', Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 256)), 'import.not-text'],
  ] as const)
    expect(await run('readings', 'import', write(name, content))).toMatchObject({
      code: 1,
      answer: { error: { code } },
    });
  expect(await run('readings', 'import', join(folder, 'nowhere.csv'))).toMatchObject({
    answer: { error: { code: 'file.unreadable' } },
  });
  expect(await run('readings', 'import', logger, '--map', 'time=9x')).toMatchObject({ code: 2 });
  expect(await run('readings', 'import', logger, '--zone', 'Europe/Atlantis')).toMatchObject({
    answer: { error: { code: 'import.zone-unknown' } },
  });
}, 120_000);
