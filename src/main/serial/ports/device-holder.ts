import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { PortUse } from '../../../shared/contract/ports.ts';

const run = promisify(execFile);
const commandLimitMs = 3_000;
const unknown: PortUse = { state: 'unknown', pid: null, program: null };
const free: PortUse = { state: 'free', pid: null, program: null };

/**
 * Which program has a device open. Linux: proc(5), where only the superuser sees the files of other people's
 * programs, so "nobody" is only said when every process could be looked at; macOS: lsof; Windows does not tell.
 *
 * @param ownPid our own process, which is never the answer
 */
export async function deviceHolder(path: string, ownPid: number = process.pid): Promise<PortUse> {
  try {
    if (process.platform === 'linux') return await linuxHolder(path, ownPid);
    if (process.platform === 'win32') return unknown;
    return await lsofHolder(path, ownPid);
  } catch {
    return unknown;
  }
}

async function linuxHolder(path: string, ownPid: number): Promise<PortUse> {
  // A link such as /dev/serial/by-id/... is opened under its real name.
  const device = await realpath(path);
  let sawAll = true;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === ownPid) continue;
    const links = await readdir(`/proc/${pid}/fd`).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES' || error.code === 'EPERM') sawAll = false;
      return [];
    });
    for (const link of links) {
      if ((await readlink(`/proc/${pid}/fd/${link}`).catch(() => '')) !== device) continue;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return { state: 'in-use', pid: Number(pid), program: name.trim() || null };
    }
  }
  return sawAll ? free : unknown;
}

async function lsofHolder(path: string, ownPid: number): Promise<PortUse> {
  // lsof ends with 1 where nobody has it open.
  const { stdout } = await run('lsof', ['-nP', '-Fpc', '--', path, path.replace('/cu.', '/tty.')], {
    timeout: commandLimitMs,
  }).catch((error: { stdout?: string; code?: unknown }) => {
    if (error.code === 1) return { stdout: error.stdout ?? '' };
    throw error;
  });
  for (const [, pid, program] of stdout.matchAll(/^p(\d+)\nc(.+)$/gm))
    if (Number(pid) !== ownPid) return { state: 'in-use', pid: Number(pid), program: program ?? null };
  return free;
}
