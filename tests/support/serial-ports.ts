import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const must = process.env['CI'] === 'true';
export const hasSocat = must || existsSync('/usr/bin/socat');
export const hasSer2net = hasSocat && (must || existsSync('/usr/sbin/ser2net'));

/** Ends a program that a test has started, and waits for its end. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

export interface PtyPair {
  /** The end of the application and the end where a test plays the board. */
  readonly host: string;
  readonly board: string;
  /** Takes both ends away, as pulling the cable does. */
  unplug(): Promise<void>;
}

/** Two pseudo terminals with their ends tied together. */
export async function openPtyPair(): Promise<PtyPair> {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-pty-'));
  const [host, board] = [join(folder, 'host'), join(folder, 'board')];
  const socat = spawn('socat', [`pty,raw,echo=0,link=${host}`, `pty,raw,echo=0,link=${board}`], {
    stdio: 'ignore',
  });
  await until(() => existsSync(host) && existsSync(board), { what: 'socat has made both ends' });
  return {
    host,
    board,
    unplug: async () => {
      await end(socat);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface SerialServer {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A real ser2net on loopback that serves a device with RFC 2217, or as a raw socket. */
export async function startSer2net(device: string, kind: 'rfc2217' | 'socket'): Promise<SerialServer> {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-ser2net-'));
  const port = await freePort();
  const accepter = kind === 'rfc2217' ? `telnet(rfc2217),tcp,127.0.0.1,${port}` : `tcp,127.0.0.1,${port}`;
  const config = join(folder, 'ser2net.yaml');
  writeFileSync(
    config,
    [
      '%YAML 1.1',
      '---',
      'connection: &board',
      `  accepter: ${accepter}`,
      `  connector: serialdev,${device},115200n81,local`,
      '  options:',
      '    kickolduser: true',
      '',
    ].join('\n'),
  );
  const server = spawn('/usr/sbin/ser2net', ['-n', '-c', config, '-P', join(folder, 'pid')], {
    stdio: 'ignore',
  });
  await until(() => listens(port), { what: 'ser2net listens' });
  return {
    port,
    url: `${kind}://127.0.0.1:${port}`,
    stop: async () => {
      await end(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asked of the kernel: a connection to see would be a session, which opens the device and closes it again. */
function listens(port: number): boolean {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .some((line) => line.includes(` ${address} 00000000:0000 0A `));
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
