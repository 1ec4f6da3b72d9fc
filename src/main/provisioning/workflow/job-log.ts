import { pause } from '../../foundation/watch-state.ts';
import { logLinesKept } from './limits.ts';

export interface JobLogLine {
  readonly seq: number;
  readonly timeMs: number;
  readonly text: string;
}

const pollMs = 100;

/** The last lines that a board wrote on its serial line, numbered so that a screen can go on where it was. */
export class JobLog {
  #lines: JobLogLine[] = [];
  #next = 1;

  add(timeMs: number, text: string): void {
    this.#lines.push({ seq: this.#next++, timeMs, text });
    if (this.#lines.length > logLinesKept) this.#lines.shift();
  }

  last(): string {
    return this.#lines.at(-1)?.text ?? '';
  }

  /** Lines after a cursor; waits for the first new one. `dropped` counts those that were gone already. */
  async pull(
    after: number,
    max: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<{ items: readonly JobLogLine[]; next: number; dropped: number }> {
    const until = Date.now() + waitMs;
    while (this.#next - 1 <= after && Date.now() < until && !signal.aborted) await pause(pollMs, signal);
    const items = this.#lines.filter((line) => line.seq > after).slice(0, max);
    const first = this.#lines[0]?.seq ?? this.#next;
    return { items, next: items.at(-1)?.seq ?? after, dropped: Math.max(0, first - after - 1) };
  }
}
