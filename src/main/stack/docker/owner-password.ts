import { AppError } from '../../../shared/domain/app-error.ts';
import { scramVerifier } from '../../storage/role-passwords.ts';
import type { DockerEngine } from './engine/docker-engine.ts';

/**
 * Gives the owner of the database in a container its password, whatever it was: the official image takes the
 * password variable only when it makes the database, and trusts connections from inside the container (its
 * documentation, "POSTGRES_HOST_AUTH_METHOD"). Sent as a verifier on standard input: neither the list of processes
 * nor the server's log ever sees it.
 *
 * @throws AppError `engine.refused` with what psql said
 */
export async function setOwnerPassword(
  engine: DockerEngine,
  container: string,
  owner: { readonly user: string; readonly database: string; readonly password: string },
  signal: AbortSignal,
): Promise<void> {
  const { user, database, password } = owner;
  const role = `"${user.replaceAll('"', '""')}"`;
  const { exitCode, output } = await engine.exec(
    container,
    ['psql', '--no-psqlrc', '--quiet', '-v', 'ON_ERROR_STOP=1', '-U', user, '-d', database, '-f', '-'],
    { user: 'postgres', input: `alter role ${role} password '${await scramVerifier(password)}';\n` },
    signal,
  );
  if (exitCode === 0) return;
  throw new AppError('engine.refused', `The database did not take its owner's password: ${output.trim()}`, {
    text: output.trim().slice(0, 500),
  });
}
