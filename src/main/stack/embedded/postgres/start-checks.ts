import { statfs } from 'node:fs/promises';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { canListen, findFreePort, portHolder } from '../../../foundation/port-holder.ts';

const minimumFreeBytes = 300_000_000;

/** @throws AppError `database.disk-full` (data: folder, freeBytes, neededBytes) */
export async function refuseFullDisk(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= minimumFreeBytes) return;
  throw new AppError('database.disk-full', 'There is too little disk space left to run the database.', {
    folder,
    freeBytes: free,
    neededBytes: minimumFreeBytes,
  });
}

/** @throws AppError `database.port-in-use` */
export async function refuseTakenPort(
  host: string,
  port: number,
  otherPorts: readonly number[],
): Promise<void> {
  if (!(await canListen(host, port))) throw await portInUse(host, port, otherPorts);
}

/** Who holds the port, and the next free one that none of our own listeners is going to use. */
export async function portInUse(
  host: string,
  port: number,
  otherPorts: readonly number[],
): Promise<AppError> {
  const holder = await portHolder(port);
  const freePort = await findFreePort(host, port + 1, otherPorts);
  return new AppError(
    'database.port-in-use',
    `Port ${port} is taken${holder === null ? '' : ` by ${holder.program}`}.`,
    {
      port,
      program: holder?.program ?? null,
      pid: holder?.pid ?? null,
      freePort: freePort ?? null,
      listener: 'postgres',
    },
  );
}
