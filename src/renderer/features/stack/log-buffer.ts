/** A line of either stack's log as the panel shows it. */
export interface PanelLine {
  readonly seq: number;
  readonly timeMs: number;
  readonly source: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}

/** What the person wants to see; empty means everything. */
export interface LogFilter {
  readonly source: string;
  readonly search: string;
}

export const linesKept = 100_000;

/**
 * The newest lines and, kept in step with them, those that pass the filter. Adding costs what was added, however
 * many there are; a new filter looks at all of them once.
 */
export class LogBuffer {
  readonly #capacity: number;
  readonly #all = new TrimmedList<PanelLine>();
  readonly #passing = new TrimmedList<PanelLine>();
  #filter: LogFilter = { source: '', search: '' };
  #frozenAt: number | undefined;

  constructor(capacity = linesKept) {
    this.#capacity = capacity;
  }

  /** Kept, whether shown or not. */
  get size(): number {
    return this.#all.length;
  }

  /** Lines to show: those that pass and, while it is frozen, were there then. */
  get shown(): number {
    return this.#frozenAt === undefined
      ? this.#passing.length
      : Math.max(0, this.#frozenAt - this.#passing.dropped);
  }

  /** Lines that came and pass since it was frozen. */
  get waiting(): number {
    return this.#passing.length - this.shown;
  }

  /** @param index 0 is the newest shown */
  at(index: number): PanelLine | undefined {
    return this.#passing.at(this.shown - 1 - index);
  }

  add(lines: readonly PanelLine[]): void {
    const passes = passing(this.#filter);
    for (const line of lines) {
      this.#all.push(line);
      if (passes(line)) this.#passing.push(line);
    }
    this.#all.dropFirst(this.#all.length - this.#capacity);
    const oldest = this.#all.at(0)?.seq ?? 0;
    let gone = 0;
    while ((this.#passing.at(gone)?.seq ?? oldest) < oldest) gone++;
    this.#passing.dropFirst(gone);
  }

  filter(filter: LogFilter): void {
    this.#filter = filter;
    const passes = passing(filter);
    const wasFrozen = this.#frozenAt !== undefined;
    this.#passing.clear();
    for (let index = 0; index < this.#all.length; index++) {
      const line = this.#all.at(index);
      if (line !== undefined && passes(line)) this.#passing.push(line);
    }
    if (wasFrozen) this.freeze();
  }

  /** What is shown stays as it is, while lines go on being kept. */
  freeze(): void {
    this.#frozenAt = this.#passing.dropped + this.#passing.length;
  }

  thaw(): void {
    this.#frozenAt = undefined;
  }

  clear(): void {
    this.#all.clear();
    this.#passing.clear();
    this.#frozenAt = undefined;
  }

  /** Those shown, oldest first, for a file. */
  *oldestFirst(): Generator<PanelLine> {
    for (let index = 0; index < this.shown; index++) {
      const line = this.#passing.at(index);
      if (line !== undefined) yield line;
    }
  }
}

function passing({ source, search }: LogFilter): (line: PanelLine) => boolean {
  const wanted = search.trim().toLowerCase();
  return (line) =>
    (source === '' || line.source === source) && (wanted === '' || line.text.toLowerCase().includes(wanted));
}

/** Takes from its beginning in large steps: taking one by one would move all the others each time. */
class TrimmedList<T> {
  #items: T[] = [];
  #start = 0;
  /** Taken from the beginning since it was empty. */
  dropped = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  at(index: number): T | undefined {
    return index < 0 ? undefined : this.#items[this.#start + index];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  dropFirst(count: number): void {
    if (count <= 0) return;
    this.#start += count;
    this.dropped += count;
    if (this.#start < 10_000 && this.#start < this.#items.length / 2) return;
    this.#items = this.#items.slice(this.#start);
    this.#start = 0;
  }

  clear(): void {
    this.#items = [];
    this.#start = 0;
    this.dropped = 0;
  }
}
