import { parse } from 'csv-parse';
import { pipeline } from 'node:stream/promises';
import type { ConformityRule, RuleLineFault } from '../../shared/contract/conformity.ts';
import { ruleLinesShown } from '../../shared/domain/conformity-rules.ts';
import {
  bad,
  guarded,
  neededColumns,
  readRuleLine,
  ruleColumns,
  type BadCell,
  type FileRule,
  type RuleColumn,
} from './rule-lines.ts';

export interface RuleFile {
  readonly rules: readonly { readonly line: number; readonly rule: FileRule }[];
  /** The first of them; the others are counted. */
  readonly faults: readonly RuleLineFault[];
  readonly moreFaults: number;
}

/** More than any installation has; what a file holds beyond is a fault of that line. */
const rulesMost = 10_000;
/** A quote that is never closed ends here. */
const lineMostBytes = 20_000;
const chunkBytes = 65_536;

/** Faults by line, of which only the first are kept, whatever the file holds. */
export class LineFaults {
  readonly #kept: RuleLineFault[];
  #more: number;

  constructor(before: Pick<RuleFile, 'faults' | 'moreFaults'> = { faults: [], moreFaults: 0 }) {
    this.#kept = [...before.faults];
    this.#more = before.moreFaults;
  }

  add(line: number, { reason, value }: BadCell): void {
    if (this.#kept.length < ruleLinesShown) this.#kept.push({ line, reason, value });
    else this.#more++;
  }

  get count(): number {
    return this.#kept.length + this.#more;
  }

  report(): Pick<RuleFile, 'faults' | 'moreFaults'> {
    return { faults: [...this.#kept].sort((a, b) => a.line - b.line), moreFaults: this.#more };
  }
}

/**
 * Reads rules in the warehouse's columns, in any order and with others between them; separated by commas, semicolons
 * (then with decimal commas, as a French spreadsheet writes) or tabs, with or without a byte order mark. The file is
 * read as it comes: a million bad lines cost a hundred of them.
 */
export async function readRuleFile(file: Blob, signal: AbortSignal): Promise<RuleFile> {
  const delimiter = delimiterOf(await file.slice(0, lineMostBytes).text());
  const lines = new RuleLines(delimiter !== ',');
  // Each line is read as the parser meets it, and leaves nothing in its queue.
  const parser = parse({
    bom: true,
    delimiter,
    max_record_size: lineMostBytes,
    relax_column_count: true,
    skip_empty_lines: true,
    on_record: (record: string[], context) => {
      lines.add(context.lines, record);
      // Before its first line the parser expects no number of cells; later it makes an error of every other number,
      // also where these are allowed, and a million errors take minutes.
      Object.assign(parser.info, { records: 0 });
      return null;
    },
  });
  try {
    await pipeline(chunksOf(file, signal), parser.resume());
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_'))) throw error;
    const line = 'lines' in error ? Number(error.lines) : 1;
    lines.faults.add(Number.isFinite(line) ? line : 1, bad('csv', ''));
  }
  return lines.end();
}

/** Others get their turn between two pieces: they are parsed without a pause. */
async function* chunksOf(file: Blob, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < file.size; at += chunkBytes) {
    signal.throwIfAborted();
    yield Buffer.from(await file.slice(at, at + chunkBytes).arrayBuffer());
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What the lines of a file come to, the heading being the first. */
class RuleLines {
  readonly faults = new LineFaults();
  readonly #decimalComma: boolean;
  readonly #rules: { line: number; rule: FileRule }[] = [];
  readonly #ids = new Set<number>();
  #columns: readonly (RuleColumn | null)[] | undefined;

  constructor(decimalComma: boolean) {
    this.#decimalComma = decimalComma;
  }

  add(line: number, record: readonly string[]): void {
    if (this.#columns === undefined) {
      this.#columns = columnsOf(record);
      if (this.#columns.length === 0) this.faults.add(line, bad('columns', record.join(' ').slice(0, 200)));
      return;
    }
    // Without a heading nothing is known of a line.
    if (this.#columns.length === 0) return;
    const read = readLine(record, this.#columns, this.#decimalComma);
    if ('reason' in read) this.faults.add(line, read);
    else if (read.id !== null && this.#ids.has(read.id))
      this.faults.add(line, bad('id-twice', String(read.id)));
    else if (this.#rules.length === rulesMost) this.faults.add(line, bad('too-many', ''));
    else {
      if (read.id !== null) this.#ids.add(read.id);
      this.#rules.push({ line, rule: read });
    }
  }

  end(): RuleFile {
    if (this.#columns === undefined && this.faults.count === 0) this.faults.add(1, bad('columns', ''));
    return { rules: this.#rules, ...this.faults.report() };
  }
}

function readLine(
  record: readonly string[],
  columns: readonly (RuleColumn | null)[],
  decimalComma: boolean,
): FileRule | BadCell {
  // One cell too many is most often a comma that belongs to a number or a text.
  if (record.length !== columns.length) return bad('cells', record.join(' | ').slice(0, 200));
  const cells = columns.flatMap((column, index) => (column === null ? [] : [[column, record[index]]]));
  return readRuleLine(Object.fromEntries(cells) as Partial<Record<RuleColumn, string>>, decimalComma);
}

/** Which of our columns stands where; none where one that is needed is missing or stands there twice. */
function columnsOf(heading: readonly string[]): readonly (RuleColumn | null)[] {
  const names = heading.map((name) => name.trim().toLowerCase());
  const columns = names.map((name) => ruleColumns.find((column) => column === name) ?? null);
  const known = columns.filter((column) => column !== null);
  const complete = neededColumns.every((column) => known.includes(column));
  return complete && new Set(known).size === known.length ? columns : [];
}

/** What stands most often in the first line; names of columns hold none of the three. */
function delimiterOf(head: string): ',' | ';' | '\t' {
  const [first = ''] = head.replace(/^[\uFEFF\r\n]+/, '').split(/[\r\n]/, 1);
  const times = (mark: string): number => first.split(mark).length;
  const [most] = ([',', ';', '\t'] as const).toSorted((a, b) => times(b) - times(a));
  return most ?? ',';
}

/** The same columns for the warehouse: commas, times in ISO 8601, numbers as they are stored. */
export function ruleFileText(rules: readonly ConformityRule[]): string {
  const lines = rules.map((rule) =>
    [
      String(rule.id),
      rule.siteRef,
      rule.metricType,
      rule.minAllowed === null ? '' : String(rule.minAllowed),
      rule.maxAllowed === null ? '' : String(rule.maxAllowed),
      rule.criticality,
      guarded(rule.description),
      new Date(rule.createdMs).toISOString(),
      new Date(rule.updatedMs).toISOString(),
    ]
      .map((cell) =>
        /[",\n\r]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell,
      )
      .join(','),
  );
  return [ruleColumns.join(','), ...lines, ''].join('\r\n');
}
