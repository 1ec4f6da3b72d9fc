import { randomBytes } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { AppError } from '../../../shared/domain/app-error.ts';
import { drop } from '../../foundation/drop.ts';
import type { Log } from '../../foundation/log.ts';
import { findFreePort } from '../../foundation/port-holder.ts';
import { bundleFile } from '../bundle-files.ts';
import { contentSecurityPolicy, securityHeaders } from '../content-security-policy.ts';
import { hostIsOurs, originIsOurs, type Access } from './access.ts';
import { languageOf, linkNeededPage, passphrasePage } from './pages.ts';

export interface WebServerOptions {
  readonly address: string;
  /** The next free port is taken where this one is not. */
  readonly port: number;
  /** Folder of the built page. */
  readonly bundle: string;
  readonly access: Access;
  /** Certificate and key; without them plain HTTP, which is for loopback only. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Further names or addresses under which this machine is asked for. */
  readonly hostNames: readonly string[];
  readonly serve: (socket: WebSocket) => Promise<void>;
  readonly log: Log;
}

export interface WebServer {
  readonly origin: string;
  /** The port that it listens on. */
  readonly port: number;
  /** A URL that opens one browser, once. */
  makeLink(): string;
  close(): Promise<void>;
}

/** A publication of 1 MB whose every character is escaped; files come in pieces. Only sessions get so far. */
const maxMessageBytes = 8_000_000;
const maxFormBytes = 2_000;
const pingEveryMs = 20_000;
const socketsAtMost = 50;

/** The built page and its socket behind host, origin and session checks. @throws AppError `host.port-in-use` */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { address, access, tls, log } = options;
  const secure = tls !== undefined;
  const port = await findFreePort(address, options.port);
  if (port === undefined)
    throw new AppError('host.port-in-use', `No port is free from ${options.port} on.`, {
      port: options.port,
    });
  const names = [
    'localhost',
    '127.0.0.1',
    '[::1]',
    address.includes(':') ? `[${address}]` : address,
    ...options.hostNames,
  ];
  const hosts = new Set(names.map((name) => `${name.toLowerCase()}:${port}`));
  const context: Context = { ...options, secure, hosts, port };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    drop(answer(context, request, response), log, 'answering a request');
  };
  const server =
    tls === undefined
      ? createHttpServer(onRequest)
      : createHttpsServer({ ...tls, minVersion: 'TLSv1.2' }, onRequest);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
  server.on('upgrade', (request, socket, head) => upgrade(context, sockets, request, socket, head));
  const pinging = setInterval(() => pingAll(sockets), pingEveryMs);
  await listen(server, address, port);

  const shown = address === '0.0.0.0' || address === '::' ? 'localhost' : address;
  const origin = `${secure ? 'https' : 'http'}://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
  return {
    origin,
    port,
    makeLink: () => `${origin}/open?token=${access.makeLink()}`,
    close: async () => {
      clearInterval(pinging);
      for (const socket of sockets.clients) socket.terminate();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Context extends WebServerOptions {
  readonly secure: boolean;
  readonly hosts: ReadonlySet<string>;
  readonly port: number;
}

async function answer(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const nonce = randomBytes(16).toString('base64');
  const headers = {
    ...securityHeaders,
    'content-security-policy': contentSecurityPolicy(nonce, { connect: socketOrigin(context, request) }),
  };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (!isAskedForUs(context, request)) return end(response, 421, 'text/plain', 'unknown host\n');
  const url = requestUrl(request);
  if (url === undefined) return end(response, 400, 'text/plain', 'no such address\n');
  if (request.method === 'POST') return post(context, url, request, response, nonce);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return end(response, 405, 'text/plain', 'not allowed\n');
  // Browsers ask for it by themselves; the page names its own icon.
  if (url.pathname === '/favicon.ico') return end(response, 204, 'image/x-icon', '');
  if (url.pathname === '/open') return openWithLink(context, url, request, response, nonce);
  if (!context.access.hasSession(request.headers.cookie))
    return askToComeIn(context, request, response, nonce, undefined);
  // Asked by a page whose socket was refused: it must know whether to wait or to say that its session is over.
  if (url.pathname === '/session') return end(response, 204, 'text/plain', '');
  const file = await bundleFile(context.bundle, url.pathname, nonce);
  if (file === undefined) return end(response, 404, 'text/plain', 'not found\n');
  response.setHeader('cache-control', file.immutable ? 'private, max-age=31536000, immutable' : 'no-store');
  end(response, 200, file.type, file.body);
}

async function post(
  context: Context,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  nonce: string,
): Promise<void> {
  if (
    url.pathname !== '/login' ||
    !originIsOurs(request.headers.origin, request.headers.host, context.secure)
  ) {
    return end(response, 403, 'text/plain', 'forbidden\n');
  }
  const passphrase = new URLSearchParams(await readForm(request)).get('passphrase') ?? '';
  const outcome = await context.access.usePassphrase(passphrase, context.secure, Date.now());
  if (typeof outcome === 'string') {
    context.log.warn('a wrong passphrase', { address: request.socket.remoteAddress ?? '' });
    return askToComeIn(context, request, response, nonce, outcome);
  }
  response.setHeader('set-cookie', outcome.cookie);
  redirectHome(response);
}

function openWithLink(
  context: Context,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  nonce: string,
): void {
  const cookie = context.access.useLink(url.searchParams.get('token') ?? '', context.secure);
  if (cookie !== undefined) response.setHeader('set-cookie', cookie);
  // Who has a session already and opens an old link again simply goes in.
  if (cookie !== undefined || context.access.hasSession(request.headers.cookie))
    return redirectHome(response);
  askToComeIn(context, request, response, nonce, undefined);
}

function askToComeIn(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  nonce: string,
  problem: 'wrong' | 'wait' | undefined,
): void {
  const language = languageOf(request.headers['accept-language']);
  const html = context.access.hasPassphrase
    ? passphrasePage(nonce, language, problem)
    : linkNeededPage(nonce, language);
  response.setHeader('cache-control', 'no-store');
  // The page with the passphrase is the only one with a form to send.
  response.setHeader('content-security-policy', contentSecurityPolicy(nonce, { withForm: true }));
  end(response, problem === 'wait' ? 429 : 401, 'text/html; charset=utf-8', html);
}

/** A page instead of a 302: a cookie that is `SameSite=Strict` is not sent along a redirect that began elsewhere. */
function redirectHome(response: ServerResponse): void {
  response.setHeader('cache-control', 'no-store');
  end(
    response,
    200,
    'text/html; charset=utf-8',
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>DataYoti Field</title>',
  );
}

/** By a name of ours, or by the very address on which the request came in: an address cannot be rebound. */
function isAskedForUs({ hosts, port }: Context, { headers, socket }: IncomingMessage): boolean {
  const address = (socket.localAddress ?? '').replace(/^::ffff:(?=[\d.]+$)/, '');
  const arrivedAt = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  return hostIsOurs(headers.host, hosts) || headers.host === arrivedAt;
}

/** `undefined` for what is no path at all, as `//`. */
function requestUrl({ url }: IncomingMessage): URL | undefined {
  return URL.canParse(url ?? '/', 'http://any') ? new URL(url ?? '/', 'http://any') : undefined;
}

function end(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

function upgrade(
  context: Context,
  sockets: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const { headers } = request;
  const allowed =
    request.url === '/rpc' &&
    isAskedForUs(context, request) &&
    originIsOurs(headers.origin, headers.host, context.secure) &&
    context.access.hasSession(headers.cookie) &&
    sockets.clients.size < socketsAtMost;
  if (!allowed) {
    socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, socket, head, (accepted) => {
    accepted.on('error', () => accepted.terminate());
    accepted.on('pong', () => answered.add(accepted));
    answered.add(accepted);
    drop(context.serve(accepted), context.log, 'serving a page');
  });
}

const answered = new WeakSet<WebSocket>();

/** A laptop that was closed leaves a socket that never says so. */
function pingAll(sockets: WebSocketServer): void {
  for (const socket of sockets.clients) {
    if (answered.delete(socket)) socket.ping();
    else socket.terminate();
  }
}

function socketOrigin(context: Context, request: IncomingMessage): string {
  const host = isAskedForUs(context, request) ? (request.headers.host ?? '') : `localhost:${context.port}`;
  return `${context.secure ? 'wss' : 'ws'}://${host}`;
}

/** What is too long is read to its end all the same, unkept: a request that is cut off gets no answer. */
async function readForm(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) if (text.length <= maxFormBytes) text += String(chunk);
  return text.length > maxFormBytes ? '' : text;
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
