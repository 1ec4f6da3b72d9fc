import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { EngineFinder, systemMachine, type DockerEngine } from '../../src/main/stack/index.ts';
import { until } from './until.ts';

const run = promisify(execFile);

/** Where a container engine can run: Linux, as root, with its programs installed. */
export const hasEngine =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  (existsSync('/usr/sbin/dockerd') || process.env['CI'] === 'true');

/** Uses the engine that runs, else starts one and ends it with the tests. */
export async function ensureEngine(): Promise<() => Promise<void>> {
  if (await succeeds('docker', ['version'])) return () => Promise.resolve();
  const engine = spawn('dockerd', [], { stdio: 'ignore' });
  await until(() => succeeds('docker', ['version']), {
    timeoutMs: 60_000,
    what: 'the container engine answers',
  });
  return async () => {
    const gone = new Promise((resolve) => engine.once('exit', resolve));
    engine.kill('SIGTERM');
    await gone;
  };
}

export async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, [...args]).then(
    () => true,
    () => false,
  );
}

/** The engine that `ensureEngine` answers for, as the application drives it. */
export function localEngine(): Promise<DockerEngine> {
  const finder = new EngineFinder({ machine: systemMachine(), knownHostsFile: '/nonexistent/known_hosts' });
  return finder.open('unix:///var/run/docker.sock');
}
