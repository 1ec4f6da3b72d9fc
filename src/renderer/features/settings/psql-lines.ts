import type { DatabaseState } from '../../../shared/contract/stack.ts';

/** Starts `psql`, which then asks for the password; the same in every shell (PostgreSQL manual, 34.1.1.1). */
export function psqlLine(
  database: Pick<DatabaseState, 'address' | 'databaseName' | 'user'>,
  port: number,
): string {
  return `psql "host=${database.address} port=${port} dbname=${database.databaseName} user=${database.user}"`;
}

/**
 * What gives `psql` the password through the environment, so that neither a screen nor a shell's history holds it. In a
 * shell of POSIX it starts `psql` too; elsewhere it only shows what to set.
 *
 * @param os `linux`, `darwin`, `win32`
 */
export function passwordLine(os: string, dataFolder: string): string {
  const command = 'npm run -s datayoti -- db shell-env --with-password --data';
  if (os === 'win32') return `${command} "${dataFolder}"`;
  return `eval "$(${command} '${dataFolder.replaceAll("'", String.raw`'\''`)}')" && psql`;
}
