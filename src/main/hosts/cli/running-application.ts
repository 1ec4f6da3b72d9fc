import { readFile } from 'node:fs/promises';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecure } from 'node:https';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Client } from '../../../shared/contract/contract.ts';
import { clientOverSocket } from '../../../shared/contract/orpc-client.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { ask, type Instance } from '../instance-lock.ts';

const answerLimitMs = 10_000;

export interface ApplicationClient {
  readonly where: 'running-application' | 'this-process';
  readonly client: Client;
  close(): Promise<void>;
}

/**
 * The application that runs on a data folder, over its own page's connection: whoever knows the control secret is
 * given a one-time link, which opens a session as it does in a browser.
 *
 * @throws AppError `instance.already-running` where it cannot be reached so (a desktop window), `connection.lost`
 */
export async function runningApplication(data: string, instance: Instance): Promise<ApplicationClient> {
  const link = (await ask(instance))?.link ?? undefined;
  if (link === undefined)
    throw new AppError(
      'instance.already-running',
      'The application runs with this data folder as a window, which takes no orders from here: provision the board there, or close it first.',
      { pid: instance.pid },
    );
  const url = new URL(link);
  // A page that other machines reach has a certificate of this application's own authority.
  const ca = url.protocol === 'https:' ? await readFile(join(data, 'tls', 'authority.pem')) : undefined;
  const cookie = await sessionFrom(url, ca);
  const address = `${url.origin.replace(/^http/, 'ws')}/rpc`;
  const socket = new WebSocket(address, {
    headers: { cookie, origin: url.origin },
    handshakeTimeout: answerLimitMs,
    ...(ca === undefined ? {} : { ca }),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', (error) => reject(lost(error)));
  });
  socket.on('error', () => socket.terminate());
  return {
    where: 'running-application',
    client: clientOverSocket(socket as unknown as Parameters<typeof clientOverSocket>[0]),
    close: async () => {
      // Questions that were let go are on their way to say so.
      await new Promise((resolve) => setImmediate(resolve));
      socket.close();
    },
  };
}

/** Uses the link up. @returns the cookie of the session that it opened */
function sessionFrom(link: URL, ca: Buffer | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage): void => {
      response.resume();
      const cookie = response.headers['set-cookie']?.[0]?.split(';', 1)[0];
      if (cookie === undefined) reject(lost(new Error(`status ${response.statusCode ?? 0}`)));
      else resolve(cookie);
    };
    const request =
      ca === undefined
        ? getPlain(link, { timeout: answerLimitMs }, answered)
        : getSecure(link, { ca, timeout: answerLimitMs }, answered);
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', (error) => reject(lost(error)));
  });
}

function lost(cause: unknown): AppError {
  return new AppError('connection.lost', 'The running application cannot be reached.', {}, cause);
}
