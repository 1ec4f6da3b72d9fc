import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { Client } from './contract.ts';
import type { CallOptions } from './procedure.ts';
import { AppError, isErrorCode, type ErrorData } from '../domain/app-error.ts';

type AnyCall = (input: unknown, options?: CallOptions) => Promise<unknown>;

/** As the browser has them, and Node. */
type Socket = ConstructorParameters<typeof SocketLink>[0]['websocket'];
type Port = ConstructorParameters<typeof PortLink>[0]['port'] & { start(): void };

/** A client over one open WebSocket. Calls fail with `AppError`; `connection.lost` once the socket is gone. */
export function clientOverSocket(socket: Socket): Client {
  return typed(createORPCClient(new SocketLink({ websocket: socket })));
}

/** A client over a message port that the preload script handed over. */
export function clientOverPort(port: Port): Client {
  const client = typed(createORPCClient(new PortLink({ port })));
  port.start();
  return client;
}

/** Two levels, area and name, with every failure turned into an `AppError`. */
function typed(raw: unknown): Client {
  const areas = new Map<PropertyKey, unknown>();
  return new Proxy({} as Client, {
    get: (_target, area) => {
      const known =
        areas.get(area) ?? areaOf((raw as Record<PropertyKey, Record<PropertyKey, AnyCall>>)[area]);
      areas.set(area, known);
      return known;
    },
  });
}

function areaOf(raw: Record<PropertyKey, AnyCall> | undefined): unknown {
  return new Proxy(
    {},
    {
      get: (_target, name) => async (input: unknown, options?: CallOptions) => {
        try {
          const result = await raw?.[name]?.(input, options);
          return isStream(result) ? guarded(result, options?.signal) : result;
        } catch (error) {
          throw appError(error, options?.signal);
        }
      },
    },
  );
}

function isStream(value: unknown): value is AsyncIterableIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function guarded(
  stream: AsyncIterableIterator<unknown>,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<unknown> {
  return {
    next: async () => {
      try {
        return await stream.next();
      } catch (error) {
        throw appError(error, signal);
      }
    },
    return: async () => {
      await stream.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Who aborted a call gets back the reason given; every other failure is an `AppError`. */
function appError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (error instanceof ORPCError) {
    if (isErrorCode(error.code))
      return new AppError(error.code, error.message, (error.data ?? {}) as ErrorData, error);
    return new AppError('internal', error.message, {}, error);
  }
  return new AppError('connection.lost', 'The connection to the application is lost.', {}, error);
}
