import { MessageChannel } from 'node:worker_threads';
import { join } from 'node:path';
import { clientOverPort } from '../../../shared/contract/orpc-client.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { AsyncDisposer } from '../../foundation/disposer.ts';
import { FileSecrets } from '../../foundation/file-secrets.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { InstanceLock } from '../instance-lock.ts';
import { pathsFor } from '../platform-paths.ts';
import { runningApplication, type ApplicationClient } from './running-application.ts';

/**
 * The application of a data folder with its stack running: the one that runs there already, else one inside this
 * process, of which the embedded stack is stopped again by `close`. With `started: false` the stack stays as it is.
 *
 * @throws AppError `stack.not-running` where the running one keeps its stack stopped, and what starting and
 * connecting throw
 */
export async function applicationClient(
  data: string,
  signal: AbortSignal,
  { started = true }: { readonly started?: boolean } = {},
): Promise<ApplicationClient> {
  const lock = await InstanceLock.take(data);
  if (lock instanceof InstanceLock) return ownApplication(data, lock, started, signal);
  const running = await runningApplication(data, lock);
  try {
    if (started) await mustRun(running, signal);
    return running;
  } catch (error) {
    await running.close();
    throw error;
  }
}

async function mustRun({ client }: ApplicationClient, signal: AbortSignal): Promise<void> {
  for await (const { phase } of await client.stack.watch({}, { signal })) {
    if (phase === 'running') return;
    if (phase === 'starting') continue;
    throw new AppError(
      'stack.not-running',
      'The application runs with this data folder, but its stack does not: start it there first.',
      {},
    );
  }
}

async function ownApplication(
  data: string,
  lock: InstanceLock,
  started: boolean,
  signal: AbortSignal,
): Promise<ApplicationClient> {
  // Whoever has one that runs already does not wait until all of this is loaded.
  const { createApp } = await import('../../app.ts');
  const disposer = new AsyncDisposer();
  disposer.defer('instance lock', () => lock.release());
  try {
    const app = disposer.use(
      'application',
      await createApp(
        {
          kind: 'cli',
          appVersion: applicationVersion,
          paths: pathsFor(data, applicationRoot),
          secrets: new FileSecrets(join(data, 'secrets')),
        },
        { demo: false, keepStopped: true },
      ),
      75_000,
    );
    const { port1, port2 } = new MessageChannel();
    disposer.defer('connection', () => {
      port1.close();
      return Promise.resolve();
    });
    app.rpc.servePort(port1);
    port1.start();
    const client = clientOverPort(port2);
    if (started) await client.stack.start({}, { signal });
    return { where: 'this-process', client, close: () => disposer.close() };
  } catch (error) {
    await disposer.close();
    throw error;
  }
}
