import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const program = fileURLToPath(new URL('../../bin/datayoti.mjs', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  stdout(): string;
  /** A line to its standard input, which is open as long as it runs. */
  send(line: string): void;
  /** The lines so far, each read as JSON. */
  lines(): readonly Readonly<Record<string, unknown>>[];
  ended(timeoutMs?: number): Promise<Outcome>;
}

/**
 * Starts the built `datayoti` as a user does: a process of its own, with nothing of ours in its environment.
 *
 * @param through words of a program that runs the command, such as `nsenter`
 */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
): RunningCommand {
  const [first = process.execPath, ...rest] = [...through, process.execPath, program, ...args];
  const child = spawn(first, rest, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  child.stdin.on('error', () => undefined);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let closed = false;
  child.once('close', () => (closed = true));
  return {
    child,
    stdout: () => stdout,
    send: (line) => void child.stdin.write(`${line}\n`),
    lines: () =>
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    ended: async (timeoutMs = 45_000) => {
      await until(() => closed, { timeoutMs, what: `datayoti ${args.join(' ')} ends` });
      return { code: child.exitCode, stdout, stderr };
    },
  };
}

export function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return startCommand(args, env).ended();
}
