import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../../shared/domain/app-error.ts';
import type { Binaries } from './binaries.ts';
import type { Account } from './unprivileged-account.ts';

export const ownerName = 'datayoti_owner';
/** Beginning of the names of what a first start makes and has not finished. */
const unfinished = 'cluster.new-';
/** Tried again for some seconds: while it is cleared, a program that was left behind may still put files there. */
const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;

export interface ClusterPlace {
  /** Folder private to the server's account; the cluster is its subfolder `cluster`. */
  readonly folder: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
}

export function clusterData(folder: string): string {
  return join(folder, 'cluster');
}

/**
 * What stands in the data folder: nothing yet, or a cluster of this major version.
 * @throws AppError `database.other-major-version`, `database.data-damaged`, `file.unreadable`
 */
export async function clusterState(folder: string, binaries: Binaries): Promise<'absent' | 'present'> {
  const data = clusterData(folder);
  const files = await readdir(data).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    // Unreadable is not absent: what may be a database is never made anew.
    throw new AppError('file.unreadable', `The folder ${data} cannot be read.`, { path: data }, error);
  });
  if (files.length === 0) return 'absent';
  const found = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (found === '') {
    throw new AppError('database.data-damaged', `The folder ${data} holds files but no database.`, {
      folder: data,
    });
  }
  if (found !== binaries.majorVersion) {
    throw new AppError(
      'database.other-major-version',
      `The data in ${data} is of PostgreSQL ${found}; this application has ${binaries.majorVersion}.`,
      {
        folder: data,
        found,
        needed: binaries.majorVersion,
      },
    );
  }
  return 'present';
}

/**
 * Makes an empty cluster with checksums, UTF-8 and a superuser that needs its password. Made beside and then
 * renamed, so that an interruption leaves nothing that looks like a database.
 */
export async function createCluster(
  place: ClusterPlace,
  password: string,
  signal: AbortSignal,
): Promise<void> {
  const { folder, account } = place;
  // A name of its own each time: the program that a killed application left behind may still write its folder.
  const fresh = join(folder, `${unfinished}${randomUUID()}`);
  const passwordFile = `${fresh}.password`;
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder))
    if (name.startsWith(unfinished)) await rm(join(folder, name), removal);
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) await chown(passwordFile, account.uid, account.gid);
  try {
    await initdb(place, fresh, passwordFile, signal);
  } catch (error) {
    await rm(fresh, removal);
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
  // Only ever an empty folder: anything else in the way is an error, never something to clear.
  await rmdir(clusterData(folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(fresh, clusterData(folder));
}

function initdb(place: ClusterPlace, data: string, passwordFile: string, signal: AbortSignal): Promise<void> {
  const args = [
    '-D',
    data,
    '-U',
    ownerName,
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--data-checksums',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(place.binaries.initdb, args, {
      ...(place.account ?? {}),
      cwd: place.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      signal,
    });
    let output = '';
    const keep = (chunk: string): void => {
      output = (output + chunk).slice(-4_000);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    let interruption: Error | undefined;
    child.once('error', (error) => {
      // An abort is told at once, while the program still removes its files: the next start must not meet it.
      if (child.pid === undefined) reject(error);
      else interruption = error;
    });
    child.once('close', (code) => {
      if (interruption !== undefined) reject(interruption);
      else if (code === 0) resolve();
      else reject(failureFrom(output));
    });
  });
}

/** Recognises the one cause that has its own remedy in what a program of PostgreSQL printed. */
export function failureFrom(output: string): AppError {
  const detail = output.trim().split('\n').slice(-4).join(' ');
  if (/No space left on device|could not write .*space/i.test(output)) {
    return new AppError('database.disk-full', 'There is no disk space left for the database.', { detail });
  }
  if (
    /could not access file|invalid checkpoint|could not locate a valid checkpoint|is not a database cluster|incorrect checksum/i.test(
      output,
    )
  ) {
    return new AppError('database.data-damaged', `The database files are damaged: ${detail}`, { detail });
  }
  return new AppError('database.start-failed', `The database did not start: ${detail}`, { detail });
}
