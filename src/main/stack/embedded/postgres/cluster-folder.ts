import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Account } from './unprivileged-account.ts';

/** Where root keeps a cluster whose own folder the server's account could not reach. */
const systemFolder = '/var/lib/datayoti-field';

/**
 * The folder for the cluster: the wanted one, made private to the server's account. Where root's folders above
 * it are closed to that account (as /root is), a folder of its own below /var/lib, named after the wanted one.
 */
export async function clusterFolder(wanted: string, account: Account | undefined): Promise<string> {
  if (account === undefined) {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    return wanted;
  }
  await mkdir(dirname(wanted), { recursive: true });
  const reachable = await canTraverse(dirname(wanted), account);
  const folder = reachable ? wanted : substitute(wanted);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!reachable) await chmod(systemFolder, 0o755);
  await chown(folder, account.uid, account.gid);
  await chmod(folder, 0o700);
  return folder;
}

function substitute(wanted: string): string {
  return join(systemFolder, createHash('sha256').update(wanted).digest('hex').slice(0, 16));
}

/** Where a cluster for this wish may lie. */
export function possibleFolders(wanted: string): readonly string[] {
  return [wanted, substitute(wanted)];
}

/** May the account pass through every folder on the way down? */
export async function canTraverse(folder: string, account: Account): Promise<boolean> {
  const { mode, uid, gid } = await stat(folder);
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  const above = dirname(folder);
  return above === folder ? true : canTraverse(above, account);
}
