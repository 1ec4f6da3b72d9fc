import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const program = '/usr/sbin/sshd';

/** An account of the server only, with a shell and without any rights. */
export const visitor = 'field-visitor';

/** A real OpenSSH server can run: Linux, as root. */
export const hasSshServer = process.platform === 'linux' && process.getuid?.() === 0 && existsSync(program);

export interface SshServer {
  readonly port: number;
  /** Private key that it lets in, for any account. */
  readonly key: string;
  readonly hostKey: string;
  fingerprint(): Promise<string>;
  /** As after a new installation: other host keys, same address. */
  renewHostKey(): Promise<void>;
  /** Of the process that listens; each connection has a child of its own. */
  pid(): number;
  stop(): Promise<void>;
}

/** An sshd of the test's own on a free port of loopback, with its own keys, in `folder`. */
export async function startSshServer(folder: string, options: readonly string[] = []): Promise<SshServer> {
  mkdirSync(folder, { recursive: true });
  // OpenSSH's place for its unprivileged half; a system with sshd started has it already.
  mkdirSync('/run/sshd', { recursive: true });
  const [hostKey, key] = [join(folder, 'host_key'), join(folder, 'login_key')];
  await makeKey(hostKey);
  await makeKey(key);
  const port = await freePort();
  const settings = join(folder, 'sshd_config');
  writeFileSync(
    settings,
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${key}.pub`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      `PidFile ${join(folder, 'sshd.pid')}`,
      ...options,
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'passwd'),
    `${readFileSync('/etc/passwd', 'utf8')}${visitor}:x:54321:54321::/:/bin/sh\n`,
  );
  writeFileSync(join(folder, 'shadow'), `${readFileSync('/etc/shadow', 'utf8')}${visitor}:*:19000::::::\n`, {
    mode: 0o600,
  });
  let server = await start(folder, port);
  return {
    port,
    key,
    hostKey,
    fingerprint: async () => (await run('ssh-keygen', ['-lf', `${hostKey}.pub`])).stdout.split(' ')[1] ?? '',
    renewHostKey: async () => {
      await server.stop();
      rmSync(hostKey);
      await makeKey(hostKey);
      server = await start(folder, port);
    },
    pid: () => server.pid,
    stop: () => server.stop(),
  };
}

async function start(folder: string, port: number): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const log = join(folder, 'sshd.log');
  const out = openSync(log, 'w');
  // With accounts of its own, seen by nobody else: mounted in a namespace that ends with it.
  const script = `mount --bind passwd /etc/passwd && mount --bind shadow /etc/shadow && exec ${program} -D -e -f sshd_config`;
  const child = spawn('unshare', ['--mount', 'sh', '-c', script], {
    cwd: folder,
    stdio: ['ignore', out, out],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until(() => child.exitCode !== null || readFileSync(log, 'utf8').includes(`port ${port}`), {
    what: 'sshd listens',
  });
  if (child.exitCode !== null) throw new Error(readFileSync(log, 'utf8'));
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function makeKey(file: string): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
}
