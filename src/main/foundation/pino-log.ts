import { createWriteStream, renameSync, rmSync, statSync, type WriteStream } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import type { LogLine } from '../../shared/contract/stack.ts';
import { isAppError } from '../../shared/domain/app-error.ts';
import { Listeners } from './listeners.ts';
import type { Log, LogFacts, LogLevel, LogSource } from './log.ts';
import { pause } from './watch-state.ts';

const fileBytes = 2_000_000;
const filesKept = 4;
const linesKept = 5_000;
const secretName = /pass(word|phrase)?|secret|token|psk|credential|authorization|cookie|private/i;
/** `user:password@` in an address. */
const loginInUrl = /\/\/[^/@\s]*@/g;

/** The log of the application: a few files that never grow beyond a bound, and the last lines for the screen. */
export class ApplicationLog implements Log {
  readonly #ring: LogRing;
  readonly #pino: pino.Logger;
  readonly #source: LogSource;

  private constructor(ring: LogRing, logger: pino.Logger, source: LogSource) {
    this.#ring = ring;
    this.#pino = logger;
    this.#source = source;
  }

  /** @param folder made where it is missing; `undefined` keeps lines in memory only */
  static open(
    folder: string | undefined,
    alsoTo?: NodeJS.WritableStream,
  ): { log: ApplicationLog; ring: LogRing; close: () => Promise<void> } {
    const streams: pino.StreamEntry[] = [];
    const file = folder === undefined ? undefined : new RotatingFile(folder, 'datayoti.log');
    if (file !== undefined) streams.push({ level: 'debug', stream: file });
    if (alsoTo !== undefined) streams.push({ level: 'info', stream: alsoTo });
    const logger = pino(
      { level: 'debug', base: null, timestamp: pino.stdTimeFunctions.isoTime },
      pino.multistream(streams),
    );
    const ring = new LogRing();
    return {
      log: new ApplicationLog(ring, logger, 'app'),
      ring,
      close: () => file?.finish() ?? Promise.resolve(),
    };
  }

  debug(text: string, facts?: LogFacts): void {
    this.#write('debug', text, facts);
  }
  info(text: string, facts?: LogFacts): void {
    this.#write('info', text, facts);
  }
  warn(text: string, facts?: LogFacts): void {
    this.#write('warn', text, facts);
  }
  error(text: string, facts?: LogFacts): void {
    this.#write('error', text, facts);
  }
  from(source: LogSource): Log {
    return new ApplicationLog(this.#ring, this.#pino, source);
  }

  #write(level: LogLevel, text: string, facts: LogFacts = {}): void {
    const clean = redact(facts) as Record<string, unknown>;
    const safeText = text.replace(loginInUrl, '//…@');
    this.#pino[level]({ source: this.#source, ...clean }, safeText);
    if (level !== 'debug')
      this.#ring.add({ timeMs: Date.now(), source: this.#source, level, text: withFacts(safeText, clean) });
  }
}

/** The last lines, read with a cursor: a reader that is slow is told how many it missed. */
export class LogRing {
  #lines: LogLine[] = [];
  #next = 1;
  readonly #added = new Listeners<void>();

  add(line: Omit<LogLine, 'seq'>): void {
    this.#lines.push({ ...line, seq: this.#next++ });
    if (this.#lines.length > linesKept + 500) this.#lines = this.#lines.slice(-linesKept);
    this.#added.tell();
  }

  /** Lines after the cursor, oldest first; waits up to `waitMs` where there is none yet. */
  async next(
    question: { after: number; max: number; waitMs: number; source?: LogSource | undefined },
    signal: AbortSignal,
  ): Promise<{ items: LogLine[]; next: number; dropped: number }> {
    const { after, max, waitMs, source } = question;
    const find = (): LogLine[] =>
      this.#lines.filter((line) => line.seq > after && (source === undefined || line.source === source));
    if (find().length === 0 && waitMs > 0) await this.#wait(waitMs, signal, () => find().length > 0);
    const found = find();
    // A first look wants the newest lines, a continued one the next.
    const items = after === 0 ? found.slice(-max) : found.slice(0, max);
    const oldest = this.#lines[0]?.seq ?? this.#next;
    return {
      items,
      next: items.at(-1)?.seq ?? Math.max(after, 0),
      dropped: after === 0 ? 0 : Math.max(0, oldest - after - 1),
    };
  }

  async #wait(waitMs: number, signal: AbortSignal, enough: () => boolean): Promise<void> {
    const wake = new AbortController();
    const stop = this.#added.add(() => {
      if (enough()) wake.abort();
    });
    await pause(waitMs, AbortSignal.any([signal, wake.signal]));
    stop();
  }
}

/** Replaces the values of names that sound like secrets, at any depth, and writes errors out. */
export function redact(value: unknown, depth = 0): unknown {
  if (depth > 6) return '…';
  if (typeof value === 'string') return value.replace(loginInUrl, '//…@');
  if (value instanceof Error) return describeError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      secretName.test(key) ? '[hidden]' : redact(item, depth + 1),
    ]),
  );
}

function describeError(error: Error, depth: number): unknown {
  return {
    type: error.name,
    ...(isAppError(error) ? { code: error.code, data: redact(error.data, depth + 1) } : {}),
    message: error.message.replace(loginInUrl, '//…@'),
    stack: error.stack?.replace(loginInUrl, '//…@'),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

function withFacts(text: string, facts: Record<string, unknown>): string {
  const shown = Object.entries(facts).map(([key, value]) => {
    if (typeof value === 'object' && value !== null && 'message' in value)
      return `${key}=${String(value.message)}`;
    return `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return shown.length === 0 ? text : `${text} (${shown.join(', ')})`;
}

class RotatingFile extends Writable {
  readonly #folder: string;
  readonly #name: string;
  #bytes = 0;
  #file: WriteStream;

  constructor(folder: string, name: string) {
    super({ decodeStrings: false });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#name = name;
    this.#file = this.#open();
  }

  override _write(
    chunk: string | Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    if (this.#bytes > fileBytes) this.#rotate();
    this.#bytes += chunk.length;
    this.#file.write(chunk, () => done());
  }

  finish(): Promise<void> {
    return new Promise((resolve) => this.end(() => this.#file.end(() => resolve())));
  }

  #open(): WriteStream {
    const path = join(this.#folder, this.#name);
    this.#bytes = sizeOf(path);
    const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
    // A full disk must not end the application because of its log.
    file.on('error', () => undefined);
    return file;
  }

  #rotate(): void {
    this.#file.end();
    const path = (index: number): string =>
      join(this.#folder, index === 0 ? this.#name : `${this.#name}.${index}`);
    rmSync(path(filesKept - 1), { force: true });
    for (let index = filesKept - 2; index >= 0; index--) {
      try {
        renameSync(path(index), path(index + 1));
      } catch {
        // That one was never written.
      }
    }
    this.#file = this.#open();
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
