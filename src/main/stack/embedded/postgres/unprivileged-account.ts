import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { possibleFolders } from './cluster-folder.ts';
import { clusterData } from './create-cluster.ts';

/** Whose rights the server process gets; `undefined` keeps our own. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** In this order: an account made for PostgreSQL, then the one every system has. */
const names = ['postgres', 'nobody'];

/** PostgreSQL starts only for the account whose files they are, whichever accounts came to this system since. */
async function clusterOwner(wanted: string): Promise<Account | undefined> {
  for (const folder of possibleFolders(wanted)) {
    const info = await stat(clusterData(folder)).catch(() => undefined);
    if (info !== undefined && info.uid > 0) return { uid: info.uid, gid: info.gid };
  }
  return undefined;
}

/**
 * PostgreSQL refuses to run as root, so root lends it an unprivileged account that exists
 * already: the owner of the cluster where there is one.
 * @throws AppError `database.no-unprivileged-account`
 */
export async function accountForServer(wanted: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await clusterOwner(wanted);
  if (owner !== undefined) return owner;
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of names) {
    const line = lines.find((fields) => fields[0] === name);
    const uid = Number(line?.[2]);
    const gid = Number(line?.[3]);
    if (line !== undefined && uid > 0 && gid > 0) return { uid, gid };
  }
  throw new AppError(
    'database.no-unprivileged-account',
    'PostgreSQL does not run as root, and there is no unprivileged account to use.',
  );
}
