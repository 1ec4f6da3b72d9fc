import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyAuthMethod, Client, ServerHostKeyAlgorithm } from 'ssh2';
import { AppError } from '../../../../shared/domain/app-error.ts';
import type { EngineAddress } from './engine-address.ts';
import { connectionError, type EngineSituation } from './engine-errors.ts';
import type { HostKeyStore } from './host-key-store.ts';
import { fingerprint, keyType, knownHostName, type HostKeyVerdict } from './known-hosts.ts';

export type SshAddress = EngineAddress & { readonly kind: 'ssh' };

export interface SshParts {
  /** Socket of the ssh-agent, or `undefined` where none runs. */
  readonly agentSocket: string | undefined;
  /** `~/.ssh`. */
  readonly folder: string;
  /** Who logs in where the address names nobody. */
  readonly userName: string;
  readonly hostKeys: HostKeyStore;
}

const loginMs = 15_000;
const keepAliveMs = 15_000;
/** The private keys that ssh itself tries, in its order (ssh(1), option -i). */
const keyFiles = ['id_rsa', 'id_ecdsa', 'id_ed25519'];
const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * Logs in with the agent's keys, then with those below `~/.ssh` that have no passphrase; never with a password.
 *
 * @throws AppError `engine.host-key-unknown`, `engine.host-key-changed`, `engine.login-refused`,
 * `engine.unreachable`
 */
export async function sshLogin(
  address: SshAddress,
  parts: SshParts,
  situation: EngineSituation,
): Promise<Client> {
  const known = await parts.hostKeys.read();
  const username = address.user ?? parts.userName;
  const { methods, locked } = await loginMethods(username, parts);
  let shown: { readonly key: Buffer; readonly verdict: HostKeyVerdict } | undefined;
  const { default: ssh2 } = await import('ssh2');
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    client.on('error', (error) => {
      // Later errors are followed by `close`, which is what the tunnel looks at.
      client.end();
      if (shown !== undefined && shown.verdict !== 'known')
        return reject(hostKeyError(address, situation, shown.verdict, shown.key));
      if (error.level === 'client-authentication')
        return reject(loginError(address, situation, username, { tried: methods.length, locked }, error));
      return reject(connectionError(situation, error));
    });
    client.once('close', () => reject(connectionError(situation, new Error('the connection was closed'))));
    client.connect({
      host: address.host,
      port: address.port,
      username,
      readyTimeout: loginMs,
      keepaliveInterval: keepAliveMs,
      keepaliveCountMax: 3,
      algorithms: { serverHostKey: preferred(known.types(address.host, address.port)) },
      hostVerifier: (key: Buffer) => {
        shown = { key, verdict: known.verdict(address.host, address.port, key) };
        return shown.verdict === 'known';
      },
      authHandler: methods,
    });
  });
}

/** Asks a host for its key without logging in. @throws AppError `engine.unreachable` */
export async function hostKeyOf(
  address: SshAddress,
  situation: EngineSituation,
  types: readonly string[],
): Promise<Buffer> {
  const { default: ssh2 } = await import('ssh2');
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.on('error', (error) => reject(connectionError(situation, error)));
    client.connect({
      host: address.host,
      port: address.port,
      username: 'nobody',
      readyTimeout: loginMs,
      algorithms: { serverHostKey: preferred(types) },
      hostVerifier: (key: Buffer) => {
        resolve(key);
        return false;
      },
    });
  });
}

export function hostKeyError(
  { host, port }: SshAddress,
  { address }: EngineSituation,
  verdict: 'unknown' | 'changed',
  key: Buffer,
): AppError {
  const data = {
    address,
    host: knownHostName(host, port),
    fingerprint: fingerprint(key),
    keyType: keyType(key),
  };
  return verdict === 'unknown'
    ? new AppError(
        'engine.host-key-unknown',
        `The key of ${data.host} is not known yet: ${data.fingerprint}.`,
        data,
      )
    : new AppError(
        'engine.host-key-changed',
        `The key of ${data.host} is another than before: ${data.fingerprint}. It may be another machine.`,
        data,
      );
}

function loginError(
  { host }: SshAddress,
  { address }: EngineSituation,
  user: string,
  { tried, locked }: { readonly tried: number; readonly locked: boolean },
  error: Error,
): AppError {
  const context = tried > 0 ? 'refused' : locked ? 'locked' : 'nokey';
  return new AppError(
    'engine.login-refused',
    `${host} does not let ${user} in.`,
    { address, user, host, context },
    error,
  );
}

/** Types of which a key is known first, as ssh does: a host with several keys then shows the known one. */
function preferred(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const wanted = types.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]));
  const known = hostKeyAlgorithms.filter((name) => wanted.includes(name));
  return [...known, ...hostKeyAlgorithms.filter((name) => !known.includes(name))];
}

async function loginMethods(
  username: string,
  { agentSocket, folder }: SshParts,
): Promise<{ readonly methods: AnyAuthMethod[]; readonly locked: boolean }> {
  const { default: ssh2 } = await import('ssh2');
  const methods: AnyAuthMethod[] = [];
  let locked = false;
  if (agentSocket !== undefined && agentSocket !== '')
    methods.push({ type: 'agent', username, agent: agentSocket });
  for (const name of keyFiles) {
    const text = await readFile(join(folder, name)).catch(() => undefined);
    if (text === undefined) continue;
    const key = ssh2.utils.parseKey(text);
    if (key instanceof Error) locked ||= /passphrase|encrypted/iu.test(key.message);
    else methods.push({ type: 'publickey', username, key });
  }
  return { methods, locked };
}
