import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { writeFailure } from './backup-files.ts';

/** Numbers and dates compress well at once; more effort wins a few percent for several times the time. */
const compressionLevel = 3;

/** A zip file that grows part by part and is of use only once it was finished. */
export class ArchiveWriter {
  readonly #zip = new yazl.ZipFile();
  readonly #path: string;
  readonly #mtime: Date;
  readonly #stop = new AbortController();
  readonly #written: Promise<void>;

  /** Refuses to touch a file that is there. */
  constructor(path: string, createdMs: number) {
    this.#path = path;
    this.#mtime = new Date(createdMs);
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    this.#written = pipeline(this.#zip.outputStream, file, { signal: this.#stop.signal });
    this.#written.catch(() => undefined);
    // A part whose source fails is told to whoever adds it.
    this.#zip.on('error', () => undefined);
  }

  /**
   * Resolves when the source was read to its end.
   *
   * @param large more than 4 GB is possible
   * @throws what the source throws; AppError `backup.disk-full`, `file.unwritable`
   */
  async add(path: string, source: AsyncIterable<Buffer>, large: boolean): Promise<void> {
    const stream = Readable.from(source, { objectMode: false });
    this.#zip.addReadStream(stream, path, {
      mtime: this.#mtime,
      mode: 0o100644,
      compressionLevel,
      forceZip64Format: large,
    });
    try {
      await Promise.race([finished(stream), this.#failure()]);
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  /** The last part; its sha256 becomes the comment of the archive. Resolves when all of it is on the disk. */
  async finish(path: string, content: Buffer): Promise<void> {
    this.#zip.addBuffer(content, path, { mtime: this.#mtime, mode: 0o100644 });
    const comment = createHash('sha256').update(content).digest('hex');
    this.#zip.end({ forceZip64Format: false, comment });
    try {
      await this.#written;
      const file = await open(this.#path, 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      throw writeFailure(error, this.#path);
    }
  }

  /** Closes the file as it stands. */
  async abandon(): Promise<void> {
    this.#stop.abort();
    await this.#written.catch(() => undefined);
  }

  async #failure(): Promise<never> {
    try {
      await this.#written;
    } catch (error) {
      throw writeFailure(error, this.#path);
    }
    throw new Error('the archive ended before it was finished');
  }
}
