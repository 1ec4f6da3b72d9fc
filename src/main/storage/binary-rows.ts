import type { Connection } from './database.ts';

const signatureBytes = 11;
const trailer = -1;
const nullLength = -1;
/** Dimensions, whether there are nulls, the element type; then length and lower bound of each dimension. */
const arrayHeaderBytes = 12;
const dimensionBytes = 8;
/** Microseconds from 1970 to 2000, where PostgreSQL's time begins. */
const epochShiftMs = 946_684_800_000;
const twoTo32 = 4_294_967_296;

/**
 * Runs a query and reads its rows in the binary format of `copy ... to stdout` (PostgreSQL's documentation, COPY,
 * "Binary Format"). Neither side turns numbers into text and back, which for a chart of twenty devices took longer
 * than the query. Parameters are not possible in a copy: values must stand in the text, quoted.
 */
export async function readBinary(
  connection: Connection,
  query: string,
  row: (reader: BinaryRow) => void,
): Promise<void> {
  const chunks: Buffer[] = [];
  await connection.copyOut(`copy (${query}) to stdout (format binary)`, async (stream) => {
    for await (const chunk of stream) chunks.push(chunk);
  });
  new BinaryRow(Buffer.concat(chunks)).forEach(row);
}

/** The fields of the present row, taken one after the other in the order of the query. */
export class BinaryRow {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
    const extension = buffer.readInt32BE(signatureBytes + 4);
    this.#at = signatureBytes + 8 + extension;
  }

  forEach(visit: (row: BinaryRow) => void): void {
    while (this.#buffer.readInt16BE(this.#at) !== trailer) {
      this.#at += 2;
      visit(this);
    }
  }

  text(): string {
    const length = this.#length();
    const from = this.#at;
    this.#at += Math.max(0, length);
    return this.#buffer.toString('latin1', from, this.#at);
  }

  /** `timestamptz` as epoch milliseconds, fractions included. */
  timestamp(): number | null {
    if (this.#length() === nullLength) return null;
    return this.#int64() / 1000 + epochShiftMs;
  }

  /** `bigint`; exact up to 2^53. */
  bigint(): number {
    return this.#length() === nullLength ? 0 : this.#int64();
  }

  /** `integer`. */
  integer(): number | null {
    if (this.#length() === nullLength) return null;
    this.#at += 4;
    return this.#buffer.readInt32BE(this.#at - 4);
  }

  /** `real`; what is no number counts as missing. */
  real(): number | null {
    return shortest(this.single());
  }

  /** The same in full: what it was rounded to, for means of it. */
  single(): number | null {
    if (this.#length() === nullLength) return null;
    this.#at += 4;
    const value = this.#buffer.readFloatBE(this.#at - 4);
    return Number.isFinite(value) ? value : null;
  }

  /** `double precision`; what is no number counts as missing. */
  double(): number | null {
    if (this.#length() === nullLength) return null;
    this.#at += 8;
    const value = this.#buffer.readDoubleBE(this.#at - 8);
    return Number.isFinite(value) ? value : null;
  }

  /** An array of one dimension; what is no number, or null, counts as missing. */
  array(type: 'timestamp' | 'bigint' | 'integer' | 'real' | 'single' | 'double'): (number | null)[] {
    if (this.#length() === nullLength) return [];
    const dimensions = this.#buffer.readInt32BE(this.#at);
    const count = dimensions === 0 ? 0 : this.#buffer.readInt32BE(this.#at + arrayHeaderBytes);
    this.#at += arrayHeaderBytes + dimensions * dimensionBytes;
    const values: (number | null)[] = Array.from({ length: count });
    for (let i = 0; i < count; i++) values[i] = this[type]();
    return values;
  }

  /** The same where none can be missing. */
  numbers(type: 'timestamp' | 'bigint'): number[] {
    return this.array(type) as number[];
  }

  #length(): number {
    this.#at += 4;
    return this.#buffer.readInt32BE(this.#at - 4);
  }

  #int64(): number {
    this.#at += 8;
    return this.#buffer.readInt32BE(this.#at - 8) * twoTo32 + this.#buffer.readUInt32BE(this.#at - 4);
  }
}

/** Of a sensor's hundredths: 22.5 was stored as the nearest single, and is meant to be read as 22.5 again. */
export function shortest(value: number | null): number | null {
  if (value === null) return null;
  const rounded = Math.round(value * 10_000) / 10_000;
  return Math.fround(rounded) === value ? rounded : value;
}
