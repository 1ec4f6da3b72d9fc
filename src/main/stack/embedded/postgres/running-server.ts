import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { isAlive } from '../../../foundation/processes.ts';
import { stopServer, type RunningServer } from './stop-server.ts';

const run = promisify(execFile);
const commandLimitMs = 5_000;
const stopLimitMs = 15_000;
const childrenLimitMs = 10_000;
const lookEveryMs = 50;

/** `postmaster.pid`, first lines: process id, data folder, start time, port (PostgreSQL: storage/file layout). */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
}

export async function readPostmasterFile(data: string): Promise<PostmasterFile | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, port: Number(lines[3] ?? 0) } : undefined;
}

/**
 * Ends a server that an application which was killed left behind on this data folder, and clears the lock of one
 * that is gone. A process that only reuses the number is left alone. Processes of a server whose postmaster
 * died may still write: nothing is started beside them.
 *
 * @returns what was found
 * @throws AppError `database.in-use-by-other-process` (data: folder, pid)
 */
export async function clearLeftOver(
  server: Omit<RunningServer, 'child'>,
): Promise<'nothing' | 'stale-lock' | 'stopped-orphan'> {
  const { data } = server;
  const found = await readPostmasterFile(data);
  if (found === undefined) return 'nothing';
  const alive = isAlive(found.pid);
  if (alive && (await isServerOf(found.pid, data))) {
    for (const mode of ['fast', 'immediate'] as const) {
      await stopServer(server, mode);
      if (await ended(found.pid, stopLimitMs)) return 'stopped-orphan';
    }
    throw inUse(data, found.pid);
  }
  await untilNobodyWorksIn(data);
  // The lock of a dead process is the server's own business: it holds the key by which the server finds memory
  // that is still in use. A number that another program has now would stop it, so only that lock is removed.
  if (alive) await rm(join(data, 'postmaster.pid'), { force: true });
  return 'stale-lock';
}

export async function ended(pid: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await wait(lookEveryMs);
  }
  return true;
}

function inUse(folder: string, pid: number): AppError {
  return new AppError(
    'database.in-use-by-other-process',
    `Process ${pid} still works on the database files.`,
    {
      folder,
      pid,
    },
  );
}

/** Every process of a server works in its data folder; Linux tells (proc(5)), elsewhere the server's own lock must do. */
async function untilNobodyWorksIn(data: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const folder = await realpath(data);
  const deadline = Date.now() + childrenLimitMs;
  for (;;) {
    const pid = await workerIn(folder);
    if (pid === undefined) return;
    if (Date.now() > deadline) throw inUse(folder, pid);
    await wait(lookEveryMs);
  }
}

async function workerIn(folder: string): Promise<number | undefined> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || (await readlink(`/proc/${name}/cwd`).catch(() => '')) !== folder) continue;
    const program = await readFile(`/proc/${name}/comm`, 'utf8').catch(() => '');
    if (program.startsWith('postgres')) return Number(name);
  }
  return undefined;
}

/** Is that process a postmaster with exactly this data folder? Where the system does not tell, it is taken for none. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    return (words[0] ?? '').includes('postgres') && words.some((word) => resolve(word) === resolve(data));
  }
  const line = await commandLine(pid);
  return line.includes('postgres') && line.includes(data);
}

async function commandLine(pid: number): Promise<string> {
  const [program, args]: [string, string[]] =
    process.platform === 'win32'
      ? [
          'powershell.exe',
          [
            '-NoProfile',
            '-NonInteractive',
            '-Command',
            `(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`,
          ],
        ]
      : ['ps', ['-ww', '-o', 'command=', '-p', String(pid)]];
  return run(program, args, { timeout: commandLimitMs, windowsHide: true }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
