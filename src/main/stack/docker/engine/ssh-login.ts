import { readFile } from 'node:fs/promises';
import type { AnyAuthMethod, Client, ServerHostKeyAlgorithm } from 'ssh2';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { connectionError, type EngineSituation } from './engine-errors.ts';
import type { HostKeyStore } from './host-key-store.ts';
import { fingerprint, keyType, knownHostName, type HostKeyVerdict } from './known-hosts.ts';
import type { SshTarget } from './ssh-config.ts';

const loginMs = 15_000;
const keepAliveMs = 15_000;
const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * Logs in with the agent's keys, then with the files of keys that have no passphrase; never with a password.
 *
 * @throws AppError `engine.host-key-unknown`, `engine.host-key-changed`, `engine.login-refused`,
 * `engine.unreachable`
 */
export async function sshLogin(
  target: SshTarget,
  hostKeys: HostKeyStore,
  situation: EngineSituation,
): Promise<Client> {
  const { host, port, user: username } = target;
  const known = await hostKeys.read();
  const { methods, locked } = await loginMethods(target);
  let shown: { readonly key: Buffer; readonly verdict: HostKeyVerdict } | undefined;
  const { default: ssh2 } = await import('ssh2');
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    client.on('error', (error) => {
      // Later errors are followed by `close`, which is what the tunnel looks at.
      client.end();
      if (shown !== undefined && shown.verdict !== 'known')
        return reject(hostKeyError(target, situation, shown.verdict, shown.key));
      if (error.level === 'client-authentication')
        return reject(loginError(target, situation, { tried: methods.length, locked }, error));
      return reject(connectionError(situation, error));
    });
    client.once('close', () => reject(connectionError(situation, new Error('the connection was closed'))));
    client.connect({
      host,
      port,
      username,
      readyTimeout: loginMs,
      keepaliveInterval: keepAliveMs,
      keepaliveCountMax: 3,
      algorithms: { serverHostKey: preferred(known.types(host, port)) },
      hostVerifier: (key: Buffer) => {
        shown = { key, verdict: known.verdict(host, port, key) };
        return shown.verdict === 'known';
      },
      authHandler: methods,
    });
  });
}

/** Asks a host for its key without logging in. @throws AppError `engine.unreachable` */
export async function hostKeyOf(
  { host, port }: SshTarget,
  situation: EngineSituation,
  types: readonly string[],
): Promise<Buffer> {
  const { default: ssh2 } = await import('ssh2');
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.on('error', (error) => reject(connectionError(situation, error)));
    client.connect({
      host,
      port,
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
  { host, port }: SshTarget,
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
  { host, user }: SshTarget,
  { address }: EngineSituation,
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

async function loginMethods({ user: username, agentSocket, keyFiles, filesFirst }: SshTarget): Promise<{
  readonly methods: AnyAuthMethod[];
  readonly locked: boolean;
}> {
  const { default: ssh2 } = await import('ssh2');
  const agent: AnyAuthMethod[] =
    agentSocket === undefined ? [] : [{ type: 'agent', username, agent: agentSocket }];
  const files: AnyAuthMethod[] = [];
  let locked = false;
  for (const file of keyFiles) {
    const text = await readFile(file).catch(() => undefined);
    if (text === undefined) continue;
    const key = ssh2.utils.parseKey(text);
    if (key instanceof Error) locked ||= /passphrase|encrypted/iu.test(key.message);
    else files.push({ type: 'publickey', username, key });
  }
  // A server lets one try a few keys only, and an agent may hold many.
  const methods = filesFirst && files.length > 0 ? files : [...agent, ...files];
  return { methods, locked };
}
