import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { show, withCommon, type Common } from './answer.ts';
import { textOfFile, toldClient, withClient } from './stack-client.ts';

const secretMode = 0o600;

/** `stack export`, `env`, `images`: what goes to other machines as files. */
export function addFileCommands(stack: Command): void {
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
