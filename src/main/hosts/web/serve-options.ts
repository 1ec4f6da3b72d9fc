import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { defaultPort, type ServeOptions } from './serve.ts';

interface Given {
  readonly demo?: boolean;
  readonly data?: string;
  readonly port?: number;
  readonly listen?: string;
  readonly passphraseFile?: string;
  readonly open?: boolean;
}

export function addServeOptions(command: Command): Command {
  return command
    .option('--demo', 'add a demo site with three virtual sensors')
    .option('--data <folder>', 'where database, settings and logs are kept')
    .option('--port <number>', 'first port to try for the page', portFrom, defaultPort)
    .option(
      '--listen <address>',
      'address of the page; another than loopback needs a passphrase',
      '127.0.0.1',
    )
    .option('--passphrase-file <file>', 'file with the passphrase (or the variable DATAYOTI_PASSPHRASE)')
    .option('--no-open', 'do not open a browser');
}

export function serveOptionsFrom(
  given: Given,
  rest: Pick<ServeOptions, 'root' | 'appVersion' | 'data' | 'say'>,
): ServeOptions {
  return {
    ...rest,
    data: given.data === undefined ? rest.data : resolve(given.data),
    address: given.listen ?? '127.0.0.1',
    port: given.port ?? defaultPort,
    passphraseFile: given.passphraseFile,
    demo: given.demo ?? false,
    open: given.open ?? true,
  };
}

function portFrom(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError('A port is a number from 1 to 65535.');
}
