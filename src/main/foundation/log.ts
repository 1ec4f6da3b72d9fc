/** Which part of the application speaks; the log screen filters by it. */
export type LogSource = 'app' | 'broker' | 'database' | 'ingest' | 'host';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Facts beside a log line. Never a password, a token or a pre-shared key. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** The log as capabilities see it; `text` is one English sentence without its facts repeated. */
export interface Log {
  debug(text: string, facts?: LogFacts): void;
  info(text: string, facts?: LogFacts): void;
  warn(text: string, facts?: LogFacts): void;
  error(text: string, facts?: LogFacts): void;
  /** The same log, speaking for another part. */
  from(source: LogSource): Log;
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  from: () => silentLog,
};
