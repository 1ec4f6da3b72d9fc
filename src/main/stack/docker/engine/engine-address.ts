import { isIPv6 } from 'node:net';
import { AppError } from '../../../../shared/domain/app-error.ts';

/** Where an engine is reached. */
export type EngineAddress =
  | { readonly kind: 'unix'; readonly path: string }
  /** `path` as Node opens it: `//./pipe/docker_engine`. */
  | { readonly kind: 'npipe'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'ssh';
      /** `null`: the name of the account that runs the application. */
      readonly user: string | null;
      readonly host: string;
      /** `null`: the one that `~/.ssh/config` names, else 22. */
      readonly port: number | null;
      /** The engine's socket over there. */
      readonly socket: string;
    };

export const defaultSocket = '/var/run/docker.sock';
export const defaultPipe = '//./pipe/docker_engine';
/** Ports that Docker's own programs take where an address names none. */
const defaultPorts = { plain: 2375, tls: 2376 } as const;

/**
 * Reads an address as Docker's own command line writes it: `unix:///var/run/docker.sock`, `npipe:////./pipe/NAME`,
 * `tcp://host:port`, `ssh://user@host:port/path/of.sock`; `host:port` alone is `tcp://`.
 *
 * @param tls which port is meant where a `tcp://` address names none
 * @throws AppError `engine.address-invalid`, also for an address that holds a password
 */
export function parseEngineAddress(text: string, tls = true): EngineAddress {
  const trimmed = text.trim();
  const invalid = (): AppError =>
    new AppError(
      'engine.address-invalid',
      `"${withoutPassword(trimmed)}" is no address of a container engine.`,
      {
        address: withoutPassword(trimmed),
      },
    );
  const local = /^(unix|npipe):\/\/(.*)$/u.exec(trimmed);
  if (local?.[1] === 'unix') {
    const path = local[2] === undefined || local[2] === '' ? defaultSocket : local[2];
    if (!path.startsWith('/')) throw invalid();
    return { kind: 'unix', path };
  }
  if (local !== null) {
    const path = (local[2] ?? '').replaceAll('\\', '/');
    if (path !== '' && !/^\/\/[^/]+\/pipe\/.+/u.test(path)) throw invalid();
    return { kind: 'npipe', path: path === '' ? defaultPipe : path };
  }
  const url = urlOf(/^\w+:\/\//u.test(trimmed) ? trimmed : `tcp://${trimmed}`);
  if (url === undefined || url.hostname === '' || url.password !== '') throw invalid();
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  const port = url.port === '' ? undefined : Number(url.port);
  if (url.search !== '' || url.hash !== '' || port === 0) throw invalid();
  const bare = url.pathname === '' || url.pathname === '/';
  if (url.protocol === 'ssh:') {
    const user = url.username === '' ? null : decodeURIComponent(url.username);
    const socket = bare ? defaultSocket : decodeURIComponent(url.pathname);
    return { kind: 'ssh', user, host, port: port ?? null, socket };
  }
  if (url.protocol !== 'tcp:' || url.username !== '' || !bare) throw invalid();
  return { kind: 'tcp', host, port: port ?? (tls ? defaultPorts.tls : defaultPorts.plain) };
}

/** The address as a person writes it; `parseEngineAddress` reads it back. */
export function engineAddressText(address: EngineAddress): string {
  if (address.kind === 'unix') return `unix://${address.path}`;
  if (address.kind === 'npipe') return `npipe://${address.path}`;
  if (address.kind === 'tcp') return `tcp://${urlHost(address.host)}:${address.port}`;
  const user = address.user === null ? '' : `${encodeURIComponent(address.user)}@`;
  const port = address.port === null ? '' : `:${address.port}`;
  const socket = address.socket === defaultSocket ? '' : address.socket;
  return `ssh://${user}${urlHost(address.host)}${port}${socket}`;
}

/** True for this very machine: then published ports are here. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function urlHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function withoutPassword(text: string): string {
  return text.replace(/(\/\/[^/@:]*):[^@]*@/u, '$1@');
}
