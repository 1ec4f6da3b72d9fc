import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from '../../../foundation/processes.ts';

const stopLimitMs = 15_000;
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
 * Ends a server that an application which was killed left behind on this data folder, and clears the lock of
 * one that is gone. A process that only reuses the number is left alone.
 *
 * @returns what was found
 */
export async function clearLeftOver(data: string): Promise<'nothing' | 'stale-lock' | 'stopped-orphan'> {
  const found = await readPostmasterFile(data);
  if (found === undefined) return 'nothing';
  if (!(await isServerOf(found.pid, data))) {
    await rm(join(data, 'postmaster.pid'), { force: true });
    return 'stale-lock';
  }
  process.kill(found.pid, 'SIGINT');
  if (!(await ended(found.pid, stopLimitMs))) {
    process.kill(found.pid, 'SIGQUIT');
    await ended(found.pid, stopLimitMs);
  }
  return 'stopped-orphan';
}

export async function ended(pid: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await wait(lookEveryMs);
  }
  return true;
}

/** Is that process a postmaster with exactly this data folder? Where the system does not tell, being alive must do. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  return (words[0] ?? '').includes('postgres') && words.some((word) => resolve(word) === resolve(data));
}
