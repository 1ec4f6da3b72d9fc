import { randomUUID } from 'node:crypto';
import { ORPCError, os } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import type { WebSocket } from 'ws';
import type { z } from 'zod';
import { contract, type Handlers } from '../../shared/contract/contract.ts';
import type { Spec } from '../../shared/contract/procedure.ts';
import { AppError, isAppError } from '../../shared/domain/app-error.ts';
import type { Log } from '../foundation/log.ts';

type AnyHandler = (input: unknown, signal: AbortSignal) => Promise<unknown> | AsyncIterable<unknown>;

interface Peer {
  /** May take its time: the next item of a stream waits for it. */
  readonly send: (message: string | Uint8Array) => Promise<void>;
  readonly addEventListener: (
    event: 'message' | 'close',
    listener: (event: { readonly data?: unknown }) => void,
  ) => void;
}

/** The port of Node or a browser (`MessagePort`), or of Electron's main process (`MessagePortMain`). */
export type RpcPort = BrowserLikePort | EmitterPort;

interface BrowserLikePort {
  postMessage(message: unknown): void;
  addEventListener(event: string, listener: (event: { readonly data?: unknown }) => void): void;
}

interface EmitterPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** Serves the handlers over any number of connections, each a message port or a WebSocket. */
export class RpcServer {
  readonly #handler: RPCHandler<Record<string, never>>;

  constructor(handlers: Handlers, log: Log) {
    this.#handler = new RPCHandler(routerOf(handlers, log.from('host')));
  }

  /** Streams end and calls abort when the other side closes the port; starting the port is the caller's part. */
  servePort(port: RpcPort): void {
    void this.#serve({
      send: (message) => Promise.resolve(port.postMessage(message)),
      addEventListener: (event, listener) => {
        if ('addEventListener' in port) port.addEventListener(event, listener);
        else if (event === 'message') port.on('message', listener);
        else port.on('close', () => listener({}));
      },
    });
  }

  /** Streams end and calls abort when the socket closes. */
  serveSocket(socket: WebSocket): Promise<void> {
    return this.#serve({
      // A stream gives its next item when this one has left: a page on a slow network holds back its own
      // streams instead of filling our memory. A socket that is closing refuses at once, and its end is only
      // heard of in a later turn of the event loop, which a stream of many items must not keep from coming.
      send: (message) =>
        new Promise<void>((resolve) =>
          socket.send(message, (error) => (error ? void setImmediate(resolve) : resolve())),
        ),
      addEventListener: (event, listener) => {
        if (event === 'message') socket.addEventListener('message', listener);
        else socket.addEventListener('close', () => listener({}));
      },
    });
  }

  /**
   * Ports go through the library's WebSocket side too: its port side leaves the failure of a malformed message
   * unhandled, which would end the application.
   */
  #serve(peer: Peer): Promise<void> {
    return this.#handler.upgrade(peer as unknown as WebSocket);
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

/**
 * Both directions are validated here and not by the library: its own validation stands outside of the handler,
 * so that an answer of ours that breaks the contract would reach the page without a line in the log.
 */
function procedureOf(spec: Spec, handler: AnyHandler, name: string, log: Log) {
  const never = new AbortController().signal;
  return os.handler(async ({ input, signal }): Promise<unknown> => {
    try {
      const question = validInput(spec.input, input);
      if (spec.kind === 'stream') return endable(spec.item, handler, question, signal ?? never, name, log);
      return await spec.output.parseAsync(await handler(question, signal ?? never));
    } catch (error) {
      throw wireError(error, name, log);
    }
  });
}

/** @throws AppError `request.invalid` with the path of the first field that does not fit */
function validInput(schema: z.ZodType, input: unknown): unknown {
  const checked = schema.safeParse(input);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const field = (issue?.path ?? []).map(String).join('.');
  throw new AppError(
    'request.invalid',
    `${field === '' ? 'request' : field}: ${issue?.message ?? 'invalid'}`,
    {
      field,
    },
  );
}

/**
 * An iterator whose `return` also aborts what it waits for: a generator that is waiting cannot be ended
 * from outside otherwise.
 */
function endable(
  item: z.ZodType,
  handler: AnyHandler,
  input: unknown,
  signal: AbortSignal,
  name: string,
  log: Log,
): AsyncIterator<unknown> & AsyncIterable<unknown> {
  const stop = new AbortController();
  const stream = handler(input, AbortSignal.any([signal, stop.signal])) as AsyncIterable<unknown>;
  const inner: AsyncIterator<unknown, unknown> = stream[Symbol.asyncIterator]();
  const end = async (): Promise<void> => {
    stop.abort();
    await inner.return?.();
  };
  return {
    next: async () => {
      try {
        const { done, value } = await inner.next();
        return done === true
          ? { done, value: undefined }
          : { done: false, value: await item.parseAsync(value) };
      } catch (error) {
        await end().catch(() => undefined);
        throw wireError(error, name, log);
      }
    },
    return: async () => {
      await end();
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
