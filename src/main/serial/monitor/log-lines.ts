/** One line as received. `raw` of all lines, one after the other, is everything that was received. */
export interface RawLine {
  readonly raw: Buffer;
  /** Without line end and colour sequences; bytes that are no UTF-8 are U+FFFD. */
  readonly text: string;
  /** It ended with a line end; `false` after a silence, or when it was too long. */
  readonly complete: boolean;
}

const newline = 0x0a;
/** A board that never ends its line must not fill the memory. */
const longestLine = 4_096;

/** CSI and OSC sequences as terminals know them (ECMA-48); ESP-IDF uses the first for its colours. */
// oxlint-disable-next-line no-control-regex
const escapeSequence = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;
/** Everything a screen would not show, but for the tabulator. */
const control = /[^\P{Cc}\t]/gu;

/** Cuts a stream of any bytes into lines; nothing is lost and nothing is changed. */
export class LogLineSplitter {
  #held: Buffer = Buffer.alloc(0);

  /** Whether a line has begun that has not ended. */
  get hasPartial(): boolean {
    return this.#held.length > 0;
  }

  push(bytes: Uint8Array): readonly RawLine[] {
    let rest: Buffer = Buffer.concat([this.#held, bytes]);
    const lines: RawLine[] = [];
    for (;;) {
      const end = rest.indexOf(newline);
      if (end !== -1 && end < longestLine) {
        lines.push(lineOf(rest.subarray(0, end + 1), true));
        rest = rest.subarray(end + 1);
      } else if (rest.length > longestLine) {
        const length = wholeCharacters(rest, longestLine);
        lines.push(lineOf(rest.subarray(0, length), false));
        rest = rest.subarray(length);
      } else {
        this.#held = rest;
        return lines;
      }
    }
  }

  /** The line that has begun, as it is: for prompts, which wait for an answer without a line end. */
  flush(): RawLine | undefined {
    if (this.#held.length === 0) return undefined;
    const line = lineOf(this.#held, false);
    this.#held = Buffer.alloc(0);
    return line;
  }
}

function lineOf(raw: Buffer, complete: boolean): RawLine {
  const text = raw
    .toString('utf8')
    .replace(/[\r\n]+$/, '')
    .replace(escapeSequence, '')
    .replace(control, '');
  return { raw, text, complete };
}

/** The longest length up to `length` that does not cut a UTF-8 character in two. */
function wholeCharacters(bytes: Buffer, length: number): number {
  for (let back = 0; back < 4; back++) {
    const byte = bytes[length - back] ?? 0;
    if ((byte & 0xc0) !== 0x80) return length - back;
  }
  return length;
}
