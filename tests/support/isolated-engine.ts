import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EngineFinder, systemMachine, type DockerEngine } from '../../src/main/stack/index.ts';
import { stackImages } from './stack-images.ts';
import { until } from './until.ts';

const run = promisify(execFile);

/**
 * A whole container engine of the test's own beside that of the machine, with bridge and published ports, in
 * namespaces of its own: what it publishes is reached by programs that are started with `enter`.
 */
export class IsolatedEngine {
  readonly address: string;
  readonly #folder: string;
  readonly #socket: string;
  #process: ChildProcess | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#socket = join(folder, 'docker.sock');
    this.address = `unix://${this.#socket}`;
  }

  async start(): Promise<void> {
    // Such files lie in memory on a machine that loses its power.
    for (const name of ['exec', 'dockerd.pid', 'docker.sock'])
      rmSync(join(this.#folder, name), { recursive: true, force: true });
    const logFile = join(this.#folder, 'dockerd.log');
    const log = openSync(logFile, 'w');
    const args = [
      `--host=${this.address}`,
      `--data-root=${join(this.#folder, 'data')}`,
      `--exec-root=${join(this.#folder, 'exec')}`,
      `--pidfile=${join(this.#folder, 'dockerd.pid')}`,
    ];
    const script = 'ip link set lo up && exec dockerd "$@"';
    // The first process of a process namespace takes all others with it: containers end with their engine.
    const spaces = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
    const engine = spawn('unshare', [...spaces, 'sh', '-c', script, 'sh', ...args], {
      stdio: ['ignore', log, log],
    });
    this.#process = engine;
    await until(() => engine.exitCode !== null || readFileSync(logFile, 'utf8').includes('API listen on'), {
      timeoutMs: 60_000,
      what: 'the isolated engine listens',
    });
    if (engine.exitCode !== null) throw new Error(readFileSync(logFile, 'utf8').slice(-3000));
  }

  /** The stand-ins, from the engine of the machine. */
  async loadStackImages(): Promise<void> {
    const names = Object.values(stackImages).join(' ');
    await run('sh', ['-c', `docker save ${names} | docker -H ${this.address} load`]);
  }

  /** At once, as when the machine loses its power; containers end too. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Words before a command that make it run where the published ports are. */
  get enter(): readonly string[] {
    return ['nsenter', `--net=/proc/${this.#process?.pid ?? 0}/ns/net`];
  }

  open(): Promise<DockerEngine> {
    const machine = { ...systemMachine(), environment: {} };
    return new EngineFinder({ machine, knownHostsFile: '/nonexistent/known_hosts' }).open(this.address);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const engine = this.#process;
    this.#process = undefined;
    if (engine === undefined || engine.exitCode !== null) return;
    const pid = engine.pid ?? 0;
    // The engine is the child of the program that made the namespaces.
    const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
    const gone = new Promise((resolve) => engine.once('exit', resolve));
    process.kill(child, signal);
    await gone;
  }
}
