import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { isMissing } from '../../foundation/atomic-file.ts';

/** While it is written and checked, a backup has this behind its name. */
export const partSuffix = '.part';
/** Whoever still writes has changed the file since. */
const abandonedAfterMs = 120_000;
const named = /^datayoti-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.zip$/;

/** `datayoti-20251118T060240Z.zip`: names sort by their age. */
export function backupName(createdMs: number): string {
  const stamp = new Date(createdMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `datayoti-${stamp}.zip`;
}

/** A plain file name as `backupName` makes it: no path can hide in it. */
export const isBackupName = (name: string): boolean => named.test(name);

/** The backups of a folder by their names, newest first; other files are none of ours. */
export async function namedBackups(
  folder: string,
): Promise<readonly { readonly path: string; readonly name: string }[]> {
  return (await names(folder))
    .filter(isBackupName)
    .sort()
    .reverse()
    .map((name) => ({ name, path: join(folder, name) }));
}

/** What an application that was killed left behind. */
export async function removeAbandoned(folder: string, nowMs: number): Promise<void> {
  for (const name of await names(folder)) {
    if (!name.endsWith(partSuffix) || !named.test(name.slice(0, -partSuffix.length))) continue;
    await removeIfAbandoned(join(folder, name), nowMs);
  }
}

export async function removeIfAbandoned(part: string, nowMs: number): Promise<void> {
  const facts = await stat(part).catch(() => undefined);
  if (facts !== undefined && nowMs - facts.mtimeMs > abandonedAfterMs) await rm(part, { force: true });
}

async function names(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw new AppError('file.unreadable', `The folder ${folder} cannot be read.`, { file: folder }, error);
  }
}

/** `EDQUOT` is a quota, `EFBIG` the largest file that the disk's format takes: for a person the same. */
const fullCodes: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

export function writeFailure(error: unknown, file: string): unknown {
  if (isAppError(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (fullCodes.includes(code))
    return new AppError('backup.disk-full', `There is no room for the backup ${file}.`, { file }, error);
  if (code === 'EEXIST')
    return new AppError('backup.file-exists', `${file} is there already.`, { file }, error);
  return new AppError('file.unwritable', `${file} cannot be written.`, { file }, error);
}
