import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Ids of every process that has the folder in its command line or works in it: npm, the application, the
 * postmaster and its children, initdb. Linux only.
 */
export function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return (
        readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(folder) ||
        readlinkSync(`/proc/${name}/cwd`).startsWith(folder)
      );
    } catch {
      return false;
    }
  });
}
