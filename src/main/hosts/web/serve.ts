import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/domain/app-error.ts';
import { createApp, type App } from '../../app.ts';
import { systemClock } from '../../foundation/clock.ts';
import { AsyncDisposer } from '../../foundation/disposer.ts';
import { FileSecrets } from '../../foundation/file-secrets.ts';
import type { Platform } from '../../foundation/platform.ts';
import { isAny, localAddresses } from '../../stack/index.ts';
import { ask, InstanceLock } from '../instance-lock.ts';
import { pathsFor } from '../platform-paths.ts';
import { Access } from './access.ts';
import { Sessions } from './sessions.ts';
import { startWebServer, type WebServer } from './web-server.ts';

export interface ServeOptions {
  readonly data: string;
  /** Folder of package.json or of the packaged resources. */
  readonly root: string;
  readonly appVersion: string;
  readonly address: string;
  readonly port: number;
  readonly passphraseFile: string | undefined;
  readonly demo: boolean;
  readonly open: boolean;
  readonly say: (line: string) => void;
}

export const defaultPort = 8740;

/** Runs the application as a web page until a signal ends it. Resolves with the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const { say } = options;
  // Nobody reads what is printed any more. Told of as an error, that would fail in the same way, again and again.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const passphrase = await passphraseFor(options);
  const lock = await InstanceLock.take(options.data);
  if (!(lock instanceof InstanceLock)) return showRunning(options, (await ask(lock))?.link ?? undefined);
  const disposer = new AsyncDisposer();
  disposer.defer('instance lock', () => lock.release());
  try {
    let listening: WebServer | undefined;
    const app = disposer.use(
      'application',
      await createApp(platformFor(options), {
        demo: options.demo,
        exposedAt: () => exposedAt(options.address, listening),
      }),
      75_000,
    );
    const sessions = disposer.use(
      'sessions',
      await Sessions.open({
        path: join(options.data, 'sessions.json'),
        passphrase,
        clock: systemClock,
        log: app.log.from('host'),
      }),
    );
    const access = new Access(passphrase, sessions);
    const server = disposer.use('web server', await startServer(options, app, access));
    listening = server;
    lock.whenAsked(() => server.makeLink());
    announce(options, server);
    const reason = await untilAskedToEnd();
    say(`\nClosing (${reason}): what was received is being written ...`);
    app.log.info('closing', { reason });
  } finally {
    await disposer.close();
  }
  say('Closed.');
  return 0;
}

async function startServer(options: ServeOptions, app: App, access: Access): Promise<WebServer> {
  const exposed = !isLoopback(options.address);
  return startWebServer({
    address: options.address,
    port: options.port,
    bundle: join(options.root, 'out', 'renderer'),
    access,
    ...(exposed ? { tls: await app.authority.serverCredentials(certifiedAddresses(options.address)) } : {}),
    hostNames: exposed ? [hostname(), `${hostname()}.local`] : [],
    serve: (socket) => app.rpc.serveSocket(socket),
    log: app.log.from('host'),
  });
}

/** Listening on all addresses, the certificate names each that this machine has now. */
function certifiedAddresses(address: string): readonly string[] {
  return isAny(address) ? localAddresses().map((local) => local.address) : [address];
}

function announce({ say, open, address }: ServeOptions, server: WebServer): void {
  const link = server.makeLink();
  if (!isLoopback(address)) {
    say(
      `Exposed: everyone who can reach ${address} on this port and knows the passphrase controls this application.`,
    );
    say(`The page is at ${server.origin} (its certificate is signed by this machine's own authority).`);
    return;
  }
  say('DataYoti Field is running. This link opens it in one browser, once:');
  say(`\n  ${link}\n`);
  say('Another browser: run npm start again. Ctrl+C closes the application.');
  if (open) openBrowser(link);
}

function showRunning({ say, open }: ServeOptions, link: string | undefined): number {
  if (link === undefined) {
    say('DataYoti Field runs already with this data folder (as a desktop window, or it is just starting).');
    return 1;
  }
  say('DataYoti Field runs already. This new link opens it in one browser, once:');
  say(`\n  ${link}\n`);
  if (open) openBrowser(link);
  return 0;
}

/** @throws AppError `host.passphrase-required` where others could reach the page without one */
async function passphraseFor({ address, passphraseFile }: ServeOptions): Promise<string | undefined> {
  const fromFile = passphraseFile === undefined ? undefined : (await readFile(passphraseFile, 'utf8')).trim();
  const passphrase = fromFile ?? process.env['DATAYOTI_PASSPHRASE'];
  delete process.env['DATAYOTI_PASSPHRASE'];
  if (isLoopback(address)) return passphrase === '' ? undefined : passphrase;
  if (passphrase === undefined || passphrase.length < 8) {
    throw new AppError(
      'host.passphrase-required',
      `To listen on ${address}, set a passphrase of 8 characters or more in DATAYOTI_PASSPHRASE or name a file with --passphrase-file.`,
      { address },
    );
  }
  return passphrase;
}

function platformFor({ data, root, appVersion }: ServeOptions): Platform {
  return {
    kind: 'web',
    appVersion,
    paths: pathsFor(data, root),
    secrets: new FileSecrets(join(data, 'secrets')),
  };
}

/** With the port that was free, which need not be the one that was asked for. */
function exposedAt(address: string, server: WebServer | undefined): string | null {
  return server === undefined || isLoopback(address) ? null : `${address}:${server.port}`;
}

/**
 * The first signal closes in order. Only a second Ctrl+C, which a person presses, ends at once and may leave the
 * database behind for the next start: supervisors, and who passes signals on, say SIGTERM more than once.
 */
function untilAskedToEnd(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (asked && signal === 'SIGINT') process.exit(130);
        asked = true;
        resolve(signal);
      });
    }
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error: unknown) => {
        process.exitCode = 1;
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        asked = true;
        resolve(event);
      });
    }
  });
}

function openBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'win32'
      ? ['rundll32', 'url.dll,FileProtocolHandler', url]
      : process.platform === 'darwin'
        ? ['open', url]
        : ['xdg-open', url];
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return;
  const child = spawn(program ?? 'xdg-open', args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

function isLoopback(address: string): boolean {
  return address === '::1' || address === 'localhost' || address.startsWith('127.');
}
