import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type Docker from 'dockerode';
import type Modem from 'docker-modem';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { engineAddressText, isLoopback, type EngineAddress } from './engine-address.ts';
import type { PublishedPort, ReachedPort } from './docker-engine.ts';
import type { EngineSituation } from './engine-errors.ts';
import type { HostKeyStore } from './host-key-store.ts';
import type { SshAddress, SshTarget } from './ssh-config.ts';
import { SshTunnel } from './ssh-tunnel.ts';

/** A way to one engine: dockerode's modem with our own agent below it. */
export interface EngineConnection {
  readonly modem: Modem;
  readonly situation: EngineSituation;
  readonly remote: boolean;
  /** The engine's machine. */
  readonly host: string;
  /** Where a published port is reached from here. @throws AppError `engine.port-out-of-reach` */
  reach(published: PublishedPort): Promise<ReachedPort>;
  /** Until an engine must have told its version: short, since nothing is done for it. */
  readonly versionMs: number;
  /** Free bytes where that folder of the engine's machine is, or `null`. */
  freeBytes(folder: string): Promise<number | null>;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  /** Folder with `ca.pem`, `cert.pem` and `key.pem`, as `DOCKER_CERT_PATH` names it; `null` for none. */
  readonly tlsFolder: string | null;
  /** A person was warned and agreed to `tcp://` without TLS. */
  readonly unencrypted: boolean;
  readonly ssh: {
    readonly hostKeys: HostKeyStore;
    /** @throws AppError `engine.ssh-config` */
    readonly target: (address: SshAddress) => Promise<SshTarget>;
  };
  readonly platform: NodeJS.Platform;
  readonly freeBytes: (folder: string) => Promise<number | null>;
  readonly versionMs?: number;
}

const localVersionMs = 5_000;
const remoteVersionMs = 20_000;

/**
 * Prepares the way; nothing is opened before the first question.
 *
 * @throws AppError `engine.unencrypted`, `engine.certificate`, `engine.ssh-config`
 */
export async function connectEngine(
  address: EngineAddress,
  options: ConnectionOptions,
): Promise<EngineConnection> {
  const text = engineAddressText(address);
  const far = address.kind === 'ssh' || address.kind === 'tcp';
  const target = address.kind === 'ssh' ? await options.ssh.target(address) : undefined;
  const host = target?.host ?? (address.kind === 'tcp' ? address.host : '127.0.0.1');
  const common = {
    situation: { address: text, context: contextOf(address, options.platform) },
    remote: far && !isLoopback(host),
    host,
    versionMs: options.versionMs ?? (far ? remoteVersionMs : localVersionMs),
  };
  if (target !== undefined) {
    const tunnel = new SshTunnel(target, options.ssh.hostKeys, common.situation);
    return {
      ...common,
      // The name is never looked up: the agent brings its own connections.
      modem: await modemOf({ protocol: 'http', host: 'engine', port: 80, agent: tunnel.agent }),
      reach: ({ address: on, port }) => tunnel.reach(anyAddress(on) ? '127.0.0.1' : on, port),
      freeBytes: (folder) => tunnel.freeBytes(folder),
      close: () => tunnel.close(),
    };
  }
  if (address.kind === 'tcp') {
    const { agent, modem } = await overTcp(text, address, options);
    const reach = (published: PublishedPort): Promise<ReachedPort> => directly(text, common, published);
    return {
      ...common,
      modem,
      reach,
      freeBytes: () => Promise.resolve(null),
      close: () => closeAgent(agent),
    };
  }
  if (address.kind === 'ssh') throw new Error('an ssh address has a target');
  const agent = new HttpAgent();
  return {
    ...common,
    modem: await modemOf({ socketPath: address.path, agent }),
    reach: (published) => directly(text, common, published),
    freeBytes: options.freeBytes,
    close: () => closeAgent(agent),
  };
}

function anyAddress(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** @throws AppError `engine.port-out-of-reach` */
async function directly(
  text: string,
  { remote, host }: { readonly remote: boolean; readonly host: string },
  { address, port }: PublishedPort,
): Promise<ReachedPort> {
  if (remote && isLoopback(address))
    throw new AppError(
      'engine.port-out-of-reach',
      `Port ${port} listens on ${address} of ${host} alone: it cannot be reached from here over ${text}.`,
      { address: text, host, port, context: 'tcp' },
    );
  return { host: anyAddress(address) ? host : address, port };
}

async function overTcp(
  text: string,
  { host, port }: EngineAddress & { kind: 'tcp' },
  { tlsFolder, unencrypted }: ConnectionOptions,
): Promise<{ agent: HttpAgent; modem: Modem }> {
  if (tlsFolder === null) {
    if (!unencrypted)
      throw new AppError(
        'engine.unencrypted',
        `The way to ${text} is neither encrypted nor guarded: whoever reaches that port rules the machine.`,
        { address: text },
      );
    const agent = new HttpAgent();
    return { agent, modem: await modemOf({ protocol: 'http', host, port, agent }) };
  }
  const read = async (name: string): Promise<Buffer> => {
    const file = join(tlsFolder, name);
    return readFile(file).catch((error: unknown) => {
      const data = { address: text, reason: 'file', file };
      throw new AppError('engine.certificate', `The file ${file} cannot be read.`, data, error);
    });
  };
  const [ca, cert, key] = await Promise.all([read('ca.pem'), read('cert.pem'), read('key.pem')]);
  // Always checked, whatever the environment says: the key of this machine is at stake.
  const agent = new HttpsAgent({ ca, cert, key, rejectUnauthorized: true });
  return { agent, modem: await modemOf({ protocol: 'https', host, port, agent }) };
}

function closeAgent(agent: HttpAgent): Promise<void> {
  agent.destroy();
  return Promise.resolve();
}

/**
 * A modem that looks only at what it is given: by itself it mixes `DOCKER_HOST` and the certificates of the
 * environment into every connection, and fails on one that it cannot read.
 */
async function modemOf(options: {
  readonly socketPath?: string;
  readonly protocol?: 'http' | 'https';
  readonly host?: string;
  readonly port?: number;
  readonly agent: HttpAgent;
}): Promise<Modem> {
  // Loaded when it is needed: it brings two hundred modules, and most starts of the application touch no engine.
  // The modem writes out every request for its debug log, also when nobody reads that: the agent with all its open
  // connections to their last detail took over a second of processor time per request.
  Object.defineProperty(options.agent, inspect.custom, { value: () => '[agent]' });
  const { default: Dockerode } = await import('dockerode');
  const address = process.env['DOCKER_HOST'];
  delete process.env['DOCKER_HOST'];
  try {
    const { modem } = new Dockerode({ ...options, pathPrefix: '/' } as Docker.DockerOptions);
    return modem;
  } finally {
    if (address !== undefined) process.env['DOCKER_HOST'] = address;
  }
}

function contextOf(address: EngineAddress, platform: NodeJS.Platform): EngineSituation['context'] {
  if (address.kind === 'tcp' || address.kind === 'ssh') return 'remote';
  if (address.path.includes('podman')) return 'podman';
  if (address.kind === 'npipe' || platform === 'win32') return 'windows';
  if (platform === 'darwin' || address.path.includes('/.docker/')) return 'desktop';
  return address.path.startsWith('/run/user/') ? 'rootless' : 'linux';
}
