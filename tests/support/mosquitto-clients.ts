import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

export const hasMosquittoClients = existsSync('/usr/bin/mosquitto_pub') || process.env['CI'] === 'true';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Mosquitto's own `mosquitto_pub` or `mosquitto_sub` to its end. */
export function mosquitto(
  program: 'pub' | 'sub',
  args: readonly string[],
  input?: string | Uint8Array,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(`mosquitto_${program}`, ['-h', '127.0.0.1', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    child.stdin.end(input);
  });
}
