import type { BoardEvent } from '../../shared/contract/ports.ts';
import { isAppError, reportOf, type ErrorReport } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { LogInterpreter } from './monitor/log-interpreter.ts';
import type { LineOpener, SerialLine } from './serial-line.ts';

/** What was seen at one port since it was last opened. */
export interface PortNotes {
  /** Why it could not be opened. */
  readonly openError: ErrorReport | null;
  /** Bits per second as last set; `null` where it was not opened. */
  readonly baudRate: number | null;
  /** All bytes, those of a loader too; `null` where it was not opened. */
  readonly bytesReceived: number | null;
  /** Events of the board's log, by id. */
  readonly log: ReadonlySet<string>;
  /** A boot ROM met nothing but erased flash. */
  readonly blankFlash: boolean;
}

const nothing: PortNotes = {
  openError: null,
  baudRate: null,
  bytesReceived: null,
  log: new Set(),
  blankFlash: false,
};

interface Case {
  readonly openError: ErrorReport | null;
  readonly line: SerialLine | null;
  readonly interpreter: LogInterpreter;
  readonly log: Set<string>;
  bytes: number;
  blankFlash: boolean;
}

/**
 * Opens lines and remembers for the doctor what came of it. Bytes are only counted: which of them are a board's
 * log, rather than its flash read back, is known to whoever works on it and is told by `heard` or `told`.
 */
export class NotedOpener implements LineOpener {
  readonly #opener: LineOpener;
  readonly #clock: Clock;
  readonly #cases = new Map<string, Case>();

  constructor(opener: LineOpener, clock: Clock) {
    this.#opener = opener;
    this.#clock = clock;
  }

  /** @throws AppError what the opener inside throws */
  async open(
    address: string,
    options: { readonly baudRate: number },
    signal: AbortSignal,
  ): Promise<SerialLine> {
    try {
      const line = await this.#opener.open(address, options, signal);
      const begun = this.#begin(address, null, line);
      line.onData(({ length }) => (begun.bytes += length));
      return line;
    } catch (error) {
      // Another task is at it: what that one has seen stays.
      if (!isAppError(error, 'provisioning.board-busy')) this.#begin(address, reportOf(error), null);
      throw error;
    }
  }

  /** Bytes of the log of the board at that port. */
  heard(address: string, bytes: Uint8Array): void {
    const open = this.#cases.get(address);
    if (open === undefined) return;
    for (const { events } of open.interpreter.push(bytes, this.#clock.now())) this.told(address, events);
  }

  /** Events of that log, where they are known already. */
  told(address: string, events: readonly BoardEvent[]): void {
    const open = this.#cases.get(address);
    if (open === undefined) return;
    for (const { id, data } of events) {
      open.log.add(id);
      if (id === 'invalid-header' && data['header'] === 'ffffffff') open.blankFlash = true;
    }
  }

  notesOf(address: string): PortNotes {
    const found = this.#cases.get(address);
    if (found === undefined) return nothing;
    for (const { events } of found.interpreter.flush(this.#clock.now())) this.told(address, events);
    const { openError, line, log, bytes, blankFlash } = found;
    return {
      openError,
      baudRate: line?.baudRate ?? null,
      bytesReceived: line === null ? null : bytes,
      log: new Set(log),
      blankFlash,
    };
  }

  #begin(address: string, openError: ErrorReport | null, line: SerialLine | null): Case {
    const begun = {
      openError,
      line,
      interpreter: new LogInterpreter(),
      log: new Set<string>(),
      bytes: 0,
      blankFlash: false,
    };
    this.#cases.set(address, begun);
    return begun;
  }
}
