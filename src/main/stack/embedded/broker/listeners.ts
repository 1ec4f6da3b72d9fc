import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { findFreePort, portHolder } from '../../../foundation/port-holder.ts';
import type { ServerCredentials } from './certificate-authority.ts';

export type ListenerName = 'mqtt' | 'mqtts' | 'websocket';

export interface ListenerWish {
  readonly name: ListenerName;
  readonly port: number;
}

export interface OpenListener {
  readonly name: ListenerName;
  readonly address: string;
  readonly port: number;
  readonly url: string;
  /** No new connections; those that are open are ended by their owner. */
  close(): Promise<void>;
}

/** A connection, whatever carried it, and where it comes from. */
export type OnConnection = (connection: Duplex, remoteAddress: string, listener: ListenerName) => void;

const backlog = 1_024;

/**
 * Opens one listener. @throws AppError `broker.port-in-use` (data: listener, port, program, pid, freePort),
 * `broker.address-unavailable`, `broker.start-failed`
 */
export async function openListener(
  address: string,
  wish: ListenerWish,
  credentials: ServerCredentials | undefined,
  onConnection: OnConnection,
): Promise<OpenListener> {
  const server = makeServer(wish.name, credentials, onConnection);
  try {
    await listen(server, address, wish.port);
  } catch (error) {
    throw await listenError(error, address, wish);
  }
  return {
    name: wish.name,
    address,
    port: wish.port,
    url: `${schemes[wish.name]}://${address.includes(':') ? `[${address}]` : address}:${wish.port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const schemes: Readonly<Record<ListenerName, string>> = { mqtt: 'mqtt', mqtts: 'mqtts', websocket: 'ws' };

function makeServer(
  name: ListenerName,
  credentials: ServerCredentials | undefined,
  onConnection: OnConnection,
): Server | HttpServer {
  const accept = (socket: Socket): void => {
    socket.setNoDelay(true);
    onConnection(socket, socket.remoteAddress ?? '', name);
  };
  if (name === 'mqtt') return createServer(accept);
  if (name === 'mqtts') {
    const server = createTlsServer({ ...credentials, minVersion: 'TLSv1.2' }, accept);
    // A failed handshake is the client's trouble: without a listener it would end the process.
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  }
  const http = createHttpServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('MQTT over WebSocket only\n');
  });
  const sockets = new WebSocketServer({
    server: http,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  // It repeats the errors of the HTTP server, which are heard where it is opened.
  sockets.on('error', () => undefined);
  sockets.on('connection', (socket, request) => {
    socket.on('error', () => socket.terminate());
    onConnection(createWebSocketStream(socket), request.socket.remoteAddress ?? '', name);
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

async function listenError(error: unknown, address: string, { name, port }: ListenerWish): Promise<AppError> {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const holder = await portHolder(port);
    const freePort = await findFreePort(address, Math.max(port + 1, 1024));
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
