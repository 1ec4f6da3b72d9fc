import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Closable } from '../foundation/disposer.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { uploadBytesAtMost, uploadIdleMs, uploadsAtMost, uploadSpareBytes } from './limits.ts';

interface OpenFile {
  readonly path: string;
  readonly name: string;
  /** Of a file that is sent: how long it will be. */
  readonly upload: { readonly bytes: number; received: number; readonly queue: SerialQueue } | undefined;
  usedMs: number;
}

/**
 * The files that are to be imported: one on this machine by its path, or one that the page sends in pieces, which
 * lies in the application's folder until it is closed. What a crash left there goes at the next start.
 */
export class ImportFiles implements Closable {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #files = new Map<string, OpenFile>();
  #clean: Promise<void> | undefined;

  /** @param folder of this alone */
  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** @throws AppError `import.too-large`, `import.no-space`, `import.too-many-files` */
  async open(name: string, bytes: number): Promise<string> {
    await this.#ready();
    await this.#closeIdle();
    if ([...this.#files.values()].filter(({ upload }) => upload !== undefined).length >= uploadsAtMost)
      throw new AppError('import.too-many-files', 'Too many files are open at once.', {
        most: uploadsAtMost,
      });
    if (bytes > uploadBytesAtMost)
      throw new AppError('import.too-large', 'The file is too large to be sent.', {
        bytes,
        most: uploadBytesAtMost,
      });
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize < bytes + uploadSpareBytes)
      throw new AppError('import.no-space', 'There is no room for the file.', {
        bytes,
        free: bavail * bsize,
      });
    const id = randomUUID();
    const path = join(this.#folder, id);
    await (await open(path, 'wx', 0o600)).close();
    const upload = { bytes, received: 0, queue: new SerialQueue() };
    this.#files.set(id, { path, name: basename(name), upload, usedMs: this.#clock.now() });
    return id;
  }

  /** @throws AppError `import.file-gone`, `request.invalid` where the piece is not the next one or is too much */
  append(id: string, offset: number, chunk: Uint8Array): Promise<number> {
    const { path, upload } = this.#file(id);
    if (upload === undefined) throw outOfPlace('file');
    return upload.queue.run(async () => {
      if (offset !== upload.received) throw outOfPlace('offset');
      if (upload.received + chunk.length > upload.bytes) throw outOfPlace('chunk');
      const handle = await open(path, 'r+');
      try {
        await handle.write(chunk, 0, chunk.length, offset);
      } finally {
        await handle.close();
      }
      upload.received += chunk.length;
      return upload.received;
    });
  }

  /** @throws AppError `file.unreadable`, `request.invalid` */
  async openPath(path: string): Promise<string> {
    if (!isAbsolute(path)) throw outOfPlace('path');
    await this.#closeIdle();
    const facts = await stat(path).catch((error: unknown) => {
      throw new AppError('file.unreadable', `The file ${path} cannot be read.`, { file: path }, error);
    });
    if (!facts.isFile()) throw new AppError('file.unreadable', `${path} is no file.`, { file: path });
    const id = randomUUID();
    this.#files.set(id, { path, name: basename(path), upload: undefined, usedMs: this.#clock.now() });
    return id;
  }

  /** A file that is whole. @throws AppError `import.file-gone`, `request.invalid` */
  whole(id: string): { readonly path: string; readonly name: string } {
    const { path, name, upload } = this.#file(id);
    if (upload !== undefined && upload.received < upload.bytes) throw outOfPlace('file');
    return { path, name };
  }

  /** The person's own file stays where it is. */
  async release(id: string): Promise<void> {
    const file = this.#files.get(id);
    this.#files.delete(id);
    if (file?.upload !== undefined) await rm(file.path, { force: true });
  }

  async close(): Promise<void> {
    this.#files.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #file(id: string): OpenFile {
    const file = this.#files.get(id);
    if (file === undefined) throw new AppError('import.file-gone', 'The file is not open any more.');
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

function outOfPlace(field: string): AppError {
  return new AppError('request.invalid', `${field}: not as the file was announced.`, { field });
}
