import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { publication } from '../../../shared/contract/traffic-parts.ts';
import type { RetainedItem } from '../../../shared/contract/traffic-parts.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { pause } from '../../foundation/watch-state.ts';
import { argument, exitCodes, show } from './answer.ts';
import { agreed } from './ask.ts';
import { connected, withTraffic, type TrafficSession } from './traffic-client.ts';
import { clientLine, nodeLine, printable, retainedLine } from './traffic-lines.ts';
import { numberOption, withFilter, withSource, type SourceOptions } from './traffic-options.ts';
import { record, replay, type RecordOptions, type ReplayOptions } from './traffic-files.ts';
import { tail, type TailOptions } from './traffic-tail.ts';
import { loadWords, say } from './words.ts';

type TreeOptions = SourceOptions & { readonly filter: string; readonly seconds: string };
type RetainedOptions = SourceOptions & {
  readonly clear?: boolean;
  readonly subtree?: boolean;
  readonly yes?: boolean;
};
type PublishOptions = SourceOptions & {
  readonly qos: string;
  readonly retain?: boolean;
  readonly file?: string;
  readonly contentType: string;
  readonly userProperty?: readonly string[];
};

const perPage = 500;

/** `traffic ...`: what goes over a broker, as it goes. */
export function addTrafficCommands(program: Command): void {
  const traffic = program.command('traffic').description('what goes over a broker, live');
  withFilter(withSource(traffic.command('tail', { isDefault: true })))
    .description('messages as they arrive, until Ctrl+C (this is what traffic alone does)')
    .option('--last <n>', 'first the newest of those that are kept', '0')
    .option('--count <n>', 'end after so many')
    .action((options: TailOptions) => tail(options));
  withSource(traffic.command('tree'))
    .description('topics with their counts, rates and last values')
    .option('--filter <filter>', 'text in the topic, or a topic filter with + or #', '')
    .option('--seconds <n>', 'listen so long before; the embedded broker has counted since its start', '0')
    .action(tree);
  withSource(traffic.command('clients'))
    .description('clients of the embedded broker')
    .option('--filter <text>', 'in id, account or address', '')
    .action(clients);
  withSource(traffic.command('retained [topic]'))
    .description(
      'retained messages: all, or those with this text or topic filter; or one topic to be cleared',
    )
    .option('--clear', 'clear the retained message of the topic, after a question')
    .option('--subtree', 'with all below the topic')
    .option('--yes', 'without the question')
    .action(retained);
  withSource(traffic.command('publish <topic> [payload]'))
    .description('publish one message; a payload of - comes from standard input')
    .option('--qos <level>', '0, 1 or 2', '0')
    .option('--retain', 'the broker is to keep it')
    .option('--file <file>', 'the payload, any bytes')
    .option('--content-type <type>', 'of MQTT 5', '')
    .option('--user-property <name=value...>', 'of MQTT 5')
    .action(publish);
  withFilter(withSource(traffic.command('record <file>')))
    .description('record messages to a file, until Ctrl+C (docs/traffic-recordings.md)')
    .option('--seconds <n>', 'end after so long')
    .option('--count <n>', 'end after so many messages, or a few more')
    .action((file: string, options: RecordOptions) => record(file, options));
  withSource(traffic.command('replay <file>'))
    .description('publish a recording: a file, or the name of a recording of the application')
    .option('--speed <n>', '1: as it was; 10: ten times as fast; max: as fast as the broker takes it', '1')
    .option('--prefix <text>', 'before each topic, such as test/', '')
    .action((file: string, options: ReplayOptions) => replay(file, options));
}

async function tree(options: TreeOptions): Promise<void> {
  const seconds = numberOption(options.seconds, 'seconds', { least: 0, most: 86_400 });
  const rows = await withTraffic(options, async (session, signal) => {
    await connected(session, signal);
    await pause(seconds * 1_000, signal);
    signal.throwIfAborted();
    return pages((from) =>
      session.client
        .tree(
          { source: session.source, from, count: perPage, filter: options.filter, open: 'all-but-listed' },
          { signal },
        )
        .then(({ rows, total }) => ({ items: rows, total })),
    );
  });
  if (rows !== undefined) show(options, { topics: rows }, rows.map(nodeLine));
}

async function clients(options: SourceOptions & { readonly filter: string }): Promise<void> {
  const words = await loadWords();
  const answer = await withTraffic(options, async ({ client }, signal) => {
    const { available } = await client.clients({ from: 0, count: 1, filter: options.filter }, { signal });
    const items = await pages((from) =>
      client.clients({ from, count: perPage, filter: options.filter }, { signal }),
    );
    return { available, items };
  });
  if (answer === undefined) return;
  show(
    options,
    { available: answer.available, clients: answer.items },
    answer.available ? answer.items.map(clientLine) : [say(words, 'traffic.noClients')],
  );
}

async function retained(topic: string | undefined, options: RetainedOptions): Promise<void> {
  if (options.clear === true) return clear(topic, options);
  const answer = await withTraffic(options, ({ client, source }, signal) =>
    allRetained({ client, source }, topic ?? '', signal),
  );
  if (answer === undefined) return;
  const words = await loadWords();
  show(options, { complete: answer.complete, retained: answer.items }, [
    ...answer.items.map(retainedLine),
    ...(answer.complete ? [] : [say(words, 'traffic.notAllRetained')]),
  ]);
}

async function allRetained(
  { client, source }: TrafficSession,
  filter: string,
  signal: AbortSignal,
): Promise<{ readonly items: readonly RetainedItem[]; readonly complete: boolean }> {
  let complete = true;
  const items = await pages(async (from) => {
    const page = await client.retained({ source, from, count: perPage, filter }, { signal });
    complete &&= page.complete;
    return page;
  });
  return { items, complete };
}

async function clear(topic: string | undefined, options: RetainedOptions): Promise<void> {
  if (topic === undefined)
    throw new AppError('request.invalid', 'Which topic is to be cleared?', { field: 'topic' });
  if (options.json === true && options.yes !== true)
    throw new AppError('request.invalid', 'To clear retained messages, --json needs --yes.', {
      field: 'yes',
    });
  const words = await loadWords();
  const target = { topic, subtree: options.subtree === true };
  const outcome = await withTraffic(options, async ({ client, source }, signal) => {
    const { count, examples } = await client.countRetained({ source, target }, { signal });
    if (options.yes !== true) {
      const shown = examples.map((example) => `  ${printable(example)}\n`).join('');
      const question = say(words, 'traffic.askClear', { messages: count });
      if (count === 0 || !(await agreed(`${shown}${question}`, say(words, 'stack.backup-remove.yes'))))
        return { cleared: 0, asked: count };
    }
    return client.clearRetained({ source, target, expected: count }, { signal }).then(({ cleared }) => ({
      cleared,
      asked: count,
    }));
  });
  if (outcome === undefined) return;
  const { cleared, asked } = outcome;
  show(options, { found: asked, cleared }, [say(words, 'traffic.cleared', { cleared, messages: asked })]);
  if (cleared < asked) process.exitCode = exitCodes.failed;
}

async function publish(topic: string, text: string | undefined, options: PublishOptions): Promise<void> {
  const bytes = await payloadOf(text, options);
  const message = argument(
    publication,
    {
      topic,
      payload: { form: 'base64', base64: bytes.toString('base64') },
      qos: Number(options.qos),
      retain: options.retain === true,
      contentType: options.contentType,
      user: (options.userProperty ?? []).map(userProperty),
    },
    'message',
  );
  const words = await loadWords();
  const answer = await withTraffic(options, async ({ client, source }, signal) => {
    // A wrong password is told of at once, and as what it is.
    await connected({ client, source }, signal);
    return client.publish({ source, publication: message }, { signal });
  });
  if (answer === undefined) return;
  const ms = Number(answer.tookMs.toFixed(1));
  show(options, answer, [
    say(words, answer.reasonCode === 16 ? 'traffic.publishedToNobody' : 'traffic.published', { ms }),
  ]);
}

async function payloadOf(text: string | undefined, { file }: PublishOptions): Promise<Buffer> {
  if (text !== undefined && file !== undefined)
    throw new AppError('request.invalid', 'The payload is an argument or a file, not both.', {
      field: 'file',
    });
  if (file !== undefined) {
    try {
      return await readFile(file);
    } catch (error) {
      throw new AppError('file.unreadable', `The file ${file} cannot be read.`, { file }, error);
    }
  }
  if (text !== '-') return Buffer.from(text ?? '');
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function userProperty(text: string): { readonly name: string; readonly value: string } {
  const at = text.indexOf('=');
  if (at < 1)
    throw new AppError('request.invalid', 'A user property looks like name=value.', {
      field: 'user-property',
    });
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** All of a list that is given by the page. */
async function pages<T>(
  page: (from: number) => Promise<{ readonly items: readonly T[]; readonly total: number }>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (;;) {
    const { items, total } = await page(all.length);
    all.push(...items);
    if (items.length === 0 || all.length >= total) return all;
  }
}
