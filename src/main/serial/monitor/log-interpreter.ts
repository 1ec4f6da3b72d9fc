import type { BoardEvent, BoardLogLine } from '../../../shared/contract/ports.ts';
import { LogLineSplitter, type RawLine } from './log-lines.ts';
import { event, eventsOf } from './log-patterns.ts';

export interface InterpretedLine extends BoardLogLine {
  /** Exactly what was received; all lines together are the whole log. */
  readonly raw: Buffer;
}

type Level = NonNullable<BoardLogLine['level']>;

const levels: Readonly<Record<string, Level>> = {
  E: 'error',
  W: 'warn',
  I: 'info',
  D: 'debug',
  V: 'verbose',
};
/** ESP-IDF's `I (1234) tag: text` and, with the system's time, `I (12:34:56.789) tag: text`. */
const espLine = /^([EWIDV]) \((?:(\d+)|[\d:.]+)\) ([^\s:][^:]*): /;
/** Arduino core's `[  1234][E][file.cpp:12] function(): text` and ESPHome's `[12:34:56][D][wifi:123]: text`. */
const arduinoLine = /^\[ *(?:(\d+)|[\d:.]+)\]\[([EWIDV])\]\[([^\]:]+)[^\]]*\]/;

/** A loop, rather than a single mishap. */
const loopCount = 3;
/** What happened longer ago does not belong to the same loop. */
const loopWindowMs = 60_000;
/** From so many unreadable characters in so many lines on, the speed is wrong rather than a byte lost. */
const garbageLines = 3;

/**
 * Turns what a board sends into lines with their level, and lines into events in plain words. Any bytes at all
 * are taken; the raw bytes stay beside each line. Also sees what only several lines show: a board that restarts
 * again and again, and a line at the wrong speed.
 */
export class LogInterpreter {
  readonly #splitter = new LogLineSplitter();
  #seq = 0;
  #unreadable = 0;
  #panics: number[] = [];
  #resets: number[] = [];
  #brownOuts: number[] = [];

  /** @param timeMs when the bytes came, epoch milliseconds */
  push(bytes: Uint8Array, timeMs: number): readonly InterpretedLine[] {
    return this.#splitter.push(bytes).map((line) => this.#interpret(line, timeMs));
  }

  /** The line that has begun; call it after a silence, so that a prompt shows. */
  flush(timeMs: number): readonly InterpretedLine[] {
    const line = this.#splitter.flush();
    return line === undefined ? [] : [this.#interpret(line, timeMs)];
  }

  get hasPartial(): boolean {
    return this.#splitter.hasPartial;
  }

  #interpret({ raw, text }: RawLine, timeMs: number): InterpretedLine {
    const head = headOf(text);
    const found = eventsOf(text);
    const events = [...found, ...this.#acrossLines(found, text, timeMs)];
    return { seq: this.#seq++, timeMs, raw, text, ...head, events };
  }

  #acrossLines(found: readonly BoardEvent[], text: string, timeMs: number): readonly BoardEvent[] {
    const ids = new Set(found.map(({ id }) => id));
    const more: BoardEvent[] = [];
    const count = (times: number[], happened: boolean): number[] =>
      happened ? [...times.filter((time) => timeMs - time < loopWindowMs), timeMs] : times;
    this.#panics = count(
      this.#panics,
      ['panic', 'abort', 'assert', 'stack-overflow'].some((id) => ids.has(id)),
    );
    this.#brownOuts = count(this.#brownOuts, ids.has('brown-out'));
    const isReset = [...ids].some((id) => id.startsWith('reset-') && id !== 'reset-deep-sleep');
    this.#resets = count(this.#resets, isReset);
    if (isReset && this.#brownOuts.length >= loopCount)
      more.push(event('brown-out-loop', 'bad', { count: this.#brownOuts.length }));
    else if (isReset && this.#panics.length >= loopCount)
      more.push(event('panic-loop', 'bad', { count: this.#panics.length }));
    else if (isReset && this.#resets.length >= loopCount)
      more.push(event('reset-loop', 'bad', { count: this.#resets.length }));
    this.#unreadable = isUnreadable(text) ? this.#unreadable + 1 : text === '' ? this.#unreadable : 0;
    if (this.#unreadable === garbageLines) more.push(event('unreadable', 'warn'));
    return more;
  }
}

function headOf(text: string): Pick<BoardLogLine, 'level' | 'tag' | 'uptimeMs'> {
  const esp = espLine.exec(text);
  if (esp !== null) return head(esp[1], esp[3], esp[2]);
  const arduino = arduinoLine.exec(text);
  if (arduino !== null) return head(arduino[2], arduino[3], arduino[1]);
  return { level: null, tag: null, uptimeMs: null };
}

function head(
  letter = '',
  tag = '',
  uptime: string | undefined,
): Pick<BoardLogLine, 'level' | 'tag' | 'uptimeMs'> {
  return { level: levels[letter] ?? null, tag, uptimeMs: uptime === undefined ? null : Number(uptime) };
}

function isUnreadable(text: string): boolean {
  const bad = text.split('\uFFFD').length - 1;
  return bad >= 3 && bad > text.length / 4;
}
