import { createWriteStream, mkdirSync, renameSync, rmSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

const fileBytes = 2_000_000;
const filesKept = 4;

export interface RotatingFileOptions {
  /** A file larger than this is put aside before the next line. */
  readonly bytes?: number;
  /** The present one and those put aside, `NAME.1` the youngest of them. */
  readonly files?: number;
}

/** A log file of bounded size, a few of them. Losing lines to a full disk must never end the application. */
export class RotatingFile extends Writable {
  readonly #folder: string;
  readonly #name: string;
  readonly #bytesAtMost: number;
  readonly #files: number;
  #bytes = 0;
  #file: WriteStream;

  constructor(folder: string, name: string, options: RotatingFileOptions = {}) {
    super({ decodeStrings: false });
    // Something that still speaks while the application closes must not end it with a failure.
    this.on('error', () => undefined);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#name = name;
    this.#bytesAtMost = options.bytes ?? fileBytes;
    this.#files = options.files ?? filesKept;
    this.#file = this.#open();
  }

  override _write(
    chunk: string | Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    if (this.#bytes > this.#bytesAtMost) this.#rotate();
    // A disk that was full closed the file; it may have room again.
    if (this.#file.destroyed) this.#file = this.#open();
    this.#bytes += Buffer.byteLength(chunk);
    this.#file.write(chunk, () => done());
  }

  finish(): Promise<void> {
    return new Promise((resolve) => this.end(() => this.#file.end(() => resolve())));
  }

  #open(): WriteStream {
    const path = join(this.#folder, this.#name);
    this.#bytes = sizeOf(path);
    const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
    file.on('error', () => undefined);
    return file;
  }

  #rotate(): void {
    this.#file.end();
    const path = (index: number): string =>
      join(this.#folder, index === 0 ? this.#name : `${this.#name}.${index}`);
    for (let index = this.#files - 1; index >= 0; index--) {
      try {
        if (index === this.#files - 1) rmSync(path(index), { force: true });
        else renameSync(path(index), path(index + 1));
      } catch {
        // That one was never written, or the system holds it; the present one is appended to then.
      }
    }
    this.#file = this.#open();
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
