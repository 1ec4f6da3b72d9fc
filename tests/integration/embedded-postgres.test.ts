import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { Database } from '../../src/main/storage/index.ts';
import { EmbeddedPostgres } from '../../src/main/stack/embedded/postgres/index.ts';
import { freePort } from '../support/free-port.ts';
import { postgresBinaries } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const started: EmbeddedPostgres[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-embedded-'));
  folders.push(folder);
  spawnSync('chmod', ['755', folder]);
  return join(folder, 'postgres');
}

function server(dataFolder: string, binaries: string | undefined = postgresBinaries): EmbeddedPostgres {
  const created = new EmbeddedPostgres({
    binaries,
    dataFolder,
    databaseName: 'datayoti_db',
    ownerPassword: () => Promise.resolve('test-password-1'),
    log: silentLog,
    clock: systemClock,
  });
  started.push(created);
  return created;
}

async function ask(from: EmbeddedPostgres, text: string): Promise<readonly Record<string, unknown>[]> {
  const database = new Database({
    address: from.address(),
    applicationName: 'test',
    poolSize: 1,
    log: silentLog,
  });
  try {
    return (await database.query(text)).rows;
  } finally {
    await database.close();
  }
}

function postmasterPid(folder: string): number {
  return Number(readFileSync(join(folder, 'cluster/postmaster.pid'), 'utf8').split('\n')[0]);
}

test('starts on an empty folder, keeps its data over a restart, and is durable', async () => {
  const folder = newFolder();
  const port = await freePort();
  const first = server(folder);
  await first.start({ port }, signal);
  await ask(first, 'create table kept (x int)');
  await ask(first, 'insert into kept values (1)');
  expect(
    await ask(first, `select current_setting('fsync') as fsync, current_setting('data_checksums') as sums`),
  ).toEqual([{ fsync: 'on', sums: 'on' }]);
  await first.stop();
  await first.stop();
  expect(first.state().phase).toBe('stopped');
  await first.start({ port }, signal);
  expect(await ask(first, 'select x from kept')).toEqual([{ x: 1 }]);
});

test('a taken port is named with who holds it and the next free one', async () => {
  const port = await freePort();
  const holder = createServer().listen(port, '127.0.0.1');
  await until(() => holder.listening);
  const refused = server(newFolder());
  await expect(refused.start({ port }, signal)).rejects.toMatchObject({
    code: 'database.port-in-use',
    data: { port, pid: process.pid },
  });
  expect(refused.state()).toMatchObject({ phase: 'failed', error: { code: 'database.port-in-use' } });
  holder.close();
});

test('a server killed under us comes back by itself with its data', async () => {
  const folder = newFolder();
  const subject = server(folder);
  await subject.start({ port: await freePort() }, signal);
  await ask(subject, 'create table kept (x int)');
  const pid = postmasterPid(folder);
  process.kill(pid, 'SIGKILL');
  await until(() => subject.state().phase === 'starting');
  await until(() => subject.state().phase === 'running', { timeoutMs: 30_000 });
  expect(await ask(subject, 'select count(*) as n from kept')).toEqual([{ n: 0 }]);
});

test.runIf(process.platform === 'linux')(
  'a server left behind by a killed application is ended, and its successor has the data',
  async () => {
    const folder = newFolder();
    const first = server(folder);
    await first.start({ port: await freePort() }, signal);
    await ask(first, 'create table kept as select 7 as x');
    // Its supervisor would start it again; that of a killed application is gone. So the same program runs alone.
    const [program = '', ...args] = readFileSync(`/proc/${postmasterPid(folder)}/cmdline`, 'utf8')
      .split('\0')
      .slice(0, -1);
    await first.stop();
    const { uid, gid } = statSync(join(folder, 'cluster'));
    const orphan = spawn(program, args, { uid, gid, stdio: 'ignore' });
    const ended = once(orphan, 'exit');
    await until(() => existsSync(join(folder, 'cluster/postmaster.pid')), {
      timeoutMs: 20_000,
      what: 'it runs',
    });
    const successor = server(folder);
    await successor.start({ port: await freePort() }, signal);
    await ended;
    expect(postmasterPid(folder)).not.toBe(orphan.pid);
    expect(await ask(successor, 'select x from kept')).toEqual([{ x: 7 }]);
  },
);

test('the lock of a process that is gone, or that is no database, is no obstacle', async () => {
  const folder = newFolder();
  const subject = server(folder);
  const port = await freePort();
  await subject.start({ port }, signal);
  await subject.stop();
  writeFileSync(join(folder, 'cluster/postmaster.pid'), `${process.pid}\n${folder}/cluster\n1\n${port}\n`);
  await subject.start({ port }, signal);
  expect(subject.state().phase).toBe('running');
});

test('data of another major version and damaged data are refused, and kept', async () => {
  const folder = newFolder();
  const subject = server(folder);
  const port = await freePort();
  await subject.start({ port }, signal);
  await subject.stop();
  writeFileSync(join(folder, 'cluster/PG_VERSION'), '16\n');
  await expect(subject.start({ port }, signal)).rejects.toMatchObject({
    code: 'database.other-major-version',
    data: { found: '16', needed: '18' },
  });
  rmSync(join(folder, 'cluster/PG_VERSION'));
  await expect(subject.start({ port }, signal)).rejects.toMatchObject({ code: 'database.data-damaged' });
});

test('missing programs and an interrupted first start leave a clean state', async () => {
  const folder = newFolder();
  await expect(server(folder, '/nonexistent').start({ port: 5432 }, signal)).rejects.toMatchObject({
    code: 'database.binaries-missing',
  });
  const interrupted = new AbortController();
  const subject = server(folder);
  const starting = subject.start({ port: await freePort() }, interrupted.signal);
  await until(() => subject.state().step === 'database-init');
  interrupted.abort();
  await expect(starting).rejects.toThrow();
  expect(subject.state().phase).toBe('stopped');
  await subject.start({ port: await freePort() }, signal);
  expect(subject.state().phase).toBe('running');
});

test('a server that ends again and again is given up with the reason', async () => {
  const folder = newFolder();
  const subject = server(folder);
  await subject.start({ port: await freePort() }, signal);
  for (let crash = 0; crash < 4; crash++) {
    await until(() => subject.state().phase === 'running', { timeoutMs: 30_000 });
    process.kill(postmasterPid(folder), 'SIGKILL');
    await until(() => subject.state().phase !== 'running');
  }
  expect(subject.state()).toMatchObject({ phase: 'failed', error: { code: 'database.crash-loop' } });
});

test.skipIf(process.getuid?.() !== 0)(
  'a folder that the server account cannot reach is replaced by one that it can',
  async () => {
    const closed = mkdtempSync(join(tmpdir(), 'datayoti-closed-'));
    folders.push(closed);
    mkdirSync(join(closed, 'deeper'));
    const subject = server(join(closed, 'deeper/postgres'));
    await subject.start({ port: await freePort() }, signal);
    const { folder } = subject.state();
    expect(folder).toMatch(/^\/var\/lib\/datayoti-field\//);
    if (folder !== null) folders.push(folder);
  },
);

test.skipIf(process.getuid?.() !== 0)('a full disk is named before anything is written', async () => {
  const mount = mkdtempSync(join(tmpdir(), 'datayoti-small-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=755', 'tmpfs', mount]).status !== 0) return;
  try {
    await expect(
      server(join(mount, 'postgres')).start({ port: await freePort() }, signal),
    ).rejects.toMatchObject({ code: 'database.disk-full' });
  } finally {
    spawnSync('umount', [mount]);
    rmSync(mount, { recursive: true, force: true });
  }
});
