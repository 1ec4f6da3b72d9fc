import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { findFreePort, portHolder } from '../../../foundation/port-holder.ts';
import type { ServerCredentials } from './certificate-authority.ts';

export type ListenerName = 'mqtt' | 'mqtts' | 'websocket';

export interface ListenerWish {
  readonly address: string;
  readonly name: ListenerName;
  readonly port: number;
  /** Ports that this broker uses or will use itself: never proposed as free. */
  readonly otherPorts: readonly number[];
  readonly maxPacketBytes: number;
  /** So long a TLS handshake or a WebSocket upgrade may take. */
  readonly connectLimitMs: number;
  /** For `mqtts`. */
  readonly credentials: ServerCredentials | undefined;
  /** A connection, and the socket that carries it. */
  readonly onConnection: (connection: Duplex, carrier: Socket) => void;
}

export interface OpenListener {
  readonly name: ListenerName;
  readonly address: string;
  readonly port: number;
  readonly url: string;
  /** New connections get this certificate; `false` where it is the present one. */
  renew(credentials: ServerCredentials): boolean;
  /** Ends every connection, also those that never got as far as MQTT. */
  close(): Promise<void>;
}

const backlog = 1_024;
/** Room for what one client has not read yet, so that a burst to a quick reader does not wait for it. */
const bufferBytes = 256 * 1024;
const keepAliveDelayMs = 60_000;
/** A WebSocket message may hold several packets. */
const webSocketMessageBytes = 64 * 1024;

/**
 * Opens one listener. @throws AppError `broker.port-in-use` (data: listener, port, program, pid, freePort),
 * `broker.address-unavailable`, `broker.start-failed`
 */
export async function openListener(wish: ListenerWish): Promise<OpenListener> {
  const { address, name, port } = wish;
  const server = makeServer(wish);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A board that lost its power never says so; without a keep-alive of its own only this ends its connection.
    socket.setKeepAlive(true, keepAliveDelayMs);
  });
  try {
    await listen(server, address, port);
  } catch (error) {
    throw await listenError(error, wish);
  }
  let certificate = wish.credentials?.cert;
  return {
    name,
    address,
    port,
    url: `${schemes[name]}://${address.includes(':') ? `[${address}]` : address}:${port}`,
    renew: (credentials) => {
      if (!(server instanceof TlsServer) || credentials.cert === certificate) return false;
      server.setSecureContext({ ...credentials, minVersion: 'TLSv1.2' });
      certificate = credentials.cert;
      return true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const schemes: Readonly<Record<ListenerName, string>> = { mqtt: 'mqtt', mqtts: 'mqtts', websocket: 'ws' };

function makeServer(wish: ListenerWish): Server | HttpServer {
  const { name, credentials, connectLimitMs, onConnection } = wish;
  const accept = (socket: Socket): void => {
    socket.setNoDelay(true);
    onConnection(socket, socket);
  };
  if (name === 'mqtt') return createServer({ highWaterMark: bufferBytes }, accept);
  if (name === 'mqtts') {
    const server = createTlsServer(
      { ...credentials, minVersion: 'TLSv1.2', handshakeTimeout: connectLimitMs },
      accept,
    );
    // A failed handshake is the client's trouble: without a listener it would end the process.
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  }
  const http = createHttpServer(
    {
      headersTimeout: connectLimitMs,
      requestTimeout: connectLimitMs,
      connectionsCheckingInterval: connectLimitMs / 4,
    },
    (_request, response) => {
      response.writeHead(426, { 'content-type': 'text/plain', connection: 'close' });
      response.end('MQTT over WebSocket only\n');
    },
  );
  const sockets = new WebSocketServer({
    server: http,
    maxPayload: Math.max(webSocketMessageBytes, 2 * wish.maxPacketBytes),
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  // It repeats the errors of the HTTP server, which are heard where it is opened.
  sockets.on('error', () => undefined);
  sockets.on('connection', (socket, request) => {
    socket.on('error', () => socket.terminate());
    const stream = createWebSocketStream(socket, { writableHighWaterMark: bufferBytes });
    onConnection(stream, request.socket);
  });
  return http;
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, backlog, exclusive: true }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });
}

async function listenError(error: unknown, wish: ListenerWish): Promise<AppError> {
  const { address, name, port, otherPorts } = wish;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const holder = await portHolder(port);
    const freePort = await findFreePort(address, Math.max(port + 1, 1024), otherPorts);
    const by = holder === null ? '' : ` by ${holder.program}`;
    return new AppError(
      'broker.port-in-use',
      `Port ${port} is taken${by}.`,
      {
        listener: name,
        port,
        program: holder?.program ?? null,
        pid: holder?.pid ?? null,
        freePort: freePort ?? null,
      },
      error,
    );
  }
  if (code === 'EADDRNOTAVAIL') {
    return new AppError(
      'broker.address-unavailable',
      `This machine has no address ${address} now.`,
      { address },
      error,
    );
  }
  return new AppError(
    'broker.start-failed',
    `The broker cannot listen on ${address}:${port}.`,
    { address, port, listener: name },
    error,
  );
}
