import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommanderError, type Command } from 'commander';
import type { z } from 'zod';
import { AppError, isAppError, reportOf } from '../../../shared/domain/app-error.ts';
import { applicationRoot } from '../application-root.ts';
import { defaultDataFolder } from '../platform-paths.ts';
import type { DatabaseTarget } from './database-target.ts';
import { failureWords } from './failure-words.ts';

/** Options that most commands share. */
export interface Common {
  readonly json?: boolean;
  readonly data?: string;
  readonly db?: string;
  readonly dbPasswordFile?: string;
}

/** Exit codes: done, tried and failed, asked for in a way that cannot be understood, cancelled by Ctrl+C. */
export const exitCodes = { done: 0, failed: 1, wrongUse: 2, cancelled: 130 } as const;

export function withCommon(command: Command): Command {
  return command
    .option('--json', 'answer in JSON')
    .option('--data <folder>', 'data folder of the application');
}

export function withTarget(command: Command): Command {
  return withCommon(command)
    .option(
      '--db <url>',
      'postgres://user@host:port/database[?sslmode=require|verify-ca|verify-full&sslrootcert=FILE]; without it the embedded database',
    )
    .option('--db-password-file <file>', 'file with its password (or the variable DATAYOTI_DB_PASSWORD)');
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One answer in two forms: JSON for scripts, lines for people. */
export function show(options: Common, value: unknown, lines: readonly string[]): void {
  if (options.json === true) print(JSON.stringify(value));
  else for (const line of lines) print(line);
}

export function dataFolder(options: Common): string {
  return options.data === undefined ? defaultDataFolder() : resolve(options.data);
}

export function targetOf(options: Common): Omit<DatabaseTarget, 'mayCreate'> {
  return {
    db: options.db,
    passwordFile: options.dbPasswordFile,
    data: dataFolder(options),
    root: applicationRoot,
  };
}

/** A password from a file, else from a variable; never from an argument, where every process list shows it. */
export async function passwordFrom(file: string | undefined, variable: string): Promise<string | undefined> {
  return file === undefined ? process.env[variable] : (await textOf(file)).replace(/\r?\n$/, '');
}

/** @throws AppError `file.unreadable` */
export async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new AppError('file.unreadable', `The file ${file} cannot be read.`, { file }, error);
  }
}

/** A part of a URL as meant. @throws AppError `request.invalid` where a `%` begins nothing that can be read */
export function urlPart(text: string, field: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new AppError(
      'request.invalid',
      'The address holds a % that begins no character: write a % itself as %25.',
      { field },
      error,
    );
  }
}

/** @throws AppError `request.invalid` in the words of the schema, without repeating the value */
export function argument<T>(schema: z.ZodType<T>, value: unknown, field: string): T {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  throw new AppError('request.invalid', `${field}: ${error.issues[0]?.message ?? 'not valid'}.`, { field });
}

/** Says what went wrong in the form that was asked for. @returns the exit code */
export async function reportFailure(error: unknown, asJson: boolean): Promise<number> {
  if (error instanceof CommanderError) return reportUse(error, asJson);
  if (asJson) print(JSON.stringify({ error: reportOf(error) }));
  if (!asJson || !isAppError(error)) process.stderr.write(`${await failureWords(error)}\n`);
  if (isAppError(error) && error.code.endsWith('.cancelled')) return exitCodes.cancelled;
  return isAppError(error, 'request.invalid') ? exitCodes.wrongUse : exitCodes.failed;
}

/** Help and version were asked for; everything else of the parser is a wrong use, which it has explained itself. */
function reportUse(error: CommanderError, asJson: boolean): number {
  if (error.exitCode === 0) return exitCodes.done;
  if (asJson) {
    const message = error.message.replace(/^error: /, '');
    print(JSON.stringify({ error: { code: 'request.invalid', message, data: {} } }));
  }
  return exitCodes.wrongUse;
}
