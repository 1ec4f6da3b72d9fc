import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { WebSocket as Socket, WebSocketServer } from 'ws';
import type { RpcServer } from '../../src/main/rpc/orpc-server.ts';
import { clientOverPort, clientOverSocket } from '../../src/shared/contract/orpc-client.ts';
import { contract, type Client, type Handlers } from '../../src/shared/contract/contract.ts';

export type Areas = { readonly [Area in keyof Handlers]?: Partial<Handlers[Area]> };

export interface Line {
  readonly client: Client;
  /** Ends the connection from the page's side. */
  readonly hangUp: () => void;
  readonly close: () => Promise<void>;
}

/** Every handler of the contract; those that a test does not give fail when they are called. */
export function handlersWith(given: Areas): Handlers {
  const areas = Object.entries(contract).map(([area, specs]) => [
    area,
    Object.fromEntries(
      Object.keys(specs).map((name) => [
        name,
        (given as Record<string, Record<string, unknown> | undefined>)[area]?.[name] ??
          (() => Promise.reject(new Error(`${area}.${name} is not part of this test`))),
      ]),
    ),
  ]);
  return Object.fromEntries(areas) as Handlers;
}

export async function overSocket(server: RpcServer): Promise<Line> {
  const http: Server = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => void server.serveSocket(socket));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const socket = new Socket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  await once(socket, 'open');
  return {
    client: clientOverSocket(socket as unknown as WebSocket),
    hangUp: () => socket.terminate(),
    close: async () => {
      socket.terminate();
      for (const accepted of sockets.clients) accepted.terminate();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

export function overPort(server: RpcServer): Promise<Line> {
  const { port1, port2 } = new MessageChannel();
  server.servePort(port1);
  port1.start();
  return Promise.resolve({
    client: clientOverPort(port2),
    hangUp: () => port2.close(),
    close: () => {
      port1.close();
      port2.close();
      return Promise.resolve();
    },
  });
}

/** The shape that Electron's main process has: an event emitter with `message` (`{data}`) and `close`. */
export function overMainPort(server: RpcServer): Promise<Line> {
  const { port1, port2 } = new MessageChannel();
  const mainPort = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => port1.postMessage(message),
    start: () => port1.start(),
    close: () => port1.close(),
  });
  port1.on('message', (data: unknown) => mainPort.emit('message', { data, ports: [] }));
  port1.on('close', () => mainPort.emit('close'));
  server.servePort(mainPort);
  return Promise.resolve({
    client: clientOverPort(port2),
    hangUp: () => port2.close(),
    close: () => {
      port1.close();
      port2.close();
      return Promise.resolve();
    },
  });
}
