import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { WebSocket as Socket, WebSocketServer } from 'ws';
import { afterEach, expect, test } from 'vitest';
import { RpcServer } from '../../src/main/rpc/orpc-server.ts';
import { clientOverPort, clientOverSocket } from '../../src/shared/contract/orpc-client.ts';
import type { StackState } from '../../src/shared/contract/stack.ts';
import { collectingLog } from '../support/collecting-log.ts';
import { until } from '../support/until.ts';
import { handlersWith, overSocket } from '../support/rpc-lines.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

test.each([
  'not json',
  '[]',
  '{"i":1}',
  '{"i":"x","p":{"u":"/stack/nothing","b":{}}}',
  new Uint8Array([255, 0, 255]),
])('a message that is none (%s) does no harm on either transport', async (message) => {
  const { log } = collectingLog();
  const server = new RpcServer(
    handlersWith({ stack: { freePort: ({ from }) => Promise.resolve({ port: from }) } }),
    log,
  );
  const { port1, port2 } = new MessageChannel();
  server.servePort(port1);
  port1.start();
  open.push(() => Promise.resolve(port2.close()));
  port2.postMessage(message);
  const line = await overSocket(server);
  open.push(line.close);
  const overChannel = clientOverPort(port2);
  expect(await overChannel.stack.freePort({ name: 'mqtt', from: 7 })).toEqual({ port: 7 });
  expect(await line.client.stack.freePort({ name: 'mqtt', from: 8 })).toEqual({ port: 8 });
});

test('a page that does not read holds back its streams, and misses nothing', async () => {
  let produced = 0;
  const { log } = collectingLog();
  const server = new RpcServer(
    handlersWith({
      stack: {
        async *watch(_input, signal) {
          while (!signal.aborted) yield bulkyState(++produced);
        },
      },
    }),
    log,
  );
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => void server.serveSocket(socket));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const socket = new Socket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  await once(socket, 'open');
  open.push(async () => {
    socket.terminate();
    await new Promise((resolve) => http.close(resolve));
  });
  const items = (await clientOverSocket(socket as unknown as WebSocket).stack.watch({}))[
    Symbol.asyncIterator
  ]();
  await items.next();
  socket.pause();
  let before = 0;
  let quiet = 0;
  await until(
    () => {
      quiet = produced === before ? quiet + 1 : 0;
      before = produced;
      return quiet > 20;
    },
    { what: 'the stream waits' },
  );
  socket.resume();
  for (let index = 2; index <= produced; index++) {
    const { value } = (await items.next()) as IteratorResult<StackState, undefined>;
    expect(value?.sinceMs).toBe(index);
    if (index === before + 10) break;
  }
  await items.return?.();
});

test('a socket that closes in the middle of a fast stream ends it', async () => {
  let ended = false;
  const server = new RpcServer(
    handlersWith({
      stack: {
        async *watch(_input, signal) {
          try {
            for (let index = 1; !signal.aborted; index++) yield bulkyState(index);
          } finally {
            ended = true;
          }
        },
      },
    }),
    collectingLog().log,
  );
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => void server.serveSocket(socket));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    await new Promise((resolve) => http.close(resolve));
  });
  const socket = new Socket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  await once(socket, 'open');
  const items = (await clientOverSocket(socket as unknown as WebSocket).stack.watch({}))[
    Symbol.asyncIterator
  ]();
  await items.next();
  for (const served of sockets.clients) served.terminate();
  await until(() => ended, { what: 'the stream has ended' });
});

function bulkyState(index: number): StackState {
  const error = { code: 'internal', message: 'x'.repeat(200_000), data: {} } as const;
  return {
    kind: 'embedded',
    phase: 'failed',
    sinceMs: index,
    step: null,
    broker: {
      phase: 'failed',
      listeners: [],
      clients: 0,
      refusedLogins: 0,
      refusedMessages: 0,
      refusedSubscriptions: 0,
      oversizedPackets: 0,
      refusedConnections: 0,
      queueOverflows: 0,
      retained: 0,
      serviceName: null,
      error,
    },
    database: {
      phase: 'failed',
      kind: null,
      version: null,
      address: '',
      port: null,
      databaseName: '',
      user: '',
      sizeBytes: null,
      error: null,
    },
    freeDiskBytes: null,
    use: { application: null, database: null, folderBytes: null },
    totalDiskBytes: null,
    demo: { running: false, sensors: 0 },
    error: null,
  };
}
