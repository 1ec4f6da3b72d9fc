/** Towards the board is what the loader is told, from the board what it answers. */
export type LineDirection = 'to-board' | 'from-board';

/**
 * What can be wrong with a board, its cable or its line. Byte positions count from the moment the fault is set.
 */
export type BoardFault =
  | { readonly kind: 'no-sync' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'wrong-boot-mode' }
  | { readonly kind: 'wrong-md5' }
  /** The DHT does not pull its data line down: no reading, all else works. */
  | { readonly kind: 'silent-sensor' }
  | { readonly kind: 'slow-answers'; readonly delayMs: number }
  | {
      readonly kind: 'drop';
      readonly after: number;
      /** Without it everything from there on is lost. */
      readonly count?: number;
      readonly direction?: LineDirection;
    }
  | { readonly kind: 'corrupt'; readonly at: number; readonly direction?: LineDirection }
  | { readonly kind: 'disconnect'; readonly at: number; readonly direction?: LineDirection }
  | {
      readonly kind: 'brown-out';
      /** Bytes programmed before the voltage falls. */
      readonly after: number;
    };

type LineFault = Extract<BoardFault, { direction?: LineDirection }>;

/** The faults of one board, which can be set while it runs. */
export class BoardFaults {
  noSync = false;
  silent = false;
  wrongBootMode = false;
  wrongMd5 = false;
  silentSensor = false;
  answerDelayMs = 0;
  readonly #line: { readonly fault: LineFault; readonly direction: LineDirection; seen: number }[] = [];
  #untilBrownOut: number | undefined;

  set(fault: BoardFault): void {
    switch (fault.kind) {
      case 'no-sync':
        this.noSync = true;
        return;
      case 'silent':
        this.silent = true;
        return;
      case 'wrong-boot-mode':
        this.wrongBootMode = true;
        return;
      case 'wrong-md5':
        this.wrongMd5 = true;
        return;
      case 'silent-sensor':
        this.silentSensor = true;
        return;
      case 'slow-answers':
        this.answerDelayMs = fault.delayMs;
        return;
      case 'brown-out':
        this.#untilBrownOut = fault.after;
        return;
      case 'drop':
      case 'corrupt':
      case 'disconnect':
        this.#line.push({ fault, direction: fault.direction ?? 'to-board', seen: 0 });
    }
  }

  clear(): void {
    this.noSync = this.silent = this.wrongBootMode = this.wrongMd5 = this.silentSensor = false;
    this.answerDelayMs = 0;
    this.#line.length = 0;
    this.#untilBrownOut = undefined;
  }

  /** What is left of a piece of data on its way, and whether the line is cut with it. */
  onLine(direction: LineDirection, bytes: Buffer): { readonly bytes: Buffer; readonly cut: boolean } {
    if (this.#line.length === 0) return { bytes, cut: false };
    let left = bytes;
    let cut = false;
    const concerned = this.#line.filter((entry) => entry.direction === direction);
    for (const entry of concerned) {
      const from = entry.seen;
      entry.seen += bytes.length;
      const { fault } = entry;
      if (fault.kind === 'drop') left = without(left, fault.after - from, fault.count ?? Infinity);
      else if (from <= fault.at && fault.at < entry.seen) {
        this.#line.splice(this.#line.indexOf(entry), 1);
        if (fault.kind === 'corrupt') left = flipped(left, fault.at - from);
        else {
          left = left.subarray(0, fault.at - from);
          cut = true;
        }
      }
    }
    return { bytes: left, cut };
  }

  /** True once when programming so many bytes more pulls the supply down. */
  browsOut(programmed: number): boolean {
    if (this.#untilBrownOut === undefined) return false;
    this.#untilBrownOut -= programmed;
    if (this.#untilBrownOut > 0) return false;
    this.#untilBrownOut = undefined;
    return true;
  }
}

function without(bytes: Buffer, from: number, count: number): Buffer {
  const start = Math.max(0, from);
  const end = Math.min(bytes.length, from + count);
  if (start >= bytes.length || end <= start) return bytes;
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

/** Reads `kind`, `kind=number` and, for a drop, `drop=after:count`, as the command line takes them. */
export function parseFault(text: string): BoardFault | undefined {
  const [kind = '', value = ''] = text.split('=', 2);
  const [first = 0, second] = value.split(':').map(Number);
  if (Number.isNaN(first)) return undefined;
  switch (kind) {
    case 'no-sync':
    case 'silent':
    case 'wrong-boot-mode':
    case 'wrong-md5':
    case 'silent-sensor':
      return { kind };
    case 'slow-answers':
      return { kind, delayMs: first };
    case 'drop':
      return second === undefined ? { kind, after: first } : { kind, after: first, count: second };
    case 'corrupt':
    case 'disconnect':
      return { kind, at: first };
    case 'brown-out':
      return { kind, after: first };
    default:
      return undefined;
  }
}
