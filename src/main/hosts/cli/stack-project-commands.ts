import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import type { DockerService } from '../../../shared/contract/docker.ts';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { pathsFor } from '../platform-paths.ts';
import { applicationClient } from './application-client.ts';
import { argument, dataFolder, exitCodes, print, show, withCommon, type Common } from './answer.ts';
import { untilSignal } from './board-work.ts';
import { ProgressTeller } from './progress.ts';
import { silentLog } from '../../foundation/log.ts';
import { SettingsStore } from '../../settings/index.ts';
import { containerName, serviceOf } from '../../stack/docker/compose/index.ts';
import { openProject } from '../../wiring/compose-docker.ts';
import type { ApplicationClient } from './running-application.ts';
import { loadWords, say } from './words.ts';

type Client = ApplicationClient['client'];

interface UpOptions extends Common {
  readonly engine?: string;
  readonly profile?: 'laptop' | 'pi';
  readonly repair?: boolean;
}

type LogOptions = Common & { readonly tail: string; readonly follow?: boolean };

const secretMode = 0o600;

/** `stack up`, `down`, `status`, `rotate`, `env`, `export`, `images`: the Docker stack of a data folder. */
export function addProjectCommands(stack: Command): void {
  withCommon(
    stack
      .command('up')
      .description('bring the Docker stack up, from whatever there is to all services healthy'),
  )
    .option('--engine <address>', 'unix:///..., ssh://user@host, tcp://host:2376; kept for the next time')
    .option('--profile <profile>', 'limits of a laptop or of a pi; kept for the next time')
    .option('--repair', 'complete a half-initialised database, keeping every row')
    .action(up);
  withCommon(
    stack.command('down').description('stop the services and remove their containers; the data stays'),
  )
    .option('--remove-data <name>', "remove the volumes too: takes the stack's name")
    .action(async (options: Common & { readonly removeData?: string }) => {
      const typedName = options.removeData ?? '';
      await withClient(options, (client, signal) =>
        client.docker.remove({ data: options.removeData !== undefined, typedName }, { signal }),
      );
      show(options, { removed: options.removeData === undefined ? 'containers' : 'all' }, [
        options.removeData === undefined ? 'Removed; the data stays.' : 'Removed, with its data.',
      ]);
    });
  withCommon(stack.command('status').description('services with their health, ports and use')).action(status);
  withCommon(
    stack.command('rotate').description('new passwords for everything, while sensors go on publishing'),
  ).action(async (options: Common) => {
    await withClient(options, async (client, signal) => {
      await mustRun(client, signal);
      await client.docker.rotateSecrets({}, { signal });
    });
    show(options, { rotated: true }, ['All passwords are new.']);
  });
  withCommon(stack.command('logs [service]').description('log lines of all services, or of one'))
    .option('--tail <lines>', 'how many of the newest', '100')
    .option('--follow', 'go on until Ctrl+C')
    .action(logs);
  withCommon(
    stack.command('update').description('new images after a backup; back to those of before if they fail'),
  ).action(update);
  withCommon(
    stack
      .command('take-over')
      .description('move the data of the published project into this stack, by a backup'),
  )
    .requiredOption('--env <file>', 'the .env of the published project')
    .action(takeOver);
  addFileCommands(stack);
}

async function update(options: Common): Promise<void> {
  const words = await loadWords();
  const { backup, changed } = await toldClient(options, async (client, signal) => {
    await mustRun(client, signal);
    return client.docker.update({}, { signal });
  });
  show(options, { backup, changed }, [
    say(words, 'stack.backup', { path: backup }),
    changed.length === 0
      ? say(words, 'stack.nothing-new')
      : say(words, 'stack.updated', { services: changed.join(', ') }),
  ]);
}

async function takeOver(options: Common & { readonly env: string }): Promise<void> {
  const words = await loadWords();
  const env = await textOfFile(options.env);
  const { backup, rows, account } = await toldClient(options, async (client, signal) => {
    // From now on the stack of this data folder is the one in containers; the embedded one would hold its ports.
    if (!(await isDocker(client, signal))) await client.stack.stop({}, { signal });
    await client.settings.update({ stackKind: 'docker', firstRunDone: true }, { signal });
    return client.docker.takeOverPublished({ env }, { signal });
  });
  show(options, { backup, rows, account }, [
    say(words, 'stack.backup', { path: backup }),
    say(words, 'stack.taken-over', { rows }),
    ...(account === null ? [] : [say(words, 'stack.boards-account', { account })]),
  ]);
}

function addFileCommands(stack: Command): void {
  withCommon(
    stack
      .command('export <folder>')
      .description('a folder that `docker compose up -d` starts on another machine'),
  ).action(async (folder: string, options: Common) => {
    const path = resolve(folder);
    await withClient(options, (client, signal) => client.docker.exportFolder({ path }, { signal }));
    show(options, { folder: path }, [`Written to ${path}. It holds passwords: keep it as you keep a key.`]);
  });
  const env = stack.command('env').description("the published project's .env");
  withCommon(env.command('export <file>').description('write the passwords in the published form')).action(
    async (file: string, options: Common) => {
      const { text } = await withClient(options, (client, signal) => client.docker.exportEnv({}, { signal }));
      await writeFile(resolve(file), text, { mode: secretMode });
      show(options, { file: resolve(file) }, [`Written to ${resolve(file)}, readable for you alone.`]);
    },
  );
  withCommon(
    env
      .command('import <file>')
      .description('take the passwords of a published .env; they count from the next start'),
  ).action(async (file: string, options: Common) => {
    const text = await textOfFile(file);
    const { taken } = await withClient(options, (client, signal) =>
      client.docker.importEnv({ text }, { signal }),
    );
    show(options, { taken }, taken);
  });
  const images = stack
    .command('images')
    .description('images of the stack in one archive, for a machine without a network');
  withCommon(images.command('save <file>')).action(async (file: string, options: Common) => {
    const path = resolve(file);
    const { bytes } = await toldClient(options, (client, signal) =>
      client.docker.saveImages({ path }, { signal }),
    );
    show(options, { file: path, bytes }, [`${path}: ${bytes} bytes.`]);
  });
  withCommon(images.command('load <file>')).action(async (file: string, options: Common) => {
    const path = resolve(file);
    const { images: loaded } = await toldClient(options, (client, signal) =>
      client.docker.loadImages({ path }, { signal }),
    );
    show(options, { images: loaded }, loaded);
  });
}

async function up(options: UpOptions): Promise<void> {
  const words = await loadWords();
  const teller = new ProgressTeller(options, words);
  await withClient(options, async (client, signal) => {
    await client.settings.update(
      {
        ...(options.engine === undefined ? {} : { dockerEngine: options.engine }),
        ...(options.profile === undefined ? {} : { dockerProfile: options.profile }),
      },
      { signal },
    );
    const stop = new AbortController();
    const told = tellUp(client, (text, event) => teller.step(text, event), words, stop.signal);
    try {
      await start(client, options.repair === true, signal);
    } finally {
      stop.abort();
      await told;
    }
    const state = await currentState(client, signal);
    show(options, { services: state.services }, state.services.map(serviceLine));
  });
}

async function isDocker(client: Client, signal: AbortSignal): Promise<boolean> {
  for await (const { stackKind } of await client.settings.watch({}, { signal }))
    return stackKind === 'docker';
  return false;
}

/** Repairs only what is said to be in need of it. */
async function start(client: Client, repair: boolean, signal: AbortSignal): Promise<void> {
  try {
    await client.stack.use({ kind: 'docker' }, { signal });
  } catch (error) {
    if (!repair || !isAppError(error, 'schema.half-initialised')) throw error;
    for await (const { type } of await client.docker.repair({}, { signal })) if (type === 'done') return;
  }
}

/** What is being done, once each. */
async function tellUp(
  client: Client,
  tell: (text: string, event: Readonly<Record<string, unknown>>) => void,
  words: Awaited<ReturnType<typeof loadWords>>,
  signal: AbortSignal,
): Promise<void> {
  let last = '';
  try {
    for await (const { progress } of await client.docker.watch({}, { signal })) {
      if (progress === null) continue;
      const { step, service } = progress;
      const mark = `${step} ${service ?? ''}`;
      if (mark === last) continue;
      last = mark;
      tell(`${say(words, `stack.step.${step}`)}${service === null ? '' : `: ${service}`}`, { step, service });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function status(options: Common): Promise<void> {
  await withClient(options, async (client, signal) => {
    const { services, drift, publishedStack, engine } = await client.docker.look({}, { signal });
    show(options, { engine: engine?.address ?? null, services, drift, publishedStack }, [
      ...services.map(serviceLine),
      ...drift.map(
        ({ service, field, wanted, found }) => `${service}: ${field} is ${found}, should be ${wanted}`,
      ),
      ...(publishedStack.length === 0
        ? []
        : [`The published stack is here, too: ${publishedStack.join(', ')}`]),
    ]);
    if (services.some(({ state }) => state !== 'healthy')) process.exitCode = exitCodes.failed;
  });
}

/** Straight from the engine: what the application would have to follow first is there at once. */
async function logs(service: string | undefined, options: LogOptions): Promise<void> {
  const tail = argument(z.coerce.number().int().min(0).max(100_000), options.tail, 'tail');
  await untilSignal(async (signal) => {
    const data = dataFolder(options);
    const { engine, project } = await openProject(
      {
        dataFolder: data,
        stackFolder: pathsFor(data, applicationRoot).stack,
        appVersion: applicationVersion,
        settings: (await SettingsStore.open(join(data, 'settings.json'), silentLog)).current,
      },
      signal,
    );
    try {
      const services = service === undefined ? Object.keys(project.file.services) : [service];
      for (const name of services) serviceOf(project, name);
      await Promise.all(
        services.map(async (name) => {
          const lines = engine.containerLogs(
            containerName(project, name),
            { tail, follow: options.follow === true },
            signal,
          );
          for await (const { timeMs, text } of lines)
            print(
              options.json === true
                ? JSON.stringify({ service: name, timeMs, text })
                : `${new Date(timeMs).toISOString()} ${name.padEnd(10)} ${printable(text)}`,
            );
        }),
      );
    } finally {
      await engine.close();
    }
  }, 'finish');
}

/** Control characters of a container must not reach the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}');
}

function serviceLine(service: DockerService): string {
  const { name, state, ports, image, memoryBytes } = service;
  const published = ports.map(({ address, port }) => `${address}:${port}`).join(' ');
  const memory = memoryBytes === null ? '' : `${(memoryBytes / 2 ** 20).toFixed(0)} MiB`;
  return [name.padEnd(10), state.padEnd(10), memory.padStart(8), ` ${image}`, published].join(' ').trimEnd();
}

async function currentState(client: Client, signal: AbortSignal) {
  for await (const state of await client.docker.watch({}, { signal })) return state;
  throw new AppError('connection.lost', 'The application did not answer.');
}

async function mustRun(client: Client, signal: AbortSignal): Promise<void> {
  await client.stack.use({ kind: 'docker' }, { signal });
}

async function textOfFile(file: string): Promise<string> {
  try {
    return await readFile(resolve(file), 'utf8');
  } catch (error) {
    throw new AppError('file.unreadable', `${file} cannot be read.`, { path: file }, error);
  }
}

/** The application of the data folder, without starting its stack. */
async function withClient<T>(
  options: Common,
  work: (client: Client, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const result = await untilSignal(async (signal) => {
    const application = await applicationClient(dataFolder(options), signal, { started: false });
    try {
      return { value: await work(application.client, signal) };
    } finally {
      await application.close();
    }
  });
  if (result === undefined) throw new AppError('engine.cancelled', 'Cancelled.');
  return result.value;
}

type Told<R> =
  | {
      readonly type: 'progress';
      readonly progress: {
        readonly step: string;
        readonly service: string | null;
        readonly bytes: { readonly current: number; readonly total: number } | null;
      };
    }
  | { readonly type: 'done'; readonly result: R };

async function toldClient<R>(
  options: Common,
  work: (client: Client, signal: AbortSignal) => Promise<AsyncIterable<Told<R>>>,
): Promise<R> {
  const words = await loadWords();
  const teller = new ProgressTeller(options, words);
  return withClient(options, async (client, signal) => {
    let lastMegabytes = 0;
    let lastStep = '';
    for await (const item of await work(client, signal)) {
      if (item.type === 'done') return item.result;
      const { step, service, bytes } = item.progress;
      const mark = `${say(words, `stack.step.${step}`)}${service === null ? '' : `: ${service}`}`;
      if (mark !== lastStep) teller.step(mark, { step, service });
      lastStep = mark;
      const megabytes = Math.floor((bytes?.current ?? 0) / 100e6);
      if (megabytes === lastMegabytes) continue;
      lastMegabytes = megabytes;
      teller.step(`${megabytes * 100} MB`, { bytes });
    }
    throw new AppError('connection.lost', 'The work ended without a result.');
  });
}
