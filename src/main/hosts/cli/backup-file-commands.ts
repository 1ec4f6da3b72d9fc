import type { Command } from 'commander';
import { AppError } from '../../../shared/domain/app-error.ts';
import { exitCodes, show, withCommon, type Common } from './answer.ts';
import { agreed } from './ask.ts';
import { withClient } from './stack-client.ts';
import { loadWords, say } from './words.ts';

type RemoveOptions = Common & { readonly yes?: boolean };

/** `stack backup list`, `stack backup remove`: the files of the backup folder. */
export function addBackupFileCommands(backup: Command): void {
  // `--json` and `--data` are options of `backup`, too, which takes them wherever they stand.
  withCommon(backup.command('list').description('the backups of the backup folder, newest first')).action(
    (_options: Common, command: Command) => list(command.optsWithGlobals<Common>()),
  );
  withCommon(
    backup.command('remove <name>').description('remove one backup of the backup folder, after a question'),
  )
    .option('--yes', 'without the question')
    .action((name: string, _options: RemoveOptions, command: Command) =>
      remove(name, command.optsWithGlobals<RemoveOptions>()),
    );
}

async function list(options: Common): Promise<void> {
  const words = await loadWords();
  const { items, folder } = await withClient(options, async (client, signal) => {
    const found = await client.backup.list({}, { signal });
    for await (const state of await client.backup.watch({}, { signal }))
      return { items: found.items, folder: state.folder };
    throw new AppError('connection.lost', 'The application did not answer.');
  });
  const lines = items.map((item) =>
    say(words, `stack.backup-remove.${item.verified ? 'line' : 'damaged'}`, item),
  );
  show(options, { folder, backups: items }, [
    ...lines,
    ...(items.length === 0 ? [say(words, 'stack.backup-remove.none', { folder })] : []),
  ]);
}

async function remove(name: string, options: RemoveOptions): Promise<void> {
  const words = await loadWords();
  if (options.yes !== true) {
    if (options.json === true)
      throw new AppError('request.invalid', 'To remove a backup, --json needs --yes.', { field: 'yes' });
    const question = say(words, 'stack.backup-remove.ask', { name });
    if (!(await agreed(question, say(words, 'stack.backup-remove.yes')))) {
      show(options, {}, [say(words, 'stack.backup-remove.kept')]);
      process.exitCode = exitCodes.cancelled;
      return;
    }
  }
  await withClient(options, (client, signal) => client.backup.remove({ name }, { signal }));
  show(options, { removed: name }, [say(words, 'stack.backup-remove.removed', { name })]);
}
