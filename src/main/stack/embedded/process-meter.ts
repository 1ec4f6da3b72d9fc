import type { ProcessUse } from '../../../shared/contract/stack.ts';
import type { ProcessUsage } from '../../foundation/process-usage.ts';

/** Turns what processes have used so far into what they use now, from one look to the next. */
export class ProcessMeter {
  #before: ReadonlyMap<number, number> = new Map();
  #beforeMs: number | undefined;

  /** @param nowMs of a clock that is never set back */
  measure(found: ReadonlyMap<number, ProcessUsage>, nowMs: number): ProcessUse {
    const usages = [...found.values()];
    const use: ProcessUse = {
      cpuPercent: this.#cpuPercent(found, nowMs),
      // What processes of one program share is there once.
      memoryBytes:
        usages.reduce((sum, { ownBytes }) => sum + ownBytes, 0) +
        Math.max(0, ...usages.map(({ sharedBytes }) => sharedBytes)),
      processes: found.size,
    };
    this.#before = new Map(
      [...found].flatMap(([pid, { cpuMs }]) => (cpuMs === undefined ? [] : [[pid, cpuMs]])),
    );
    this.#beforeMs = nowMs;
    return use;
  }

  #cpuPercent(found: ReadonlyMap<number, ProcessUsage>, nowMs: number): number | null {
    const usages = [...found];
    const told = usages.flatMap(([, { cpuPercent }]) => cpuPercent ?? []);
    if (told.length > 0) return told.reduce((sum, percent) => sum + percent, 0);
    if (this.#beforeMs === undefined || nowMs <= this.#beforeMs) return null;
    // One that was not there at the last look has used all its time since then.
    const busyMs = usages.reduce(
      (sum, [pid, { cpuMs = 0 }]) => sum + Math.max(0, cpuMs - (this.#before.get(pid) ?? 0)),
      0,
    );
    return (busyMs / (nowMs - this.#beforeMs)) * 100;
  }
}
