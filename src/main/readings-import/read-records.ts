import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { FaultReason, ImportMapping } from '../../shared/contract/readings-import.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { lineCharsAtMost, linesInRecordAtMost, readBytes } from './limits.ts';

/** One line of a file in its cells, or why it has none. */
export interface FileRecord {
  /** The first being 1; the first of them where a quoted cell spans several. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly fault?: FaultReason;
  /** The line as it stands, for a fault. */
  readonly text?: string;
}

type Form = Pick<ImportMapping, 'encoding' | 'separator'>;

export interface RecordSource {
  readonly path: string;
  /** Of the beginning only. */
  readonly bytes?: number;
  /** Told how much was read so far. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * The lines of a CSV file (RFC 4180, and what spreadsheets make of it), some at a time, in constant memory. Empty
 * lines are left out. A line without quotes is cut at its separators, which is eight times as fast as parsing it; the
 * others go through csv-parse, together as long as it finds as many records in them as there are lines, else each on
 * its own: a stray quote spoils its own line, and every line keeps its number.
 *
 * @throws AppError `file.unreadable`
 */
export async function* readRecords(source: RecordSource, form: Form): AsyncGenerator<readonly FileRecord[]> {
  const assembler = new RecordAssembler(form.separator);
  const decoder = new TextDecoder(form.encoding);
  let read = 0;
  const end = source.bytes === undefined ? {} : { end: source.bytes - 1 };
  const stream = createReadStream(source.path, { highWaterMark: readBytes, ...end });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      read += chunk.length;
      source.onRead?.(read);
      const records = assembler.take(decoder.decode(chunk, { stream: true }));
      if (records.length > 0) yield records;
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new AppError(
        'file.unreadable',
        `The file ${source.path} cannot be read.`,
        { file: source.path },
        error,
      );
    throw error;
  } finally {
    stream.destroy();
  }
  // A sample ends in the middle of a line.
  const rest = source.bytes === undefined || read < source.bytes ? assembler.end(decoder.decode()) : [];
  if (rest.length > 0) yield rest;
}

/** A record whose quotes are not closed yet. */
interface OpenRecord {
  readonly line: number;
  readonly text: string;
  readonly lines: string[];
}

/** A line with quotes that is yet to be parsed. */
interface QuotedLine {
  readonly line: number;
  readonly quoted: string;
}

type Found = FileRecord | QuotedLine;

/** Puts text together to lines and lines to records. */
class RecordAssembler {
  readonly #separator: string;
  #rest = '';
  #line = 0;
  /** Of a line that is too long, the rest up to its end is passed over. */
  #skipping = false;
  #open: OpenRecord | undefined;
  #afterReturn = false;

  constructor(separator: string) {
    this.#separator = separator;
  }

  take(piece: string): readonly FileRecord[] {
    return this.#parsed(this.#cut(piece));
  }

  #cut(piece: string): Found[] {
    // CR alone ends a line too, and CR LF may be cut between the two.
    let text = this.#afterReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    this.#afterReturn = piece === '' ? this.#afterReturn : piece.endsWith('\r');
    if (text.includes('\r')) text = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
    const records: Found[] = [];
    const whole = this.#rest + text;
    let from = 0;
    for (;;) {
      const end = whole.indexOf('\n', from);
      if (end < 0) break;
      this.#takeLine(whole.slice(from, end), records);
      from = end + 1;
    }
    this.#rest = whole.slice(from);
    if (this.#rest.length > lineCharsAtMost) {
      if (!this.#skipping) {
        this.#closeOpen(records);
        records.push(this.#tooLong(this.#line + 1, this.#rest));
      }
      this.#skipping = true;
      this.#rest = '';
    }
    return records;
  }

  end(piece: string): readonly FileRecord[] {
    const records = this.#cut(piece);
    if (this.#rest !== '' || this.#skipping) this.#takeLine(this.#rest, records);
    this.#closeOpen(records);
    return this.#parsed(records);
  }

  #takeLine(text: string, records: Found[]): void {
    this.#line++;
    if (this.#skipping) {
      this.#skipping = false;
      return;
    }
    if (text.length > lineCharsAtMost) {
      this.#closeOpen(records);
      records.push(this.#tooLong(this.#line, text));
      return;
    }
    if (this.#open !== undefined) {
      this.#continue(this.#open, text, records);
      return;
    }
    if (!text.includes('"')) {
      if (text.trim() !== '') records.push({ line: this.#line, cells: text.split(this.#separator) });
      return;
    }
    if (quotesOf(text) % 2 === 0) records.push({ line: this.#line, quoted: text });
    else this.#open = { line: this.#line, text, lines: [] };
  }

  #continue(open: OpenRecord, text: string, records: Found[]): void {
    open.lines.push(text);
    const whole = `${open.text}\n${open.lines.join('\n')}`;
    if (quotesOf(text) % 2 === 1) {
      this.#open = undefined;
      // What spans lines must be quoted by the rules: two stray quotes would make one line of two.
      const [cells] = this.#rows(whole, false) ?? [];
      if (cells !== undefined) records.push({ line: open.line, cells });
      else this.#release(open, records);
    } else if (open.lines.length >= linesInRecordAtMost || whole.length > lineCharsAtMost) {
      this.#closeOpen(records);
    }
  }

  /** A quote that is not closed: its own line is at fault, and those after it are lines as they stand. */
  #closeOpen(records: Found[]): void {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) this.#release(open, records);
  }

  #release(open: OpenRecord, records: Found[]): void {
    records.push({ line: open.line, cells: [], fault: 'quotes', text: open.text });
    open.lines.forEach((text, i) => {
      if (text.trim() !== '') records.push(this.#parse(open.line + 1 + i, text));
    });
  }

  #parsed(found: readonly Found[]): readonly FileRecord[] {
    const quoted = found.filter((one): one is QuotedLine => 'quoted' in one);
    if (quoted.length === 0) return found as readonly FileRecord[];
    const rows = this.#rows(quoted.map((one) => one.quoted).join('\n'));
    let at = 0;
    return found.map((one) => {
      if (!('quoted' in one)) return one;
      const cells = rows?.length === quoted.length ? rows[at++] : undefined;
      return cells === undefined ? this.#parse(one.line, one.quoted) : { line: one.line, cells };
    });
  }

  #rows(text: string, relaxed = true): readonly (readonly string[])[] | undefined {
    try {
      const options = { delimiter: this.#separator, relax_column_count: true, relax_quotes: relaxed };
      return parse(text, options);
    } catch {
      return undefined;
    }
  }

  #parse(line: number, text: string): FileRecord {
    const [cells] = this.#rows(text) ?? [];
    return cells === undefined ? { line, cells: [], fault: 'quotes', text } : { line, cells };
  }

  #tooLong(line: number, text: string): FileRecord {
    return { line, cells: [], fault: 'too-long', text: text.slice(0, 200) };
  }
}

function quotesOf(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++;
  return count;
}
