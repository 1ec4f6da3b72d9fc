import type { Command } from 'commander';
import type { DockerService } from '../../../shared/contract/docker.ts';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { exitCodes, show, withCommon, type Common } from './answer.ts';
import { ProgressTeller } from './progress.ts';
import { toldClient, withClient, type Client } from './stack-client.ts';
import { addPublishedCommands, publishedInUse } from './stack-published-commands.ts';
import { addFileCommands } from './stack-file-commands.ts';
import { tellLogs } from './stack-logs-command.ts';
import { loadWords, say } from './words.ts';

interface UpOptions extends Common {
  readonly engine?: string;
  readonly profile?: 'laptop' | 'pi';
  readonly repair?: boolean;
}

/** `stack up`, `down`, `status`, `rotate`, `env`, `export`, `images`: the Docker stack of a data folder. */
export function addProjectCommands(stack: Command): void {
  withCommon(
    stack
      .command('up')
      .description('bring the Docker stack up, from whatever there is to all services healthy'),
  )
    .option('--engine <address>', 'unix:///..., ssh://user@host, tcp://host:2376; kept for the next time')
    .option('--profile <profile>', 'limits of a laptop or of a pi; kept for the next time')
    .option(
      '--repair',
      'complete a half-initialised database, keeping every row; begin anew where nothing was ever stored',
    )
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
    .action(tellLogs);
  withCommon(
    stack.command('update').description('new images after a backup; back to those of before if they fail'),
  ).action(update);
  addPublishedCommands(stack);
  addFileCommands(stack);
}

async function update(options: Common): Promise<void> {
  const words = await loadWords();
  const { backup, changed } = await toldClient(
    options,
    async (client, signal) => {
      await mustRun(client, signal);
      return client.docker.update({}, { signal });
    },
    async (client) => {
      // Answered when the way back has come to its end.
      const { services } = await client.docker.look({});
      const well = services.every(({ state }) => state === 'healthy');
      show(options, { cancelled: true, services }, [
        say(words, `stack.update-cancelled.${well ? 'as-before' : 'unwell'}`),
        ...services.map(serviceLine),
      ]);
    },
  );
  show(options, { backup, changed }, [
    say(words, 'stack.backup', { path: backup }),
    changed.length === 0
      ? say(words, 'stack.nothing-new')
      : say(words, 'stack.updated', { services: changed.join(', ') }),
  ]);
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

/** Repairs only what is said to be in need of it. */
async function start(client: Client, repair: boolean, signal: AbortSignal): Promise<void> {
  try {
    await client.stack.use({ kind: 'docker' }, { signal });
  } catch (error) {
    const repairable =
      isAppError(error, 'schema.half-initialised') || isAppError(error, 'docker.database-cut-off');
    if (!repair || !repairable) throw error;
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
  const words = await loadWords();
  await withClient(options, async (client, signal) => {
    const inUse = await publishedInUse(client, signal);
    const { services, drift, publishedStack, engine } = await client.docker.look({}, { signal });
    const facts = { engine: engine?.address ?? null, services, drift, publishedStack };
    if (inUse !== undefined) {
      const { phase, error } = inUse;
      show(options, { ...facts, publishedInUse: { phase, error: error?.code ?? null } }, [
        say(words, 'stack.published-in-use', {
          containers: publishedStack.map(({ name, running }) => `${name}${running ? '' : ' (-)'}`).join(', '),
        }),
        ...(error === null ? [] : [error.message]),
      ]);
      if (error !== null) process.exitCode = exitCodes.failed;
      return;
    }
    show(options, facts, [
      ...services.map(serviceLine),
      ...drift.map(
        ({ service, field, wanted, found }) => `${service}: ${field} is ${found}, should be ${wanted}`,
      ),
      ...(publishedStack.length === 0
        ? []
        : [`The published stack is here, too: ${publishedStack.map(({ name }) => name).join(', ')}`]),
    ]);
    if (services.some(({ state }) => state !== 'healthy')) process.exitCode = exitCodes.failed;
  });
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
