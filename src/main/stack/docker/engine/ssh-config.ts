import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'ssh-config';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { engineAddressText, type EngineAddress } from './engine-address.ts';
import type { EngineMachine } from './engine-machine.ts';

export type SshAddress = EngineAddress & { readonly kind: 'ssh' };

/** Where an `ssh://` address leads, and with what one logs in there. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The engine's socket over there. */
  readonly socket: string;
  /** Files of private keys, in the order in which they are tried. */
  readonly keyFiles: readonly string[];
  /** Socket of the ssh-agent, or `undefined` where none is to be asked. */
  readonly agentSocket: string | undefined;
  /** The agent is asked only where no file of a key can be used. */
  readonly filesFirst: boolean;
}

const defaultPort = 22;
/** The private keys that ssh itself tries, in its order (ssh(1), option -i). */
const usualKeys = ['id_rsa', 'id_ecdsa', 'id_ed25519'];
/** As deep as OpenSSH itself follows `Include`. */
const deepestInclude = 16;

/**
 * Reads an address as the person's own `ssh` would: aliases, `HostName`, `Port`, `User`, `IdentityFile`,
 * `IdentitiesOnly`, `IdentityAgent` and `Include` of `~/.ssh/config`, then of `/etc/ssh/ssh_config` (ssh_config(5)).
 * What the address says itself counts before that. Programs are never run: `Match exec` does not match.
 *
 * @throws AppError `engine.ssh-config` where the host is reached through another one, or a file makes no sense
 */
export async function sshTarget(address: SshAddress, machine: EngineMachine): Promise<SshTarget> {
  const files = machine.platform === 'win32' ? [] : ['/etc/ssh/ssh_config'];
  const own = join(machine.home, '.ssh', 'config');
  // Each file begins outside all sections of the one before.
  const texts = await Promise.all([own, ...files].map((file) => withIncludes(file, machine)));
  const found = valuesFor(address, texts.join('\nHost *\n'));
  const one = (name: string): string | undefined => found.get(name)?.[0];
  for (const name of ['ProxyJump', 'ProxyCommand']) {
    const value = one(name.toLowerCase());
    if (value !== undefined && value.toLowerCase() !== 'none')
      throw new AppError(
        'engine.ssh-config',
        `~/.ssh/config reaches ${address.host} through ${name} ${value}, which is not possible here.`,
        { address: engineAddressText(address), host: address.host, name, value, context: 'proxy' },
      );
  }
  const user = address.user ?? one('user') ?? machine.userName;
  const port = address.port ?? portOf(address, one('port')) ?? defaultPort;
  const host = (one('hostname') ?? address.host).replaceAll(/%[h%]/gu, (token) =>
    token === '%h' ? address.host : '%',
  );
  const facts = { machine, user, port, host, name: address.host };
  const named = found.get('identityfile')?.filter((file) => file.toLowerCase() !== 'none');
  const agent = one('identityagent');
  const usualAgent = agentOf(machine);
  return {
    host,
    port,
    user,
    socket: address.socket,
    keyFiles:
      named?.map((file) => expanded(file, facts)) ??
      usualKeys.map((name) => join(machine.home, '.ssh', name)),
    agentSocket:
      agent === undefined || agent === 'SSH_AUTH_SOCK'
        ? usualAgent
        : agent.toLowerCase() === 'none'
          ? undefined
          : expanded(agent, facts),
    filesFirst: one('identitiesonly')?.toLowerCase() === 'yes',
  };
}

function agentOf({ environment, platform }: EngineMachine): string | undefined {
  // Windows' own ssh-agent listens there and sets no variable.
  const socket = environment['SSH_AUTH_SOCK'] ?? (platform === 'win32' ? '//./pipe/openssh-ssh-agent' : '');
  return socket === '' ? undefined : socket;
}

/** By the lower-case name of the keyword; `identityfile` may have several. */
function valuesFor(address: SshAddress, text: string): ReadonlyMap<string, readonly string[]> {
  const query = { Host: address.host, ...(address.user === null ? {} : { User: address.user }) };
  try {
    const computed = parse(text).compute(query, { ignoreCase: true, matchExec: false });
    return new Map(
      Object.entries(computed).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]),
    );
  } catch (error) {
    throw unreadable(address, error instanceof Error ? error.message : String(error), error);
  }
}

function portOf(address: SshAddress, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw unreadable(address, `Port ${text}`);
}

function unreadable(address: SshAddress, text: string, cause?: unknown): AppError {
  return new AppError(
    'engine.ssh-config',
    `~/.ssh/config makes no sense for ${address.host}: ${text}`,
    { address: engineAddressText(address), host: address.host, text, context: 'unreadable' },
    cause,
  );
}

/** The text of a file with those in it that it includes; empty where there is none. */
async function withIncludes(file: string, machine: EngineMachine, depth = 0): Promise<string> {
  const text = (await machine.readText(file)) ?? '';
  const lines: string[] = [];
  let section = 'Host *';
  for (const line of text.split(/\r?\n/u)) {
    if (/^\s*(?:host|match)[\s=]/iu.test(line)) section = line;
    const included = /^\s*include[\s=]+(.+)$/iu.exec(line)?.[1];
    if (included === undefined) lines.push(line);
    else if (depth < deepestInclude) {
      for (const path of await includedFiles(included, dirname(file), machine))
        lines.push(await withIncludes(path, machine, depth + 1));
      // Sections of the included file end with it.
      lines.push(section);
    }
  }
  return lines.join('\n');
}

/** Relative paths are relative to the folder of the file that was begun with (ssh_config(5), "Include"). */
async function includedFiles(
  patterns: string,
  folder: string,
  machine: EngineMachine,
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const [, quoted, bare] of patterns.matchAll(/"([^"]*)"|(\S+)/gu)) {
    const path = resolve(folder, (quoted ?? bare ?? '').replace(/^~(?=\/)/u, machine.home));
    const name = path.slice(dirname(path).length).replace(/^\//u, '');
    if (!/[*?]/u.test(name)) files.push(path);
    else
      for (const entry of [...(await machine.list(dirname(path)))].sort())
        if (wildcard(name).test(entry)) files.push(join(dirname(path), entry));
  }
  return files;
}

function wildcard(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/gu, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  // As a shell has it, hidden files are not meant.
  return new RegExp(`^(?!\\.)${text}$`, 'u');
}

interface Facts {
  readonly machine: EngineMachine;
  readonly user: string;
  readonly host: string;
  readonly name: string;
  readonly port: number;
}

/** A path with `~`, `${NAME}` and the tokens of ssh_config(5) in it. */
function expanded(path: string, { machine, user, host, name, port }: Facts): string {
  const tokens: Readonly<Record<string, string>> = {
    '%%': '%',
    '%d': machine.home,
    '%h': host,
    '%n': name,
    '%p': String(port),
    '%r': user,
    '%u': machine.userName,
  };
  const whole = path
    .replace(/^~(?=[/\\]|$)/u, () => machine.home)
    .replaceAll(/\$\{(\w+)\}/gu, (_all, variable: string) => machine.environment[variable] ?? '')
    .replaceAll(/%./gu, (token) => tokens[token] ?? token);
  return isAbsolute(whole) || whole.startsWith('//') ? whole : resolve(machine.home, whole);
}
