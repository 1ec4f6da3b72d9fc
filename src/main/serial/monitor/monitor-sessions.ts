import type { monitorContract } from '../../../shared/contract/monitor.ts';
import type { BoardLogLine } from '../../../shared/contract/ports.ts';
import type { HandlersOf } from '../../../shared/contract/procedure.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Closable } from '../../foundation/disposer.ts';
import { hideSecrets } from '../../foundation/redact.ts';
import { pause } from '../../foundation/watch-state.ts';
import type { NotedOpener } from '../noted-opener.ts';
import type { SerialLine } from '../serial-line.ts';
import { LogInterpreter, type InterpretedLine } from './log-interpreter.ts';

const linesKept = 20_000;
const partialAfterMs = 300;
const pollMs = 50;
const ends = { lf: '\n', crlf: '\r\n', none: '' } as const;

interface Session {
  readonly line: SerialLine;
  readonly interpreter: LogInterpreter;
  lines: InterpretedLine[];
  next: number;
  open: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** The serial logs that a person watches: one session for each port, kept until the port is closed. */
export class MonitorSessions implements Closable {
  readonly #opener: NotedOpener;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();

  constructor(opener: NotedOpener, clock: Clock) {
    this.#opener = opener;
    this.#clock = clock;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map((address) => this.#end(address)));
  }

  /** Lets go of the port before something else works on it; the lines stay readable. */
  async release(address: string): Promise<void> {
    const session = this.#sessions.get(address);
    if (session?.open === true) await session.line.close();
  }

  readonly handlers: HandlersOf<{ monitor: typeof monitorContract }>['monitor'] = {
    open: async ({ address, baudRate }, signal) => {
      const session = this.#sessions.get(address);
      if (session?.open === true) {
        await session.line.setBaudRate(baudRate);
        return {};
      }
      const line = await this.#opener.open(address, { baudRate }, signal);
      this.#sessions.set(address, this.#begin(line, session));
      return {};
    },
    close: async ({ address }) => {
      await this.#end(address);
      return {};
    },
    lines: async ({ address, after, max, waitMs }, signal) => {
      const session = this.#session(address);
      const until = this.#clock.now() + waitMs;
      while (session.next - 1 <= after && session.open && this.#clock.now() < until && !signal.aborted)
        await pause(pollMs, signal);
      const items = session.lines.filter((line) => line.seq > after).slice(0, max);
      const first = session.lines[0]?.seq ?? session.next;
      return {
        items: items.map(({ raw: _raw, ...line }): BoardLogLine => line),
        next: items.at(-1)?.seq ?? after,
        dropped: Math.max(0, first - after - 1),
        open: session.open,
      };
    },
    send: async ({ address, text, lineEnd }) => {
      await this.#session(address).line.write(Buffer.from(`${text}${ends[lineEnd]}`, 'utf8'));
      return {};
    },
    file: ({ address }) => {
      const { lines } = this.#session(address);
      const text = lines.map(
        ({ timeMs, text: line }) => `${new Date(timeMs).toISOString()} ${hideSecrets(line)}`,
      );
      const day = new Date(this.#clock.now()).toISOString().slice(0, 19).replaceAll(':', '-');
      return Promise.resolve({
        fileName: `board-log-${day}.txt`,
        file: new Blob([`${text.join('\n')}\n`], { type: 'text/plain' }),
      });
    },
  };

  /** Goes on counting where an earlier session of the port stopped. */
  #begin(line: SerialLine, before: Session | undefined): Session {
    const session: Session = {
      line,
      interpreter: new LogInterpreter(),
      lines: before?.lines ?? [],
      next: before?.next ?? 1,
      open: true,
      timer: undefined,
    };
    const add = (lines: readonly InterpretedLine[]): void => {
      for (const entry of lines) {
        session.lines.push({ ...entry, seq: session.next++ });
        this.#opener.told(line.address, entry.events);
      }
      if (session.lines.length > linesKept) session.lines = session.lines.slice(-linesKept);
    };
    line.onData((bytes) => {
      add(session.interpreter.push(bytes, this.#clock.now()));
      clearTimeout(session.timer);
      if (session.interpreter.hasPartial)
        session.timer = setTimeout(() => add(session.interpreter.flush(this.#clock.now())), partialAfterMs);
    });
    line.onClosed(() => {
      clearTimeout(session.timer);
      add(session.interpreter.flush(this.#clock.now()));
      session.open = false;
    });
    return session;
  }

  async #end(address: string): Promise<void> {
    const session = this.#sessions.get(address);
    this.#sessions.delete(address);
    await session?.line.close();
  }

  #session(address: string): Session {
    const session = this.#sessions.get(address);
    if (session === undefined)
      throw new AppError('serial.disconnected', `The log of ${address} is not open.`, { address });
    return session;
  }
}
