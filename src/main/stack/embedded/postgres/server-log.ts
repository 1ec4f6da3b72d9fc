import type { Log } from '../../../foundation/log.ts';

const prefix = /^\S+ \S+ \S+ \[\d+\] (?<severity>[A-Z]+\d?):\s+(?<text>.*)$/;
/** What the server says at every start and stop, and statements (which could carry values): not for the log. */
const quiet = new Set(['STATEMENT', 'QUERY', 'CONTEXT', 'DETAIL', 'HINT', 'LOCATION']);
/** Refusals that say no more than that the server is not ready yet: our own question whether it is. */
const notReady = /^the database system is (?:starting up|not yet accepting connections)$/;
const keptLines = 40;

/** Turns the server's stderr into log lines and keeps the last of them for the error of a failed start. */
export class ServerLog {
  readonly #log: Log;
  readonly #last: string[] = [];
  #rest = '';

  constructor(log: Log) {
    this.#log = log.from('database');
  }

  /** The last lines, oldest first. */
  get tail(): string {
    return this.#last.join('\n');
  }

  accept(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') this.#line(line.trim());
  }

  #line(line: string): void {
    this.#last.push(line);
    if (this.#last.length > keptLines) this.#last.shift();
    const { severity = 'LOG', text = line } = prefix.exec(line)?.groups ?? {};
    if (quiet.has(severity)) return;
    if (notReady.test(text)) this.#log.debug(text);
    else if (severity === 'FATAL' || severity === 'PANIC') this.#log.error(text);
    else if (severity === 'ERROR' || severity === 'WARNING') this.#log.warn(text);
    else this.#log.info(text);
  }
}
