import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { writeSettings } from './application-settings.ts';
import { runCommand } from './command-line.ts';
import { alone } from './file-lock.ts';

const run = promisify(execFile);
const variable = 'DATAYOTI_TEST_RUN';

/** For the set-up of a whole run: a folder that its processes share, and what removes it in the end. */
export function openRunFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-run-'));
  process.env[variable] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** What the processes of a run share lies in it. */
export function runFolder(): string {
  const folder = process.env[variable];
  if (folder === undefined) throw new Error('the set-up of the run has not opened its folder');
  return folder;
}

/**
 * Puts into a data folder what a first start leaves in it: an empty database with our tables, and its password. For
 * tests whose subject is what comes after. It is made once a run, by the application itself, and then copied.
 */
export async function putReadyDatabase(data: string): Promise<void> {
  const folder = runFolder();
  const ready = join(folder, 'ready');
  await alone(basename(folder), async () => {
    if (!existsSync(ready)) await make(ready);
  });
  mkdirSync(data, { recursive: true });
  for (const part of ['postgres', 'secrets']) await copy(join(ready, part), join(data, part));
}

async function make(ready: string): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'datayoti-ready-'));
  // Open to pass through, so that as root the database lies below it too.
  chmodSync(place, 0o755);
  const data = join(place, 'data');
  await writeSettings(data, { firstRunDone: false });
  const { code, stdout, stderr } = await runCommand(['db', 'migrate', '--data', data]);
  if (code !== 0) throw new Error(`the database was not made: ${stdout}${stderr}`);
  renameSync(data, ready);
  rmSync(place, { recursive: true });
}

/** With the owners of the files, as root has them. */
async function copy(from: string, to: string): Promise<void> {
  if (process.platform === 'win32') cpSync(from, to, { recursive: true });
  else await run('cp', ['-a', from, to]);
}
