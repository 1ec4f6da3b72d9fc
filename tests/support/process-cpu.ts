import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc (proc_pid_stat(5)); 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/**
 * Processor time that a process and its living descendants have used so far, in seconds; undefined where there
 * is no /proc.
 */
export function cpuSecondsOf(rootPid: number): number | undefined {
  const processes = new Map<number, { readonly parent: number; readonly ticks: number }>();
  try {
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
      if (stat !== undefined) processes.set(pid, stat);
    }
  } catch {
    return undefined;
  }
  let ticks = 0;
  for (const [pid, own] of processes) {
    let ancestor = pid;
    while (ancestor !== rootPid && ancestor > 1) ancestor = processes.get(ancestor)?.parent ?? 0;
    if (ancestor === rootPid) ticks += own.ticks;
  }
  return ticks / ticksPerSecond;
}

function statOf(pid: number): { parent: number; ticks: number } | undefined {
  try {
    // The name stands in brackets and may hold anything; what follows it is fixed.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ') ?? [];
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined;
  }
}
