import { connect, type Socket } from 'node:net';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { NetworkAddress } from './line-address.ts';

const connectLimitMs = 5_000;
/** Silence after which the system asks whether the other side is still there; a pulled network cable ends the line. */
const keepAliveMs = 10_000;

/**
 * A TCP connection for a line: no delay, because reset sequences are many tiny packets whose timing counts.
 *
 * @throws AppError `serial.unreachable`; the signal's reason when aborted
 */
export function connectSocket(target: NetworkAddress, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const socket = connect({ host: target.host, port: target.port, noDelay: true });
    const done = (finish: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      finish();
    };
    const fail = (error: unknown): void =>
      done(() => {
        // Late errors of a socket that nobody waits for any more must not end the process.
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      });
    const onError = (error: Error): void => fail(unreachable(target, error.message, error));
    const onAbort = (): void => fail(signal.reason);
    const timer = setTimeout(
      () => fail(unreachable(target, `no answer within ${connectLimitMs} ms`)),
      connectLimitMs,
    );
    socket.once('error', onError);
    signal.addEventListener('abort', onAbort);
    socket.once('connect', () =>
      done(() => {
        socket.setKeepAlive(true, keepAliveMs);
        resolve(socket);
      }),
    );
  });
}

export function unreachable({ address }: NetworkAddress, why: string, cause?: unknown): AppError {
  return new AppError('serial.unreachable', `${address} is not reachable: ${why}`, { address }, cause);
}

const goodbyeLimitMs = 1_000;

/**
 * Ends a connection and waits until the server has ended it too: most serial servers serve one client at a time, and
 * would refuse the next one while they still see this.
 */
export function endGently(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) {
      resolve();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), goodbyeLimitMs);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
    socket.end();
  });
}
