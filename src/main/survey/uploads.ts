import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/domain/app-error.ts';
import { pieceBytesMost } from '../../shared/domain/survey-limits.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Closable } from '../foundation/disposer.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { uploadBytesMost, uploadIdleMs, uploadsMost, uploadSpareBytes } from './limits.ts';

interface Upload {
  readonly path: string;
  readonly queue: SerialQueue;
  received: number;
  usedMs: number;
}

/**
 * Files on their way to and from the page, in pieces, in a folder of this alone. What a crash left there goes at the
 * next start.
 */
export class Uploads implements Closable {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #files = new Map<string, Upload>();
  #clean: Promise<void> | undefined;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** A new file, empty. @throws AppError `survey.too-many` */
  async create(): Promise<{ readonly id: string; readonly path: string }> {
    await this.#ready();
    await this.#closeIdle();
    if (this.#files.size >= uploadsMost)
      throw new AppError('survey.too-many', 'Too many files are open at once.', { most: uploadsMost });
    const id = randomUUID();
    const path = join(this.#folder, id);
    await (await open(path, 'wx', 0o600)).close();
    this.#files.set(id, { path, queue: new SerialQueue(), received: 0, usedMs: this.#clock.now() });
    return { id, path };
  }

  /** @throws AppError `survey.file-gone`, `survey.file-too-large`, `request.invalid` where it is not the next piece */
  append(id: string, offset: number, chunk: Uint8Array): Promise<number> {
    const upload = this.#file(id);
    return upload.queue.run(async () => {
      if (offset !== upload.received || chunk.length > pieceBytesMost)
        throw new AppError('request.invalid', 'offset: not the next piece.', { field: 'offset' });
      await this.#mustFit(upload.received + chunk.length);
      const handle = await open(upload.path, 'r+');
      try {
        await handle.write(chunk, 0, chunk.length, offset);
      } finally {
        await handle.close();
      }
      upload.received += chunk.length;
      return upload.received;
    });
  }

  /** @throws AppError `survey.file-gone` */
  path(id: string): string {
    return this.#file(id).path;
  }

  /** All of it, which must be `most` bytes at the most. @throws AppError `survey.file-gone`, `survey.file-too-large` */
  async bytes(id: string, most: number): Promise<Uint8Array> {
    const { path } = this.#file(id);
    const { size } = await stat(path);
    if (size > most)
      throw new AppError('survey.file-too-large', `The file has more than ${most} bytes.`, {
        bytes: size,
        most,
      });
    return new Uint8Array(await readFile(path));
  }

  /** @throws AppError `survey.file-gone` */
  async piece(id: string, offset: number): Promise<{ readonly piece: Uint8Array; readonly more: boolean }> {
    const handle = await open(this.#file(id).path, 'r');
    try {
      const { size } = await handle.stat();
      const buffer = new Uint8Array(Math.max(0, Math.min(pieceBytesMost, size - offset)));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      return { piece: buffer.subarray(0, bytesRead), more: offset + bytesRead < size };
    } finally {
      await handle.close();
    }
  }

  async release(id: string): Promise<void> {
    const file = this.#files.get(id);
    this.#files.delete(id);
    if (file !== undefined) await rm(file.path, { force: true });
  }

  async close(): Promise<void> {
    this.#files.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #mustFit(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    if (bytes > uploadBytesMost || bavail * bsize < uploadSpareBytes)
      throw new AppError('survey.file-too-large', 'There is no room for the file.', {
        bytes,
        most: uploadBytesMost,
      });
  }

  #file(id: string): Upload {
    const file = this.#files.get(id);
    if (file === undefined) throw new AppError('survey.file-gone', 'The file is not open any more.');
    file.usedMs = this.#clock.now();
    return file;
  }

  /** Only one application has the data folder: what lies here at its first use is of one that is gone. */
  #ready(): Promise<void> {
    this.#clean ??= rm(this.#folder, { recursive: true, force: true }).then(async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    });
    return this.#clean;
  }

  async #closeIdle(): Promise<void> {
    const before = this.#clock.now() - uploadIdleMs;
    for (const [id, { usedMs }] of this.#files) if (usedMs < before) await this.release(id);
  }
}
