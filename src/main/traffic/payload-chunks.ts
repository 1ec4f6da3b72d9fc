const chunkBytes = 1_048_576;
/** A larger payload gets a chunk of its own. */
const sharedAtMost = 131_072;

interface Chunk {
  readonly bytes: Buffer;
  used: number;
}

/**
 * Payloads one behind the other in large buffers, oldest first: no object per message for the collector of garbage to
 * look at, and no buffer of a socket kept alive by a small part of it.
 */
export class PayloadChunks {
  readonly #chunks = new Map<number, Chunk>();
  #first = 0;
  #last = -1;
  #spare: Buffer | undefined;

  /** Copies it behind the others. @returns where it lies */
  add(payload: Buffer, length: number): { readonly chunk: number; readonly offset: number } {
    let chunk = this.#chunks.get(this.#last);
    if (chunk === undefined || chunk.bytes.length - chunk.used < length) {
      chunk = { bytes: this.#buffer(length), used: 0 };
      this.#last++;
      this.#chunks.set(this.#last, chunk);
    }
    const offset = chunk.used;
    payload.copy(chunk.bytes, offset, 0, length);
    chunk.used += length;
    return { chunk: this.#last, offset };
  }

  /** A view, valid until that chunk is let go: copy what is to live longer. */
  at(chunk: number, offset: number, length: number): Buffer {
    return this.#chunks.get(chunk)?.bytes.subarray(offset, offset + length) ?? Buffer.alloc(0);
  }

  /** Nothing before this chunk is asked for any more. */
  letGoBefore(chunk: number): void {
    while (this.#first < chunk) {
      const gone = this.#chunks.get(this.#first);
      this.#chunks.delete(this.#first);
      this.#first++;
      if (gone?.bytes.length === chunkBytes) this.#spare = gone.bytes;
    }
  }

  /** Bytes of all chunks, full or not. */
  get allocatedBytes(): number {
    let bytes = this.#spare?.length ?? 0;
    for (const chunk of this.#chunks.values()) bytes += chunk.bytes.length;
    return bytes;
  }

  #buffer(length: number): Buffer {
    if (length > sharedAtMost) return Buffer.allocUnsafeSlow(length);
    const spare = this.#spare;
    this.#spare = undefined;
    return spare ?? Buffer.allocUnsafeSlow(chunkBytes);
  }
}
