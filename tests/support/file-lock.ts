import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const pollMs = 200;

/** Work that only one of the test processes may do at a time; one that was killed in it holds up nobody. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const folder = join(tmpdir(), `datayoti-lock-${name}`);
  const holder = join(folder, 'pid');
  for (;;) {
    try {
      await mkdir(folder);
      await writeFile(holder, String(process.pid));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const pid = Number(await readFile(holder, 'utf8').catch(() => '0'));
      if (pid > 0 && !runs(pid)) await rm(folder, { recursive: true, force: true });
      await wait(pollMs);
    }
  }
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
