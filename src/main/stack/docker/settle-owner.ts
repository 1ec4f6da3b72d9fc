import { AppError } from '../../../shared/domain/app-error.ts';
import { scramVerifier } from '../../storage/role-passwords.ts';
import type { DockerEngine } from './engine/docker-engine.ts';

interface Owner {
  readonly user: string;
  readonly database: string;
  readonly password: string;
}

/**
 * What the official image appends at a first start, so that others than the container itself may log in. A start that
 * was interrupted between the making of the cluster and this line never gets it: a second start takes the cluster for
 * complete.
 */
const letOthersIn = `f="$PGDATA/pg_hba.conf"
grep -Eq '^host[[:space:]]+all[[:space:]]+all[[:space:]]+all[[:space:]]' "$f" || printf '\nhost all all all scram-sha-256\n' >> "$f"`;

/**
 * Completes a first start that was interrupted, and gives the owner of the database in a container its password,
 * whatever it was: the official image takes the password variable only when it makes the database, and trusts
 * connections from inside the container (its documentation, "POSTGRES_HOST_AUTH_METHOD"). The password is sent as a
 * verifier on standard input: neither the list of processes nor the server's log ever sees it.
 *
 * @throws AppError `engine.refused` with what the program said
 */
export async function settleOwner(
  engine: DockerEngine,
  container: string,
  owner: Owner,
  signal: AbortSignal,
): Promise<void> {
  const name = identifier(owner.database);
  await run(engine, container, ['sh', '-c', letOthersIn], '', signal);
  const sql = `select pg_reload_conf();
select 'create database ${name.replaceAll("'", "''")}' where not exists (select from pg_database where datname = ${literal(owner.database)}) \\gexec
alter role ${identifier(owner.user)} password '${await scramVerifier(owner.password)}';
`;
  const psql = [
    'psql',
    '--no-psqlrc',
    '--quiet',
    '-v',
    'ON_ERROR_STOP=1',
    '-U',
    owner.user,
    '-d',
    'postgres',
  ];
  await run(engine, container, [...psql, '-o', '/dev/null', '-f', '-'], sql, signal);
}

async function run(
  engine: DockerEngine,
  container: string,
  command: readonly string[],
  input: string,
  signal: AbortSignal,
): Promise<void> {
  const { exitCode, output } = await engine.exec(container, command, { user: 'postgres', input }, signal);
  if (exitCode === 0) return;
  const text = output.trim();
  throw new AppError('engine.refused', `The database did not take its owner: ${text}`, {
    text: text.slice(0, 500),
  });
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
