import { chmod, cp, readFile, stat, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { canTraverse } from './cluster-folder.ts';
import type { Account } from './unprivileged-account.ts';

const suffix = process.platform === 'win32' ? '.exe' : '';

export interface Binaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  readonly majorVersion: string;
}

/**
 * Checks the programs and makes the library links that an npm package cannot hold. Where the server's account
 * cannot reach them (below /root), it works on a copy beside the cluster.
 *
 * @throws AppError `database.binaries-missing`
 */
export async function prepareBinaries(
  source: string | undefined,
  account: Account | undefined,
  privateFolder: string,
): Promise<Binaries> {
  if (source === undefined || !(await exists(join(source, 'bin', `postgres${suffix}`)))) {
    throw new AppError(
      'database.binaries-missing',
      'The programs of the built-in database are not installed for this system.',
      {
        folder: source ?? '',
        system: `${process.platform}-${process.arch}`,
      },
    );
  }
  const folder =
    account !== undefined && !(await canTraverse(source, account))
      ? await copyOnce(source, privateFolder)
      : source;
  await linkLibraries(folder);
  const program = (name: string): string => join(folder, 'bin', `${name}${suffix}`);
  for (const name of ['postgres', 'initdb', 'pg_ctl']) await makeExecutable(program(name));
  return {
    folder,
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    majorVersion: await majorVersion(folder),
  };
}

async function copyOnce(source: string, privateFolder: string): Promise<string> {
  const { size, mtimeMs } = await stat(join(source, 'bin', `postgres${suffix}`));
  const target = join(privateFolder, `${size}-${Math.round(mtimeMs)}`);
  if (!(await exists(join(target, 'copied')))) {
    await cp(source, target, { recursive: true, force: true, verbatimSymlinks: true });
    await cp(join(source, 'pg-symlinks.json'), join(target, 'copied')).catch(() => undefined);
  }
  return target;
}

async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    // The list counts from the package's folder, of which ours is the part `native`.
    const link = join(folder, target.replace(/^native\//, ''));
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function makeExecutable(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode } = await stat(file);
  if ((mode & 0o111) !== 0o111) await chmod(file, mode | 0o111);
}

/** The share folder says it without starting a program: `PG_VERSION` of its catalogue file, `# PostgreSQL 18`. */
async function majorVersion(folder: string): Promise<string> {
  for (const file of ['share/postgresql/postgres.bki', 'share/postgres.bki']) {
    const head = await readFile(join(folder, file), 'utf8').catch(() => '');
    const found = /^# PostgreSQL (\d+)/.exec(head)?.[1];
    if (found !== undefined) return found;
  }
  return '';
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
