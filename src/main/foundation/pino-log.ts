import pino from 'pino';
import { RotatingFile } from './rotating-file.ts';
import type { LogLine } from '../../shared/contract/stack.ts';
import { Listeners } from './listeners.ts';
import type { Log, LogFacts, LogLevel, LogSource } from './log.ts';
import { hideSecrets, redact } from './redact.ts';
import { pause } from './watch-state.ts';

export { redact } from './redact.ts';

const linesKept = 5_000;
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
    const safeText = hideSecrets(text);
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
    const { max, waitMs, source } = question;
    // A cursor of an application that was restarted since lies beyond the end: begin again.
    const after = question.after >= this.#next ? 0 : question.after;
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

function withFacts(text: string, facts: Record<string, unknown>): string {
  const shown = Object.entries(facts).map(([key, value]) => {
    if (typeof value === 'object' && value !== null && 'message' in value)
      return `${key}=${String(value.message)}`;
    return `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return shown.length === 0 ? text : `${text} (${shown.join(', ')})`;
}
