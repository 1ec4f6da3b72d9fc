import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);
const commandLimitMs = 3_000;

/** The program that listens on a port; `null` where the system does not tell (another user's, no such tool). */
export interface PortHolder {
  readonly pid: number;
  readonly program: string;
}

/** Can this process listen there right now? */
export function canListen(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The first free port from `from` upwards that is not among `except`; `undefined` where none up to 65535 is. */
export async function findFreePort(
  address: string,
  from: number,
  except: readonly number[] = [],
): Promise<number | undefined> {
  for (let port = from; port <= 65_535; port++)
    if (!except.includes(port) && (await canListen(address, port))) return port;
  return undefined;
}

export async function portHolder(port: number): Promise<PortHolder | null> {
  try {
    if (process.platform === 'linux') return await linuxHolder(port);
    if (process.platform === 'win32') return await windowsHolder(port);
    return await lsofHolder(port);
  } catch {
    return null;
  }
}

/** proc(5): `/proc/net/tcp` gives the socket's inode, `/proc/PID/fd` who has it open. State 0A is LISTEN. */
async function linuxHolder(port: number): Promise<PortHolder | null> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${hexPort}`) === true && fields[3] === '0A' && fields[9] !== undefined)
        inodes.add(fields[9]);
    }
  }
  if (inodes.size === 0) return null;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const links = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const link of links) {
      const target = await readlink(`/proc/${pid}/fd/${link}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined && inodes.has(inode)) {
        return { pid: Number(pid), program: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() };
      }
    }
  }
  return dockerProxyOf(port);
}

/** Docker's own forwarder is another account's, whose open files stay hidden; its arguments do not. */
async function dockerProxyOf(port: number): Promise<PortHolder | null> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const at = words.indexOf('-host-port');
    if (words[0]?.endsWith('docker-proxy') === true && at > 0 && words[at + 1] === String(port))
      return { pid: Number(pid), program: 'docker-proxy' };
  }
  return null;
}

async function lsofHolder(port: number): Promise<PortHolder | null> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    timeout: commandLimitMs,
  });
  const pid = /^p(\d+)$/m.exec(stdout)?.[1];
  const program = /^c(.+)$/m.exec(stdout)?.[1];
  return pid === undefined || program === undefined ? null : { pid: Number(pid), program };
}

async function windowsHolder(port: number): Promise<PortHolder | null> {
  const { stdout } = await run('netstat', ['-ano', '-p', 'TCP'], { timeout: commandLimitMs });
  const line = stdout
    .split('\n')
    .find((row) => row.includes('LISTENING') && new RegExp(`:${port}\\s`).test(row));
  const pid = line?.trim().split(/\s+/).at(-1);
  if (pid === undefined) return null;
  const task = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], {
    timeout: commandLimitMs,
  });
  return { pid: Number(pid), program: /^"([^"]+)"/.exec(task.stdout)?.[1] ?? pid };
}
