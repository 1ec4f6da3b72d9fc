import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { silentLog } from '../../src/main/foundation/log.ts';
import { EmbeddedPostgres } from '../../src/main/stack/embedded/postgres/index.ts';
import { Database } from '../../src/main/storage/index.ts';
import { freePort } from '../support/free-port.ts';
import { postgresBinaries } from '../support/plain-postgres.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const root = process.getuid?.() === 0;
const started: EmbeddedPostgres[] = [];
const folders: string[] = [];
const mounts: string[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
  for (const mount of mounts.splice(0)) spawnSync('umount', [mount]);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-embedded-'));
  folders.push(folder);
  spawnSync('chmod', ['755', folder]);
  return join(folder, 'postgres');
}

function server(dataFolder: string): EmbeddedPostgres {
  const created = new EmbeddedPostgres({
    binaries: postgresBinaries,
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

test.skipIf(process.platform !== 'linux')(
  'nothing is started beside a process of a dead server that still works on the files',
  async () => {
    const folder = newFolder();
    const killed = server(folder);
    await killed.start({ port: await freePort() }, signal);
    await ask(killed, 'create table kept as select 7 as x');
    const postmaster = postmasterPid(folder);
    const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8')
      .trim()
      .split(' ');
    const child = Number(children[0]);
    // A child that cannot notice the end of its postmaster, as one that hangs in a slow disk.
    process.kill(child, 'SIGSTOP');
    try {
      process.kill(postmaster, 'SIGKILL');
      await until(() => killed.state().phase === 'failed', { timeoutMs: 30_000 });
      expect(killed.state().error).toMatchObject({
        code: 'database.in-use-by-other-process',
        data: { pid: child },
      });
    } finally {
      process.kill(child, 'SIGCONT');
    }
    await until(() => !existsSync(`/proc/${child}`));
    await killed.start({ port: await freePort() }, signal);
    expect(await ask(killed, 'select x from kept')).toEqual([{ x: 7 }]);
  },
);

test('a lock whose number another program has now is removed, and that program lives on', async () => {
  const folder = newFolder();
  const subject = server(folder);
  const port = await freePort();
  await subject.start({ port }, signal);
  await subject.stop();
  // As the server's own account, which is where the server itself would take the program for a postmaster.
  const { uid, gid } = statSync(join(folder, 'cluster'));
  const other = spawnSync('sh', ['-c', 'sleep 60 >/dev/null 2>&1 & echo $!'], { uid, gid, encoding: 'utf8' });
  const pid = Number(other.stdout);
  try {
    writeFileSync(join(folder, 'cluster/postmaster.pid'), `${pid}\n${folder}/cluster\n1\n${port}\n`);
    await subject.start({ port }, signal);
    expect(subject.state().phase).toBe('running');
    expect(() => process.kill(pid, 0)).not.toThrow();
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

test.skipIf(!root)('a cluster of another account is served by that account', async () => {
  const folder = newFolder();
  const subject = server(folder);
  const port = await freePort();
  await subject.start({ port }, signal);
  await ask(subject, 'create table kept as select 7 as x');
  await subject.stop();
  const daemon = 1;
  spawnSync('chown', ['-R', `${daemon}:${daemon}`, folder]);
  await subject.start({ port }, signal);
  expect(await ask(subject, 'select x from kept')).toEqual([{ x: 7 }]);
  expect(statSync(`/proc/${postmasterPid(folder)}`).uid).toBe(daemon);
});

test('what stands in the place of the cluster and cannot be read is kept', async () => {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cluster'), 'something of somebody');
  const port = await freePort();
  await expect(server(folder).start({ port }, signal)).rejects.toMatchObject({ code: 'file.unreadable' });
  expect(readFileSync(join(folder, 'cluster'), 'utf8')).toBe('something of somebody');
});

test('what an interrupted first start left behind is cleared away by the next', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'cluster.new-1/base'), { recursive: true });
  const subject = server(folder);
  await subject.start({ port: await freePort() }, signal);
  expect(readdirSync(folder).filter((name) => name.startsWith('cluster'))).toEqual(['cluster']);
});

test('the proposed port is none that another listener of ours is going to use', async () => {
  const port = await freePort();
  const holder = createServer().listen(port, '127.0.0.1');
  await until(() => holder.listening);
  const refused = server(newFolder());
  const error: unknown = await refused
    .start({ port, otherPorts: [port + 1] }, signal)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'database.port-in-use',
    data: { listener: 'postgres', pid: process.pid },
  });
  const { freePort: proposed } = (error as { data: { freePort: number } }).data;
  expect(proposed).toBeGreaterThan(port + 1);
  await refused.start({ port: proposed }, signal);
  expect(refused.state()).toMatchObject({ phase: 'running', port: proposed });
  holder.close();
});

test.skipIf(!root)(
  'a disk that runs full is named, nothing committed is lost, and room brings it back',
  async () => {
    const mount = mkdtempSync(join(tmpdir(), 'datayoti-small-'));
    folders.push(mount);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=450m,mode=755', 'tmpfs', mount]);
    if (mounted.status !== 0 && process.env['CI'] !== 'true') return;
    expect(mounted.status).toBe(0);
    mounts.push(mount);
    const folder = join(mount, 'postgres');
    const subject = server(folder);
    const port = await freePort();
    await subject.start({ port }, signal);
    await ask(subject, 'create table kept (x int, filler text)');
    await ask(subject, 'insert into kept values (1)');
    const filler = join(mount, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M', 'count=1000'], { stdio: 'ignore' });
    const acknowledged: number[] = [1];
    // Rows that need log segments which no longer fit: refused one by one, or the server gives up.
    await until(
      async () => {
        const x = acknowledged.length + 1;
        const fine = await ask(
          subject,
          `insert into kept select ${x}, string_agg(md5(random()::text), '') from generate_series(1, 100000)`,
        ).then(
          () => true,
          () => false,
        );
        if (fine) acknowledged.push(x);
        return !fine && (subject.state().phase === 'failed' || acknowledged.length > 0);
      },
      { timeoutMs: 50_000 },
    );
    await until(() => subject.state().phase === 'running' || subject.state().phase === 'failed', {
      timeoutMs: 50_000,
    });
    await subject.stop();
    await expect(subject.start({ port }, signal)).rejects.toMatchObject({ code: 'database.disk-full' });
    rmSync(filler);
    await subject.start({ port }, signal);
    expect(await ask(subject, 'select x from kept order by x')).toEqual(acknowledged.map((x) => ({ x })));
  },
  120_000,
);
