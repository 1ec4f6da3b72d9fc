import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { addedBytesAtMost, uploadIdleMs, uploadsAtMost } from './limits.ts';
import { recordedLines } from './recording-lines.ts';
import { writeFailure } from './recorder.ts';
import type { RecordingFolder } from './recording-folder.ts';

interface Upload {
  readonly path: string;
  readonly queue: SerialQueue;
  received: number;
  usedMs: number;
}

const hiddenForm = /^\.upload-/;

/** Recordings of elsewhere on their way into the folder: hidden there until each of their lines was read. */
export class RecordingUploads {
  readonly #folder: RecordingFolder;
  readonly #clock: Clock;
  readonly #uploads = new Map<string, Upload>();
  #clean: Promise<void> | undefined;

  constructor(folder: RecordingFolder, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** @throws AppError `request.invalid` where the piece is not the next one or is too much, `traffic.too-many`, `traffic.disk-full` */
  async append(
    id: string | null,
    offset: number,
    chunk: Blob,
  ): Promise<{ readonly upload: string; readonly received: number }> {
    const upload = id ?? (await this.#begin());
    return { upload, received: await this.#write(upload, offset, chunk) };
  }

  /**
   * Takes the last piece and, where every line can be read, puts the file among the recordings.
   *
   * @throws AppError as `append`, and `traffic.recording-damaged`: then nothing of it stays
   */
  async finish(
    id: string | null,
    rest: Blob,
    wanted: string,
    signal: AbortSignal,
  ): Promise<{ readonly name: string; readonly messages: number }> {
    const upload = id ?? (await this.#begin());
    const { path, received } = this.#upload(upload);
    try {
      await this.#write(upload, received, rest);
      let messages = 0;
      const lines = recordedLines(createReadStream(path, { highWaterMark: 1_000_000, signal }));
      while ((await lines.next()).done !== true) messages++;
      if (messages === 0)
        throw new AppError('traffic.recording-damaged', 'There is no message in the file.', {
          line: 1,
          reason: 'empty',
        });
      return { name: await this.#folder.adopt(path, wanted), messages };
    } finally {
      this.#uploads.delete(upload);
      await rm(path, { force: true });
    }
  }

  async close(): Promise<void> {
    for (const id of this.#uploads.keys()) await this.#drop(id);
  }

  async #begin(): Promise<string> {
    await this.#folder.ready();
    await (this.#clean ??= this.#removeAbandoned());
    for (const [id, { usedMs }] of this.#uploads)
      if (this.#clock.now() - usedMs > uploadIdleMs) await this.#drop(id);
    if (this.#uploads.size >= uploadsAtMost)
      throw new AppError('traffic.too-many', 'Too many files are on their way at once.', {
        what: 'uploads',
        most: uploadsAtMost,
      });
    const id = randomUUID();
    const path = join(this.#folder.path, `.upload-${id}`);
    this.#uploads.set(id, { path, queue: new SerialQueue(), received: 0, usedMs: this.#clock.now() });
    try {
      await (await open(path, 'wx', 0o600)).close();
    } catch (error) {
      this.#uploads.delete(id);
      throw writeFailure(error, path);
    }
    return id;
  }

  #write(id: string, offset: number, chunk: Blob): Promise<number> {
    const upload = this.#upload(id);
    return upload.queue.run(async () => {
      if (offset !== upload.received) throw invalid('offset', 'This is not the next piece of the file.');
      if (upload.received + chunk.size > addedBytesAtMost) {
        await this.#drop(id);
        throw invalid('file', `A recording of elsewhere may have ${addedBytesAtMost} bytes.`);
      }
      try {
        const file = await open(upload.path, 'r+');
        try {
          let at = offset;
          for await (const part of chunk.stream() as unknown as AsyncIterable<Uint8Array>) {
            for (let done = 0; done < part.length;)
              done += (await file.write(part, done, part.length - done, at + done)).bytesWritten;
            at += part.length;
          }
        } finally {
          await file.close();
        }
      } catch (error) {
        await this.#drop(id);
        throw writeFailure(error, upload.path);
      }
      upload.received += chunk.size;
      upload.usedMs = this.#clock.now();
      return upload.received;
    });
  }

  #upload(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload === undefined) throw invalid('upload', 'There is no such upload any more.');
    return upload;
  }

  async #drop(id: string): Promise<void> {
    const upload = this.#uploads.get(id);
    this.#uploads.delete(id);
    if (upload !== undefined) await rm(upload.path, { force: true });
  }

  /** What an application that was killed left behind. */
  async #removeAbandoned(): Promise<void> {
    for (const name of await readdir(this.#folder.path))
      if (hiddenForm.test(name)) await rm(join(this.#folder.path, name), { force: true });
  }
}

function invalid(field: string, message: string): AppError {
  return new AppError('request.invalid', message, { field });
}
