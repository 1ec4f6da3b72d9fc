import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBuffer } from 'yauzl';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DatabaseAddress } from '../../src/main/storage/index.ts';
import { runCommand, startCommand } from '../support/command-line.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import { query } from '../support/database-at-hand.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-cli-'));
  // Open to pass through, so that as root the embedded database lies below it too and goes with it.
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const json = (text: string): unknown => JSON.parse(text);

test.each([
  ['an unknown command', ['nonsense'], 2, 'request.invalid'],
  ['an unknown option', ['doctor', '--nonsense'], 2, 'request.invalid'],
  ['no broker', ['ingest'], 2, 'request.invalid'],
  ['a broker that is no address', ['ingest', '--mqtt', 'http://x'], 2, 'request.invalid'],
  [
    'a password in the broker address',
    ['ingest', '--mqtt', 'mqtt://u:hush-hush@127.0.0.1'],
    2,
    'request.invalid',
  ],
  [
    'a password in the database address',
    ['db', 'status', '--db', 'postgres://u:hush-hush@127.0.0.1/x'],
    2,
    'request.invalid',
  ],
  ['a broker address with a lone %', ['ingest', '--mqtt', 'mqtt://50%@127.0.0.1'], 2, 'request.invalid'],
  [
    'a database address with a lone %',
    ['db', 'status', '--db', 'postgres://u%zz@127.0.0.1/x'],
    2,
    'request.invalid',
  ],
  ['a database that is no address', ['db', 'status', '--db', 'nonsense'], 2, 'request.invalid'],
  [
    'a database that is not there',
    ['db', 'status', '--db', 'postgres://u@127.0.0.1:1/x'],
    1,
    'database.unreachable',
  ],
  ['no embedded database yet', ['db', 'status'], 1, 'stack.not-running'],
  ['no embedded database to reach', ['db', 'shell-env'], 1, 'stack.not-running'],
  [
    'a password file that is not there',
    ['accounts', 'add', 'x1', '--role', 'sensors', '--password-file', '/none'],
    1,
    'file.unreadable',
  ],
  ['an unknown role', ['accounts', 'add', 'x1', '--role', 'king'], 2, 'request.invalid'],
  ['a name with a space', ['accounts', 'add', 'a b', '--role', 'sensors'], 2, 'request.invalid'],
  ['a device without its address', ['accounts', 'add', 'x1', '--role', 'device'], 2, 'request.invalid'],
  ['a bundle that cannot be written', ['support-bundle', '--output', '/none/x.zip'], 1, 'file.unwritable'],
  ['a port that is none', ['serve', '--port', 'abc'], 2, 'request.invalid'],
  ['an open address without a passphrase', ['serve', '--listen', '0.0.0.0'], 1, 'host.passphrase-required'],
] as const)('refused in JSON and in one sentence: %s', async (_what, args, code, error) => {
  const data = join(folder, 'untouched');
  const env = { DATAYOTI_DATA: data };
  const [asJson, asText] = await Promise.all([runCommand([...args, '--json'], env), runCommand(args, env)]);
  expect([asJson.code, asJson.stderr]).toEqual([code, '']);
  expect(json(asJson.stdout)).toMatchObject({ error: { code: error } });
  expect([asText.code, asText.stdout]).toEqual([code, '']);
  expect(asText.stderr).not.toMatch(/^\s+at /m);
  expect(asJson.stdout + asText.stderr).not.toContain('hush-hush');
  expect(existsSync(join(data, 'instance.json'))).toBe(false);
});

test('doctor answers each check, also before there is a data folder, and makes none', async () => {
  const data = join(folder, 'none-yet');
  const { code, stdout, stderr } = await runCommand(['doctor', '--data', data, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const { checks } = json(stdout) as { checks: readonly { id: string; status: string }[] };
  const ids = checks.map(({ id }) => id);
  for (const id of [
    'runtime.node',
    'runtime.desktop',
    'folder.data',
    'disk.free',
    'database.programs',
    'port.mqtt',
    'port.postgres',
    'engine.docker',
    'serial.permission',
    'firewall',
    'clock',
  ])
    expect(ids).toContain(id);
  const french = await runCommand(['doctor', '--data', data, '--lang', 'fr']);
  expect(french.code).toBe(0);
  expect(french.stdout).toMatch(/^ok +clock +L’horloge indique 20/m);
  expect(french.stdout).toMatch(/folder\.data +.* sera créé à la première utilisation/);
  expect(existsSync(data)).toBe(false);
});

test('serve, and what the other commands tell of it: ports, state, a second start', async () => {
  const data = join(folder, 'served');
  mkdirSync(join(data, 'logs'), { recursive: true });
  const [mqttPort, mqttsPort, websocketPort, postgresPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const settings = { mqttPort, mqttsPort, websocketPort, postgresPort, firstRunDone: true };
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ version: 1, settings }));
  const serve = ['serve', '--no-open', '--json', '--data', data, '--port', String(await freePort())];
  const running = startCommand(serve);
  const link = await until(() => running.lines().find((line) => 'link' in line)?.['link'], {
    timeoutMs: 30_000,
    what: 'a link',
  });
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/open\?token=/);
  await until(async () => (await runCommand(['db', 'status', '--data', data, '--json'])).code === 0, {
    timeoutMs: 30_000,
    what: 'the database of the application answers',
  });

  // What a person needs for psql; the password only where it is asked for.
  const reach = await runCommand(['db', 'shell-env', '--data', data]);
  expect([reach.code, reach.stdout]).toEqual([
    0,
    `export PGHOST=127.0.0.1\nexport PGPORT=${postgresPort}\nexport PGDATABASE=datayoti_db\nexport PGUSER=datayoti_owner\n`,
  ]);
  const whole = json(
    (await runCommand(['db', 'shell-env', '--with-password', '--json', '--data', data])).stdout,
  ) as DatabaseAddress;
  expect(await query(whole, 'select current_database() as name')).toEqual([{ name: 'datayoti_db' }]);

  const second = await runCommand(serve);
  expect(second.code).toBe(0);
  expect(second.stdout).toMatch(/"link":"http:\/\/127\.0\.0\.1:\d+\/open\?token=/);
  expect(second.stdout).not.toContain(JSON.stringify(link));

  const { checks } = json((await runCommand(['doctor', '--data', data, '--json'])).stdout) as {
    checks: readonly { id: string; status: string }[];
  };
  expect(checks.filter(({ id, status }) => id.startsWith('port.') && status !== 'ok')).toEqual([]);

  writeFileSync(
    join(data, 'logs', 'datayoti.log.1'),
    'connecting to mqtt://u:hush-hush@host password=hush-hush\n',
  );
  const output = join(folder, 'bundle.zip');
  expect((await runCommand(['support-bundle', '--data', data, '--output', output])).code).toBe(0);
  const files = await unzip(readFileSync(output));
  expect([...files.keys()].sort()).toEqual([
    'doctor.json',
    'logs/datayoti.log',
    'logs/datayoti.log.1',
    'settings.json',
    'state.json',
    'versions.json',
  ]);
  expect(json(files.get('state.json') ?? '')).toMatchObject({
    processId: running.child.pid,
    schema: { pending: [] },
  });
  expect([...files.values()].join('\n')).not.toContain('hush-hush');

  running.child.kill('SIGTERM');
  expect((await running.ended()).code).toBe(0);
  expect(existsSync(join(data, 'instance.json'))).toBe(false);
});

function unzip(content: Buffer): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  return new Promise((resolve, reject) => {
    fromBuffer(content, { lazyEntries: true }, (failure, zip) => {
      if (failure !== null) return reject(failure);
      zip.on('error', reject).on('end', () => resolve(files));
      zip.on('entry', (entry: { fileName: string }) => {
        zip.openReadStream(entry as Parameters<typeof zip.openReadStream>[0], (broken, stream) => {
          if (broken !== null) return reject(broken);
          let text = '';
          stream.on('data', (part: Buffer) => (text += part.toString('utf8')));
          stream.on('end', () => {
            files.set(entry.fileName, text);
            zip.readEntry();
          });
        });
      });
      zip.readEntry();
    });
  });
}
