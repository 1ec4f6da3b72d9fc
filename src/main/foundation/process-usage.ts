import { readFileSync } from 'node:fs';

/** What one process has used. */
export interface ProcessUsage {
  /** Processor time since it started, in milliseconds; `undefined` where the system tells only a share. */
  readonly cpuMs: number | undefined;
  /** Of one core, as the system counts it; only where `cpuMs` is unknown. */
  readonly cpuPercent: number | undefined;
  /** Memory of its own. */
  readonly ownBytes: number;
  /** Memory that it may share with the other processes of the same program. */
  readonly sharedBytes: number;
}

/** Clock ticks per second in /proc/PID/stat (proc_pid_stat(5)); 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
const bytesPerKib = 1024;

/**
 * What each of these processes uses; those that have ended are left out. Linux is asked through /proc at the cost of
 * a few microseconds; elsewhere a program of the system is started, see `usageIntervalMs`.
 *
 * @throws what the system says where it cannot be asked at all
 */
export async function usageOf(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessUsage>> {
  return process.platform === 'linux' ? usageOnLinux(pids) : usageElsewhere(pids);
}

/** How often asking is cheap enough: `ps` takes some milliseconds, PowerShell on Windows half a second. */
export const usageIntervalMs: number =
  process.platform === 'linux' ? 2_000 : process.platform === 'darwin' ? 5_000 : 30_000;

function usageOnLinux(pids: readonly number[]): ReadonlyMap<number, ProcessUsage> {
  const found = new Map<number, ProcessUsage>();
  for (const pid of pids) {
    const stat = procFile(pid, 'stat');
    const status = procFile(pid, 'status');
    if (stat === undefined || status === undefined) continue;
    found.set(pid, {
      cpuMs: cpuMsOf(stat),
      cpuPercent: undefined,
      ownBytes: bytesIn(status, 'RssAnon'),
      sharedBytes: bytesIn(status, 'RssShmem') + bytesIn(status, 'RssFile'),
    });
  }
  return found;
}

/** Nothing of /proc waits for a disk. `undefined` for a process that is gone. */
function procFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** From /proc/PID/stat, whose second field is a name in brackets that may hold anything. */
export function cpuMsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}

function bytesIn(status: string, name: string): number {
  const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  return kib === undefined ? 0 : Number(kib) * bytesPerKib;
}

/** Where there is no /proc: what is shared cannot be told from what is not: all of it counts as the process's own. */
export async function usageElsewhere(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessUsage>> {
  const { default: pidusage } = await import('pidusage');
  // One that has ended has no entry, against what the types say.
  const told: Readonly<Record<string, { cpu: number; memory: number } | null>> = await pidusage([...pids]);
  const found = new Map<number, ProcessUsage>();
  for (const [pid, usage] of Object.entries(told))
    if (usage !== null)
      found.set(Number(pid), {
        cpuMs: undefined,
        cpuPercent: usage.cpu,
        ownBytes: usage.memory,
        sharedBytes: 0,
      });
  return found;
}
