import { expect, test } from 'vitest';
import { silentLog, type Log } from '../../../foundation/log.ts';
import { ServerLog } from './server-log.ts';

function heard(text: string): readonly string[] {
  const lines: string[] = [];
  const tell =
    (level: string) =>
    (line: string): void =>
      void lines.push(`${level} ${line}`);
  const log: Log = {
    ...silentLog,
    debug: tell('debug'),
    info: tell('info'),
    warn: tell('warn'),
    error: tell('error'),
    from: () => log,
  };
  new ServerLog(log).accept(text);
  return lines;
}

const at = '2026-11-25 00:32:32.099 UTC [31]';

test('severities become levels; statements, which could carry values, are left out', () => {
  const text = [
    `${at} LOG:  database system is ready to accept connections`,
    `${at} ERROR:  relation "x" does not exist`,
    `${at} STATEMENT:  select 'secret' from x`,
    `${at} FATAL:  password authentication failed for user "owner"`,
  ];
  expect(heard(`${text.join('\n')}\n`)).toEqual([
    'info database system is ready to accept connections',
    'warn relation "x" does not exist',
    'error password authentication failed for user "owner"',
  ]);
});

test('that the server is not ready yet is no error: the application asks until it is', () => {
  expect(heard(`${at} FATAL:  the database system is starting up\n`)).toEqual([
    'debug the database system is starting up',
  ]);
});
