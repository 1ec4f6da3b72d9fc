import type { Log } from './log.ts';

/** Lets a promise go on its own on purpose; a failure is logged instead of ending the process. */
export function drop(promise: Promise<unknown>, log: Log, what: string): void {
  promise.catch((error: unknown) => {
    log.error(`${what} failed`, { error });
  });
}
