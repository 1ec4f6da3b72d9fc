import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { FileSecrets } from '../../src/main/foundation/file-secrets.ts';
import { AccountStore } from '../../src/main/stack/index.ts';
import type { Settings } from '../../src/shared/contract/settings.ts';
import type { DatabaseAddress } from '../../src/main/storage/index.ts';
import { writeSettings, type ApplicationPorts } from './application-settings.ts';
import { freePort } from './free-port.ts';
import { putReadyDatabase } from './ready-data.ts';
import { until } from './until.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface TestApplication {
  readonly data: string;
  readonly ports: ApplicationPorts;
  readonly accounts: AccountStore;
  /** The link that the application printed last. */
  link(): string;
  /** Starts the built application as `npm start` does, and waits for its link. */
  start(...args: string[]): Promise<void>;
  /** Ends it as a power button held down would: nothing is closed in order. */
  kill(): Promise<void>;
  /** Ends it as Ctrl+C does, or by another signal. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** The superuser's address of its database. */
  database(): Promise<DatabaseAddress>;
  output(): string;
  /** Nobody reads what it prints any more, as when the program at the other end of a pipe ends. */
  stopReading(): void;
  cleanUp(): Promise<void>;
}

/** The real application in a process of its own, with a fresh data folder and ports of its own. */
export async function testApplication(
  options: {
    readonly firstRunDone?: boolean;
    /** Has its database already, empty, as a first start leaves it. */
    readonly ready?: boolean;
    /** Besides that of the tests themselves. */
    readonly environment?: Readonly<Record<string, string>>;
    readonly settings?: Partial<Settings>;
    /** For Node itself, before the program. */
    readonly nodeOptions?: readonly string[];
    /** Words before the command, such as those that put it into a namespace. */
    readonly through?: readonly string[];
  } = {},
): Promise<TestApplication> {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-app-'));
  // Open to pass through, so that as root the database lies below it too and goes with it.
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  const ports = await writeSettings(data, {
    ...options.settings,
    firstRunDone: options.firstRunDone ?? false,
  });
  if (options.ready === true) await putReadyDatabase(data);
  let child: ChildProcess | undefined;
  let output = '';

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await gone;
  };
  const application: TestApplication = {
    data,
    ports,
    accounts: new AccountStore(join(data, 'broker', 'accounts.json'), systemClock),
    link: () => /http:\S+\/open\?token=\S+/.exec(output)?.[0] ?? '',
    output: () => output,
    start: async (...args) => {
      output = '';
      const [first, ...words] = [...(options.through ?? []), process.execPath];
      const started = spawn(
        first,
        [
          ...words,
          ...(options.nodeOptions ?? []),
          join(root, 'out/main/web.js'),
          '--no-open',
          '--data',
          data,
          '--port',
          String(await freePort()),
          ...args,
        ],
        {
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { ...process.env, ...options.environment },
        },
      );
      child = started;
      for (const stream of [started.stdout, started.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text));
      await until(() => application.link() !== '' || started.exitCode !== null, {
        timeoutMs: 30_000,
        what: 'the application prints its link',
      });
      if (started.exitCode !== null) throw new Error(`the application did not start: ${output}`);
    },
    stopReading: () => {
      child?.stdout?.destroy();
      child?.stderr?.destroy();
    },
    kill: () => end('SIGKILL'),
    stop: (signal = 'SIGINT') => end(signal),
    database: async () => {
      const password = await new FileSecrets(join(data, 'secrets')).get('postgres.owner');
      return {
        host: '127.0.0.1',
        port: ports.postgres,
        database: 'datayoti_db',
        user: 'datayoti_owner',
        password: password ?? '',
      };
    },
    cleanUp: async () => {
      await end('SIGINT');
      stopLeftOverServer(data);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return application;
}

/** After a `kill` nobody else would end the database of this test. */
function stopLeftOverServer(data: string): void {
  for (const folder of [join(data, 'postgres')]) {
    try {
      process.kill(
        Number(readFileSync(join(folder, 'cluster/postmaster.pid'), 'utf8').split('\n')[0]),
        'SIGINT',
      );
    } catch {
      // It ended with the application.
    }
  }
}
