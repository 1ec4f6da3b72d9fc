import { spawn, type ChildProcess } from 'node:child_process';
import type { Binaries } from './binaries.ts';
import type { Account } from './unprivileged-account.ts';

export interface RunningServer {
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly data: string;
  /** The process where it is our own child. */
  readonly child?: ChildProcess;
}

/**
 * Asks a server to stop, without waiting for it. Where signals exist they are PostgreSQL's own ("Shutting Down
 * the Server": SIGINT fast, SIGQUIT immediate). On Windows `kill` would be a crash of the postmaster that leaves
 * its children behind, so `pg_ctl` sends them through the server's named pipe, as it does everywhere for a
 * server that is not our child.
 */
export async function stopServer(server: RunningServer, mode: 'fast' | 'immediate'): Promise<void> {
  if (server.child !== undefined && process.platform !== 'win32') {
    server.child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    return;
  }
  const { binaries, account, data } = server;
  await new Promise<void>((resolve) => {
    // `stop -W`: do not wait, our caller does. A failure (the server is gone by now) shows in that wait.
    const child = spawn(binaries.pgCtl, ['stop', '-D', data, '-m', mode, '-W', '-s'], {
      ...(account ?? {}),
      cwd: data,
      stdio: 'ignore',
      windowsHide: true,
    });
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}
