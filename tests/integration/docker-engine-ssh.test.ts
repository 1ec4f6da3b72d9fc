import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { EngineFinder, systemMachine } from '../../src/main/stack/index.ts';
import { hasEngine } from '../support/container-engine.ts';
import { hasSshServer, startSshServer, visitor, type SshServer } from '../support/ssh-server.ts';
import { buildTinyImage, hasBusybox } from '../support/tiny-image.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const never = (): AbortSignal => new AbortController().signal;
describe.skipIf(!hasEngine || !hasSshServer || !hasBusybox)('an engine over ssh', () => {
  let folder: string;
  let server: SshServer;
  const homes: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'datayoti-ssh-'));
    // sshd reads the list of keys as the one who logs in.
    chmodSync(folder, 0o755);
    server = await startSshServer(join(folder, 'server'));
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Someone's machine: a home of its own, with the login key unless said otherwise. */
  function person(options: { key?: string | null; agent?: string } = {}): {
    home: string;
    finder: EngineFinder;
    own: string;
  } {
    const home = join(folder, `home-${homes.length}`);
    homes.push(home);
    mkdirSync(join(home, '.ssh'), { recursive: true });
    if (options.key !== null) cpSync(options.key ?? server.key, join(home, '.ssh', 'id_ed25519'));
    const environment: Record<string, string> =
      options.agent === undefined ? {} : { SSH_AUTH_SOCK: options.agent };
    const own = join(home, 'app', 'known_hosts');
    const machine = { ...systemMachine(), home, environment };
    return { home, own, finder: new EngineFinder({ machine, knownHostsFile: own }) };
  }
  const address = (user = 'root', of = server): string => `ssh://${user}@127.0.0.1:${of.port}`;
  async function trusted(
    options: Parameters<typeof person>[0] = {},
    of = server,
  ): Promise<ReturnType<typeof person>> {
    const someone = person(options);
    await someone.finder.trustHostKey(address('root', of), await of.fingerprint());
    return someone;
  }

  test('an unknown host is trusted only by its fingerprint, and then known', async () => {
    const { finder, own, home } = person();
    const before = await finder.look(address(), {}, never());
    expect(before.error).toMatchObject({
      code: 'engine.host-key-unknown',
      data: {
        fingerprint: await server.fingerprint(),
        host: `[127.0.0.1]:${server.port}`,
        keyType: 'ssh-ed25519',
      },
    });
    expect(existsSync(own)).toBe(false);
    await expect(finder.trustHostKey(address(), 'SHA256:wrong')).rejects.toMatchObject({
      code: 'engine.host-key-changed',
    });
    expect(existsSync(own)).toBe(false);
    await finder.trustHostKey(address(), await server.fingerprint());
    await finder.trustHostKey(address(), await server.fingerprint());
    expect(readFileSync(own, 'utf8').trim().split('\n').length).toBe(1);
    expect(existsSync(join(home, '.ssh', 'known_hosts'))).toBe(false);
    const after = await finder.look(address(), {}, never());
    expect([after.error, after.description?.product]).toEqual([null, 'Docker Engine']);
    expect(after.description?.freeDiskBytes).toBeGreaterThan(0);
  });

  test("what the person's own ssh knows is known, plain or hashed, and is not written to", async () => {
    const { finder, home } = person();
    const known = join(home, '.ssh', 'known_hosts');
    const { stdout } = await run('ssh-keyscan', ['-p', String(server.port), '127.0.0.1']);
    for (const hashed of [false, true]) {
      writeFileSync(known, stdout);
      if (hashed) await run('ssh-keygen', ['-H', '-f', known]);
      const text = readFileSync(known, 'utf8');
      expect(text.includes('127.0.0.1')).toBe(!hashed);
      expect((await finder.look(address(), {}, never())).error).toBeNull();
      expect(readFileSync(known, 'utf8')).toBe(text);
    }
  });

  test('a full life of a container through one connection, more than ten streams at once', async () => {
    const { finder } = await trusted();
    const engine = await finder.open(address());
    const ids: string[] = [];
    try {
      await buildTinyImage(engine, 'ssh-test:1');
      const id = await engine.createContainer({
        Image: 'ssh-test:1',
        Cmd: ['sh', '-c', 'echo up; sleep 600'],
      });
      ids.push(id);
      await engine.putFiles(id, [
        { path: '/a/b', content: Buffer.alloc(200_000, 7), mode: 0o600, uid: 1, gid: 2 },
      ]);
      await engine.startContainer(id);
      const stop = new AbortController();
      setMaxListeners(20, stop.signal);
      const followers = Array.from({ length: 14 }, () => follow(engine, id, stop.signal));
      const firsts = await Promise.all(followers.map(({ first }) => first));
      expect(firsts).toEqual(Array.from({ length: 14 }, () => 'up'));
      expect((await engine.getFile(id, '/a/b'))?.equals(Buffer.alloc(200_000, 7))).toBe(true);
      const input = 'y'.repeat(300_000);
      expect(await engine.exec(id, ['wc', '-c'], { input }, never())).toEqual({
        exitCode: 0,
        output: '300000\n',
      });
      stop.abort();
      await Promise.all(followers.map(({ end }) => end));
      expect([engine.address, engine.host]).toEqual([address(), '127.0.0.1']);
    } finally {
      for (const id of ids) await engine.removeContainer(id);
      await engine.removeImage('ssh-test:1');
      await engine.close();
    }
  });

  test('a changed host key is refused, also to be trusted, until the old one is forgotten', async () => {
    const other = await startSshServer(join(folder, 'renewed'));
    try {
      const { finder } = await trusted({ key: other.key }, other);
      expect((await finder.look(address('root', other), {}, never())).error).toBeNull();
      await other.renewHostKey();
      const changed = await finder.look(address('root', other), {}, never());
      expect(changed).toMatchObject({
        description: null,
        error: { code: 'engine.host-key-changed', data: { fingerprint: await other.fingerprint() } },
      });
      await expect(
        finder.trustHostKey(address('root', other), await other.fingerprint()),
      ).rejects.toMatchObject({
        code: 'engine.host-key-changed',
      });
      await finder.forgetHostKey(address('root', other));
      await finder.trustHostKey(address('root', other), await other.fingerprint());
      expect((await finder.look(address('root', other), {}, never())).error).toBeNull();
    } finally {
      await other.stop();
    }
  });

  test('logging in: no key, a key that is not let in, one with a passphrase, the agent', async () => {
    const none = await trusted({ key: null });
    expect((await none.finder.look(address(), {}, never())).error).toMatchObject({
      code: 'engine.login-refused',
      data: { context: 'nokey', user: 'root' },
    });
    const wrongKey = join(folder, 'wrong_key');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', wrongKey]);
    const wrong = await trusted({ key: wrongKey });
    expect((await wrong.finder.look(address(), {}, never())).error).toMatchObject({
      code: 'engine.login-refused',
      data: { context: 'refused' },
    });
    const lockedKey = join(folder, 'locked_key');
    cpSync(server.key, lockedKey);
    await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'secret phrase', '-f', lockedKey]);
    const locked = await trusted({ key: lockedKey });
    expect((await locked.finder.look(address(), {}, never())).error).toMatchObject({
      code: 'engine.login-refused',
      data: { context: 'locked' },
    });
    const agent = join(folder, 'agent.sock');
    const process = await startAgent(agent);
    try {
      await run('ssh-add', ['-q', server.key], { env: { SSH_AUTH_SOCK: agent } });
      const viaAgent = await trusted({ key: null, agent });
      expect((await viaAgent.finder.look(address(), {}, never())).error).toBeNull();
    } finally {
      process.kill('SIGTERM');
    }
  });

  test("the person's own ssh settings lead there: alias, port, user and key", async () => {
    const { finder, own, home } = person({ key: null });
    const key = join(home, 'keys', 'cold key');
    mkdirSync(join(home, 'keys'));
    cpSync(server.key, key);
    const config = (...lines: string[]): void =>
      writeFileSync(join(home, '.ssh', 'config'), ['Host cold', ...lines, ''].join('\n  '));
    const look = () => finder.look('ssh://cold', {}, never());
    config('HostName 127.0.0.1', `Port ${server.port}`, 'User root', 'IdentityFile "~/keys/cold key"');
    expect((await look()).error).toMatchObject({
      code: 'engine.host-key-unknown',
      data: { host: `[127.0.0.1]:${server.port}` },
    });
    await finder.trustHostKey('ssh://cold', await server.fingerprint());
    const there = await look();
    expect([there.error, there.address, there.description?.product]).toEqual([
      null,
      'ssh://cold',
      'Docker Engine',
    ]);
    // Trusted is the place, under whatever name.
    const engine = await finder.open('ssh://cold');
    expect([engine.address, engine.host, engine.remote]).toEqual(['ssh://cold', '127.0.0.1', false]);
    expect((await engine.describe(never())).product).toBe('Docker Engine');
    await engine.close();

    // Read anew each time; what the address itself says counts first.
    config('HostName 127.0.0.1', `Port ${server.port}`, `User ${visitor}`, 'IdentityFile "~/keys/cold key"');
    expect((await look()).error).toMatchObject({ code: 'engine.access-denied', data: { user: visitor } });
    expect((await finder.look('ssh://root@cold', {}, never())).error).toBeNull();
    config('HostName 127.0.0.1', `Port ${server.port}`, 'User root');
    expect((await look()).error).toMatchObject({ code: 'engine.login-refused', data: { context: 'nokey' } });
    config('HostName 127.0.0.1', `Port ${server.port}`, 'ProxyJump jump.example');
    expect((await look()).error).toMatchObject({
      code: 'engine.ssh-config',
      data: { context: 'proxy', name: 'ProxyJump', value: 'jump.example' },
    });
    config('HostName 127.0.0.1', `Port ${server.port}`);
    await finder.forgetHostKey('ssh://cold');
    expect(readFileSync(own, 'utf8')).toBe('');
  });

  test('a host where sockets may not be forwarded is reached through its docker program', async () => {
    const strict = await startSshServer(join(folder, 'strict'), ['AllowStreamLocalForwarding no']);
    try {
      const { finder } = await trusted({ key: strict.key }, strict);
      const engine = await finder.open(address('root', strict));
      try {
        expect((await engine.describe(never())).product).toBe('Docker Engine');
        expect(await engine.inspectContainer('no-such-container-here')).toBeUndefined();
      } finally {
        await engine.close();
      }
    } finally {
      await strict.stop();
    }
  });

  test('no engine over there, and nobody listening at all', async () => {
    const { finder } = await trusted();
    expect((await finder.look(`${address()}/run/none.sock`, {}, never())).error).toMatchObject({
      code: 'engine.not-running',
      data: { context: 'remote' },
    });
    const gone = await startSshServer(join(folder, 'gone'));
    await gone.stop();
    expect((await finder.look(address('root', gone), {}, never())).error?.code).toBe('engine.not-running');
  });

  test('an account over there that may not use the engine', async () => {
    const { finder } = await trusted();
    expect((await finder.look(address(visitor), {}, never())).error).toMatchObject({
      code: 'engine.access-denied',
      data: { user: visitor, context: 'remote' },
    });
  });

  test('a connection that breaks ends what runs, and the next call makes a new one', async () => {
    const breaking = await startSshServer(join(folder, 'breaking'));
    const { finder } = await trusted({ key: breaking.key }, breaking);
    const engine = await finder.open(address('root', breaking));
    try {
      await buildTinyImage(engine, 'ssh-test:2');
      const id = await engine.createContainer({
        Image: 'ssh-test:2',
        Cmd: ['sh', '-c', 'echo up; sleep 600'],
      });
      await engine.startContainer(id);
      const { first, end } = follow(engine, id, never());
      await first;
      for (const pid of await childrenOf(breaking.pid())) process.kill(pid, 'SIGKILL');
      await expect(end).rejects.toMatchObject({ code: 'engine.unreachable' });
      expect((await engine.inspectContainer(id))?.State.Running).toBe(true);
      await engine.removeContainer(id);
      await engine.removeImage('ssh-test:2');
    } finally {
      await engine.close();
      await breaking.stop();
    }
  });
});

function follow(
  engine: DockerEngine,
  id: string,
  signal: AbortSignal,
): { first: Promise<string>; end: Promise<void> } {
  let tell: (text: string) => void = () => undefined;
  const first = new Promise<string>((resolve) => (tell = resolve));
  const end = (async () => {
    for await (const { text } of engine.containerLogs(id, { tail: 5, follow: true }, signal)) tell(text);
  })();
  end.catch(() => undefined);
  return { first, end };
}

async function startAgent(socket: string): Promise<ChildProcess> {
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  await until(() => existsSync(socket), { what: 'the ssh-agent listens' });
  return agent;
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]);
  return stdout.trim().split(/\s+/u).map(Number);
}
