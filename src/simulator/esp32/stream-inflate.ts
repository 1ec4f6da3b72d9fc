import { constants, createInflate, type Inflate } from 'node:zlib';

/**
 * zlib decompression of a stream that arrives in pieces; each piece's output is handed over before `push`
 * resolves, in order. Runs in zlib's own threads.
 */
export class StreamInflate {
  readonly #inflate: Inflate;
  readonly #onData: (bytes: Buffer) => void;
  #failed = false;
  #ended = false;

  constructor(onData: (bytes: Buffer) => void) {
    this.#onData = onData;
    // A stream that was cut short is no error of its own: whoever counts the bytes knows.
    this.#inflate = createInflate({ chunkSize: 0x1_0000, finishFlush: constants.Z_SYNC_FLUSH });
    this.#inflate.on('data', (bytes: Buffer) => this.#onData(bytes));
    this.#inflate.on('error', () => (this.#failed = true));
    this.#inflate.on('end', () => (this.#ended = true));
  }

  /** Whether the compressed stream has reached its own end. */
  get ended(): boolean {
    return this.#ended;
  }

  /** False once the data are no zlib stream or its check sum was wrong. */
  async push(bytes: Uint8Array): Promise<boolean> {
    if (this.#failed) return false;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#inflate.off('error', done);
        resolve();
      };
      this.#inflate.once('error', done);
      this.#inflate.write(bytes, done);
    });
    // Output that the stream holds back is emitted on the next ticks, all before the next turn of the loop.
    await new Promise((resolve) => setImmediate(resolve));
    return !this.#failed;
  }

  close(): void {
    this.#inflate.destroy();
  }
}
