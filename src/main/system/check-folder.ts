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
    const finding = there === folder ? `${folder} can be written.` : `${folder} will be made on first use.`;
    return result('folder.data', 'ok', finding, null, { folder });
  } catch {
    return result(
      'folder.data',
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
  const data = { freeBytes: free, folder };
  const gigabytes = (free / 1e9).toFixed(1);
  if (free < minimumFreeBytes)
    return result(
      'disk.free',
      'warn',
      `Only ${gigabytes} GB of disk are free.`,
      'Move large files elsewhere: a year of 20 sensors needs about 1 GB.',
      data,
    );
  return result('disk.free', 'ok', `${gigabytes} GB of disk are free.`, null, data);
}
