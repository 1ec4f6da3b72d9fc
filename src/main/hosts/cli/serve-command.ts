import type { Command } from 'commander';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { addServeOptions, serveOptionsFrom } from '../web/serve-options.ts';
import { serve } from '../web/serve.ts';
import { dataFolder, print, type Common } from './answer.ts';

/** `serve`: the application as a local web page. */
export function addServeCommand(program: Command): void {
  addServeOptions(
    program
      .command('serve')
      .description('run the application as a local web page')
      .option('--json', 'print the lines as JSON'),
  ).action(async (options: Common) => {
    process.exitCode = await serve(
      serveOptionsFrom(options, {
        root: applicationRoot,
        appVersion: applicationVersion,
        data: dataFolder(options),
        say: options.json === true ? sayAsJson : print,
      }),
    );
  });
}

function sayAsJson(text: string): void {
  const link = /\bhttps?:\/\/\S+/.exec(text)?.[0];
  print(JSON.stringify({ message: text.trim(), ...(link === undefined ? {} : { link }) }));
}
