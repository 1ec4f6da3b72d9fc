import type { VirtualLine } from '../../src/simulator/esp32/board-line.ts';
import { until } from './until.ts';

/** Everything that a board says on its line, to be waited for. */
export class BoardLog {
  readonly #parts: Buffer[] = [];

  constructor(line: VirtualLine) {
    line.onData((bytes) => void this.#parts.push(bytes));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }

  clear(): void {
    this.#parts.length = 0;
  }

  async says(text: string): Promise<void> {
    try {
      await until(() => this.text.includes(text), { what: `the board says "${text}"` });
    } catch (error) {
      throw new Error(`${String(error)}; it said:\n${this.text}`, { cause: error });
    }
  }
}
