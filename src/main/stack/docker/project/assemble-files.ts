import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashPassword } from '../../embedded/broker/password-hash.ts';
import { brokerAccessFiles, brokerTlsFiles, type HashedAccount } from './broker-files.ts';
import { readShippedFiles, textFile, type StackFile, type StackFiles } from './stack-files.ts';
import { secretNames, type StackSecretValues } from './stack-secrets.ts';

export interface StackSources {
  /** `resources/stack`. */
  readonly shipped: string;
  /** The bundled ingestor, one file. */
  readonly ingestorBundle: string;
  /** `sql/`. */
  readonly sql: string;
}

export interface StackCredentials {
  readonly secrets: StackSecretValues;
  readonly ingestorUser: string;
  readonly accounts: readonly HashedAccount[];
  /** The application's own account, one of `accounts`. */
  readonly app: { readonly username: string; readonly password: string };
  /** Comment lines for the broker's rights file. */
  readonly notes?: readonly string[];
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
}

const healthUser = 'field-health';

/** Everything beside compose.yaml, as an exported folder holds it and as it is laid into the containers. */
export async function assembleFiles(
  sources: StackSources,
  credentials: StackCredentials,
): Promise<StackFiles> {
  const files = new Map<string, StackFile>(await readShippedFiles(sources.shipped));
  for (const [path, file] of await ingestorContext(sources)) files.set(path, file);
  for (const [path, file] of await accessFiles(credentials)) files.set(path, file);
  for (const [path, file] of brokerTlsFiles(credentials.tls)) files.set(path, file);
  for (const name of secretNames) files.set(`secrets/${name}`, textFile(credentials.secrets[name]));
  return files;
}

/** Logins and rights alone: what changes when a board comes or goes. */
export async function accessFiles({
  secrets,
  ingestorUser,
  accounts,
  notes = [],
}: Omit<StackCredentials, 'tls'>): Promise<StackFiles> {
  const healthPassword = healthPasswordOf(secrets);
  const services = {
    ingestor: { username: ingestorUser, hash: await hashPassword(secrets.mqtt_password) },
    health: { username: healthUser, hash: await hashPassword(healthPassword), password: healthPassword },
  };
  return brokerAccessFiles(accounts, services, notes);
}

/**
 * Of the container's own health check. It follows from a secret that all installations of one stack share: whichever
 * of them wrote the password file or the client's file last, the two fit.
 */
function healthPasswordOf({ mqtt_password: secret }: StackSecretValues): string {
  return createHmac('sha256', secret).update(healthUser).digest('base64url');
}

async function ingestorContext({ ingestorBundle, sql }: StackSources): Promise<StackFiles> {
  const files = new Map<string, StackFile>();
  files.set('ingestor/ingestor.mjs', textFile(await readFile(ingestorBundle, 'utf8')));
  for (const entry of await readdir(sql, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const full = join(entry.parentPath, entry.name);
    const path = full.slice(sql.length).replaceAll('\\', '/').replace(/^\//, '');
    files.set(`ingestor/sql/${path}`, textFile(await readFile(full, 'utf8')));
  }
  return files;
}
