import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

export const hasMosquitto = existsSync('/usr/sbin/mosquitto') || process.env['CI'] === 'true';

export interface MosquittoBroker {
  readonly port: number;
  /** Of the process that runs now. */
  pid(): number;
  /** Of the listener with TLS, where one was asked for. */
  readonly tlsPort: number;
  /** Of the listener for WebSocket, where one was asked for. */
  readonly websocketPort: number;
  readonly username: string;
  readonly password: string;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A real Mosquitto on loopback: no anonymous clients (a second account is `writer`, its password the same), persistence on, windows as an ingest needs them. */
export async function startMosquitto(
  options: {
    /** `clientCa`: clients must show a certificate of this authority (PEM). */
    readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
    readonly websocket?: boolean;
    /** What may wait for a client; 0 means no limit, 1000 is what Mosquitto itself comes with. */
    readonly maxQueued?: number;
    /** Lines of an access list (`mosquitto.conf`, `acl_file`). */
    readonly acl?: readonly string[];
    /** In flight at once; 0 means no limit, 20 is what Mosquitto itself comes with. */
    readonly maxInflight?: number;
  } = {},
): Promise<MosquittoBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-mosquitto-'));
  const port = await freePort();
  const tlsPort = await freePort();
  const websocketPort = await freePort();
  const [username, password] = ['ingest', 'ingest-pass-1'];
  const passwords = join(folder, 'passwords');
  writeFileSync(passwords, `${username}:${password}\nwriter:${password}\n`);
  execFileSync('mosquitto_passwd', ['-U', passwords]);
  const store = join(folder, 'store');
  mkdirSync(store);
  if (options.tls !== undefined) {
    writeFileSync(join(folder, 'server.pem'), options.tls.cert);
    writeFileSync(join(folder, 'server.key'), options.tls.key);
    if (options.tls.clientCa !== undefined) writeFileSync(join(folder, 'clients.pem'), options.tls.clientCa);
  }
  if (options.acl !== undefined) writeFileSync(join(folder, 'acl'), `${options.acl.join('\n')}\n`);
  const tlsListener = [
    `listener ${tlsPort} 127.0.0.1`,
    `certfile ${join(folder, 'server.pem')}`,
    `keyfile ${join(folder, 'server.key')}`,
    ...(options.tls?.clientCa === undefined
      ? []
      : [`cafile ${join(folder, 'clients.pem')}`, 'require_certificate true']),
  ];
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(
    config,
    [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous false',
      `password_file ${passwords}`,
      'persistence true',
      `persistence_location ${store}/`,
      'autosave_interval 1',
      `max_inflight_messages ${options.maxInflight ?? 0}`,
      `max_queued_messages ${options.maxQueued ?? 0}`,
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      ...(options.acl === undefined ? [] : [`acl_file ${join(folder, 'acl')}`]),
      ...(options.tls === undefined ? [] : tlsListener),
      ...(options.websocket === true ? [`listener ${websocketPort} 127.0.0.1`, 'protocol websockets'] : []),
      '',
    ].join('\n'),
  );
  if (process.getuid?.() === 0) chownSync(folder, 0, 0);
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = spawn('/usr/sbin/mosquitto', ['-c', config], { stdio: 'ignore' });
    await until(() => accepts(port), { what: 'Mosquitto accepts connections' });
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = server;
    server = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await gone;
  };
  await start();
  return {
    port,
    pid: () => server?.pid ?? 0,
    tlsPort,
    websocketPort,
    username,
    password,
    // In order, so that Mosquitto itself loses nothing: it is not what is being tested.
    kill: () => end('SIGTERM'),
    restart: start,
    stop: async () => {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
