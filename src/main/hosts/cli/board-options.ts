import type { Command } from 'commander';
import { z } from 'zod';
import { argument, withCommon, type Common } from './answer.ts';

/** Options of every command that works on one board. */
export interface BoardOptions extends Common {
  readonly port: string;
  readonly events?: boolean;
}

export function withBoard(command: Command): Command {
  return withCommon(command).requiredOption(
    '--port <port>',
    'a device path, socket://host:port or rfc2217://host:port',
  );
}

/** For work that takes long enough to be told of. */
export function withProgress(command: Command): Command {
  return command.option('--events', 'with --json: a line for each event, the result being the last');
}

/** Bits per second. @throws AppError `request.invalid` */
export function baudRate(text: string): number {
  return argument(z.coerce.number('a number').int().min(300).max(5_000_000), text, '--baud');
}
