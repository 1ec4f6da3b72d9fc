import { lstat, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupFile } from '../../../shared/contract/backup.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { isMissing } from '../../foundation/atomic-file.ts';
import { ArchiveReader } from './archive-reader.ts';
import { isBackupName, namedBackups } from './backup-files.ts';
import { totalRows, type BackupManifest } from './backup-manifest.ts';

/** Newest first; a file that cannot be opened is there too, and not verified. */
export async function keptBackups(folder: string): Promise<readonly BackupFile[]> {
  const items: BackupFile[] = [];
  for (const { path, name } of await namedBackups(folder)) items.push(await look(path, name));
  return items;
}

/**
 * Removes the oldest complete ones beyond the number to keep; damaged ones and other files stay.
 *
 * @param made what was just made, which is never among them
 */
export async function thinBackups(folder: string, keep: number, made: string): Promise<readonly string[]> {
  const complete = (await keptBackups(folder)).filter(({ verified }) => verified);
  const gone = complete.slice(Math.max(1, keep)).filter(({ path }) => path !== made);
  for (const { path } of gone) await rm(path, { force: true });
  return gone.map(({ name }) => name);
}

/**
 * Removes one backup. Only a name as backups have it is taken, so that nothing outside the folder is ever meant; a
 * link of such a name goes itself, and what it leads to stays.
 *
 * @throws AppError `backup.unknown`, `file.unwritable`
 */
export async function removeBackup(folder: string, name: string): Promise<void> {
  const file = join(folder, name);
  const facts = isBackupName(name)
    ? await lstat(file).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw new AppError('file.unwritable', `${file} cannot be removed.`, { file }, error);
      })
    : undefined;
  if (facts === undefined || facts.isDirectory())
    throw new AppError('backup.unknown', `There is no backup ${name} in ${folder}.`, { name, folder });
  try {
    await rm(file);
  } catch (error) {
    throw new AppError('file.unwritable', `${file} cannot be removed.`, { file }, error);
  }
}

export function fileFrom(path: string, name: string, bytes: number, manifest: BackupManifest): BackupFile {
  return {
    path,
    name,
    bytes,
    createdMs: Date.parse(manifest.created),
    rows: totalRows(manifest),
    verified: true,
  };
}

async function look(path: string, name: string): Promise<BackupFile> {
  try {
    const archive = await ArchiveReader.open(path);
    archive.close();
    return fileFrom(path, name, archive.fileBytes, archive.manifest);
  } catch {
    const facts = await stat(path).catch(() => undefined);
    return {
      path,
      name,
      bytes: facts?.size ?? 0,
      createdMs: facts?.mtimeMs ?? 0,
      rows: 0,
      verified: false,
    };
  }
}
