import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckResult } from '../../shared/contract/system.ts';
import { result } from './check-result.ts';

const minimumFreeBytes = 2_000_000_000;

/** Where there is no such folder yet, the nearest one above it says what would become of it. */
async function nearest(folder: string): Promise<string> {
  const there = await stat(folder).catch(() => undefined);
  const above = dirname(folder);
  return there !== undefined || above === folder ? folder : nearest(above);
}

export async function checkDataFolder(folder: string): Promise<CheckResult> {
  try {
    const there = await nearest(folder);
    await access(there, constants.W_OK | constants.R_OK);
    return there === folder
      ? result('folder.data', 'folder-writable', 'ok', `${folder} can be written.`, null, { folder })
      : result('folder.data', 'folder-to-make', 'ok', `${folder} will be made on first use.`, null, {
          folder,
        });
  } catch {
    return result(
      'folder.data',
      'folder-denied',
      'fail',
      `${folder} cannot be written.`,
      `Give your account the folder: sudo chown -R "$USER" '${folder}'`,
      { folder },
    );
  }
}

export async function checkDisk(folder: string): Promise<CheckResult> {
  const { bavail, bsize } = await statfs(await nearest(folder));
  const free = bavail * bsize;
  const gigabytes = (free / 1e9).toFixed(1);
  const data = { freeBytes: free, gigabytes, folder };
  if (free < minimumFreeBytes)
    return result(
      'disk.free',
      'disk-small',
      'warn',
      `Only ${gigabytes} GB of disk are free.`,
      'Move large files elsewhere: a year of 20 sensors needs about 1 GB.',
      data,
    );
  return result('disk.free', 'disk-enough', 'ok', `${gigabytes} GB of disk are free.`, null, data);
}
