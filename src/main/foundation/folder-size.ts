import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const blockBytes = 512;

/**
 * Room on the disk of everything below a folder, in bytes; what comes and goes meanwhile is left out. One file after
 * the other: a folder of many thousands takes a while, and nothing else waits for it.
 *
 * @throws the abort reason
 */
export async function folderSize(folder: string, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    signal.throwIfAborted();
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await folderSize(path, signal);
    else {
      const found = await lstat(path).catch(() => undefined);
      if (found === undefined) continue;
      // Windows counts no blocks.
      bytes += found.blocks > 0 ? found.blocks * blockBytes : process.platform === 'win32' ? found.size : 0;
    }
  }
  return bytes;
}
