import type { Command } from 'commander';
import type { StackState } from '../../../shared/contract/stack.ts';
import { show, withCommon, type Common } from './answer.ts';
import { textOfFile, toldClient, withClient, type Client } from './stack-client.ts';
import { loadWords, say } from './words.ts';

type WithEnv = Common & { readonly env: string };
const envWords = ['--env <file>', 'the .env of the published project'] as const;

/** `stack take-over`, `use-published`, `leave-published`: what can be done with a running stack of the published project. */
export function addPublishedCommands(stack: Command): void {
  withCommon(
    stack
      .command('take-over')
      .description('move the data of the published project into this stack, by a backup'),
  )
    .requiredOption(...envWords)
    .action(takeOver);
  withCommon(
    stack
      .command('use-published')
      .description(
        'use the running stack of the published project as it is; after a backup, schema field is added beside its tables',
      ),
  )
    .requiredOption(...envWords)
    .action(usePublished);
  withCommon(
    stack
      .command('leave-published')
      .description('let go of the published stack, which goes on; schema field stays in its database'),
  ).action(async (options: Common) => {
    const words = await loadWords();
    const { kind } = await withClient(options, (client, signal) =>
      client.docker.leavePublished({}, { signal }),
    );
    show(options, { kind }, [say(words, `stack.left-published.${kind}`)]);
  });
}

async function takeOver(options: WithEnv): Promise<void> {
  const words = await loadWords();
  const env = await textOfFile(options.env);
  const { backup, rows, account } = await toldClient(options, (client, signal) =>
    client.docker.takeOverPublished({ env }, { signal }),
  );
  show(options, { backup, rows, account }, [
    say(words, 'stack.backup', { path: backup }),
    say(words, 'stack.taken-over', { rows }),
    ...(account === null ? [] : [say(words, 'stack.boards-account', { account })]),
  ]);
}

async function usePublished(options: WithEnv): Promise<void> {
  const words = await loadWords();
  const env = await textOfFile(options.env);
  const { backup, account } = await toldClient(options, (client, signal) =>
    client.docker.usePublished({ env }, { signal }),
  );
  show(options, { backup, account }, [
    backup === null ? say(words, 'stack.nothing-added') : say(words, 'stack.backup', { path: backup }),
    say(words, 'stack.published-used'),
    say(words, 'stack.boards-account', { account }),
  ]);
}

/** How it is with the published stack, where it is the application's. */
export async function publishedInUse(
  client: Client,
  signal: AbortSignal,
): Promise<Pick<StackState, 'phase' | 'error'> | undefined> {
  for await (const { kind, phase, error } of await client.stack.watch({}, { signal }))
    return kind === 'published' ? { phase, error } : undefined;
  return undefined;
}
