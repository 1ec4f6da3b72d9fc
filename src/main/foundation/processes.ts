import { readFileSync } from 'node:fs';

/** Is there a process of that number that has not ended? One of another account counts as well. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

/**
 * Ended and not collected: its number is taken until its parent asks how it ended. Of an orphan that is the first
 * process of the system or of its container, which takes its time or never does it (proc(5), state of `stat`).
 */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before it stands in brackets, and may hold any character.
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'Z';
  } catch {
    return false;
  }
}
