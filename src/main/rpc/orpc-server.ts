import { randomUUID } from 'node:crypto';
import { eventIterator, ORPCError, os, ValidationError } from '@orpc/server';
import { RPCHandler as PortHandler } from '@orpc/server/message-port';
import { RPCHandler as SocketHandler } from '@orpc/server/ws';
import type { WebSocket } from 'ws';
import type { z } from 'zod';
import { contract, type Handlers } from '../../shared/contract/contract.ts';
import type { Spec } from '../../shared/contract/procedure.ts';
import { AppError, isAppError } from '../../shared/domain/app-error.ts';
import type { Log } from '../foundation/log.ts';

type AnyHandler = (input: unknown, signal: AbortSignal) => Promise<unknown> | AsyncIterable<unknown>;

type NoContext = Record<string, never>;

/** The port of a browser, of Node, or of Electron's main process. */
export type RpcPort = Parameters<PortHandler<NoContext>['upgrade']>[0];

/** Serves the handlers over any number of connections, each a message port or a WebSocket. */
export class RpcServer {
  readonly #ports: PortHandler<NoContext>;
  readonly #sockets: SocketHandler<NoContext>;

  constructor(handlers: Handlers, log: Log) {
    const router = routerOf(handlers, log.from('host'));
    this.#ports = new PortHandler(router);
    this.#sockets = new SocketHandler(router);
  }

  servePort(port: RpcPort): void {
    this.#ports.upgrade(port);
  }

  /** Streams end and calls abort when the socket closes. */
  async serveSocket(socket: WebSocket): Promise<void> {
    await this.#sockets.upgrade(socket);
  }
}

function routerOf(
  handlers: Handlers,
  log: Log,
): Record<string, Record<string, ReturnType<typeof procedureOf>>> {
  return Object.fromEntries(
    Object.entries(contract).map(([area, specs]) => [
      area,
      Object.fromEntries(
        Object.entries(specs as Readonly<Record<string, Spec>>).map(([name, spec]) => {
          const handler = (handlers as unknown as Record<string, Record<string, AnyHandler>>)[area]?.[name];
          if (handler === undefined) throw new Error(`no handler for ${area}.${name}`);
          return [name, procedureOf(spec, handler, `${area}.${name}`, log)];
        }),
      ),
    ]),
  );
}

function procedureOf(spec: Spec, handler: AnyHandler, name: string, log: Log) {
  const never = new AbortController().signal;
  const output = spec.kind === 'stream' ? eventIterator(spec.item) : spec.output;
  return os
    .input(spec.input)
    .output(output as z.ZodType)
    .errors({})
    .use(async ({ next }) => {
      try {
        return await next();
      } catch (error) {
        throw wireError(error, name, log);
      }
    })
    .handler(async ({ input, signal }): Promise<unknown> => {
      if (spec.kind === 'stream') return endable(handler, input, signal ?? never, name, log);
      return handler(input, signal ?? never);
    });
}

/**
 * An iterator whose `return` also aborts what it waits for: a generator that is waiting cannot be ended
 * from outside otherwise.
 */
function endable(
  handler: AnyHandler,
  input: unknown,
  signal: AbortSignal,
  name: string,
  log: Log,
): AsyncIterator<unknown> & AsyncIterable<unknown> {
  const stop = new AbortController();
  const inner = (handler(input, AbortSignal.any([signal, stop.signal])) as AsyncIterable<unknown>)[
    Symbol.asyncIterator
  ]();
  return {
    next: async () => {
      try {
        return await inner.next();
      } catch (error) {
        throw wireError(error, name, log);
      }
    },
    return: async () => {
      stop.abort();
      await inner.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A known error keeps its code and facts; anything else becomes `internal` with a number to find it in the log. */
function wireError(error: unknown, name: string, log: Log): ORPCError<string, unknown> {
  if (isAppError(error)) return onWire(error);
  if (error instanceof ORPCError) {
    if (error.code !== 'BAD_REQUEST') return error as ORPCError<string, unknown>;
    const issue = error.cause instanceof ValidationError ? error.cause.issues[0] : undefined;
    const field = (issue?.path ?? [])
      .map((part) => (typeof part === 'object' ? String(part.key) : String(part)))
      .join('.');
    return onWire(new AppError('request.invalid', `${field}: ${issue?.message ?? 'invalid'}`, { field }));
  }
  const id = randomUUID();
  log.error(`${name} failed`, { id, error });
  return onWire(new AppError('internal', 'Something went wrong inside the application.', { id }));
}

function onWire(error: AppError): ORPCError<string, unknown> {
  return new ORPCError(error.code, {
    status: error.code === 'internal' ? 500 : 422,
    message: error.message,
    data: error.data,
  });
}
