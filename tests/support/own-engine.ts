import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { until } from './until.ts';

/**
 * A second container engine beside the one of the machine, with all its files below `folder`. It lives in a network
 * namespace of its own, since an engine that starts without a bridge removes the bridge of the other one; so it is
 * handed the socket of `port` of loopback, on which it listens, as systemd would (sd_listen_fds(3)).
 */
export async function startOwnEngine(
  folder: string,
  port: number,
  args: readonly string[],
): Promise<{ stop(): Promise<void> }> {
  const logFile = join(folder, 'dockerd.log');
  const log = openSync(logFile, 'w');
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
  // Node keeps the number of a listening socket to itself.
  const { _handle: handle } = listener as unknown as { readonly _handle: { readonly fd: number } };
  const options = [
    '--host=fd://',
    `--data-root=${join(folder, 'data')}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--pidfile=${join(folder, 'dockerd.pid')}`,
    '--bridge=none',
    '--iptables=false',
    ...args,
  ];
  // Each replaces the one before, so that the number is that of the engine in the end.
  const script = 'LISTEN_PID=$$ LISTEN_FDS=1 exec unshare --net dockerd "$@"';
  const engine = spawn('sh', ['-c', script, 'sh', ...options], { stdio: ['ignore', log, log, handle.fd] });
  listener.close();
  const gone = new Promise<void>((resolve) => engine.once('exit', () => resolve()));
  await until(() => engine.exitCode !== null || readFileSync(logFile, 'utf8').includes('API listen on'), {
    timeoutMs: 60_000,
    what: 'the second engine listens',
  });
  if (engine.exitCode !== null) throw new Error(readFileSync(logFile, 'utf8').slice(-3000));
  return {
    stop: async () => {
      engine.kill('SIGTERM');
      await gone;
    },
  };
}
