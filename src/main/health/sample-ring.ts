const firstRows = 8;

/**
 * The newest rows of numbers by time, in ascending order, at most `capacity`. Flat memory that grows with what is there:
 * thousands of devices have one each. Rows may come in any order; one older than all of a full ring changes nothing, so
 * the rows that are kept do not depend on the order of arrival.
 */
export class SampleRing {
  readonly #columns: number;
  readonly #capacity: number;
  #rows: Float64Array;
  #length = 0;

  /** @param columns the time included, which is the first one */
  constructor(columns: number, capacity: number) {
    this.#columns = columns;
    this.#capacity = capacity;
    this.#rows = new Float64Array(columns * Math.min(firstRows, capacity));
  }

  get length(): number {
    return this.#length;
  }

  /** `null` becomes NaN. @returns the row's place, or -1 where it was too old */
  put(row: readonly (number | null)[]): number {
    const timeMs = row[0] ?? Number.NaN;
    let at = this.#length;
    while (at > 0 && this.at(at - 1, 0) > timeMs) at--;
    if (at > 0 && this.at(at - 1, 0) === timeMs) return this.#write(at - 1, row);
    if (this.#length === this.#capacity) {
      if (at === 0) return -1;
      this.#rows.copyWithin(0, this.#columns, at * this.#columns);
      return this.#write(at - 1, row);
    }
    this.#grow();
    this.#rows.copyWithin((at + 1) * this.#columns, at * this.#columns, this.#length * this.#columns);
    this.#length++;
    return this.#write(at, row);
  }

  has(timeMs: number): boolean {
    return this.indexOf(timeMs) !== -1;
  }

  indexOf(timeMs: number): number {
    for (let i = this.#length - 1; i >= 0 && this.at(i, 0) >= timeMs; i--)
      if (this.at(i, 0) === timeMs) return i;
    return -1;
  }

  at(row: number, column: number): number {
    return this.#rows[row * this.#columns + column] ?? Number.NaN;
  }

  map<T>(form: (row: (column: number) => number) => T): readonly T[] {
    return Array.from({ length: this.#length }, (_, row) => form((column) => this.at(row, column)));
  }

  #write(at: number, row: readonly (number | null)[]): number {
    for (let column = 0; column < this.#columns; column++)
      this.#rows[at * this.#columns + column] = row[column] ?? Number.NaN;
    return at;
  }

  #grow(): void {
    const needed = (this.#length + 1) * this.#columns;
    if (needed <= this.#rows.length) return;
    const larger = new Float64Array(Math.min(this.#rows.length * 2, this.#capacity * this.#columns));
    larger.set(this.#rows);
    this.#rows = larger;
  }
}
