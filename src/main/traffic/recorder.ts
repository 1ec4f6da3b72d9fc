import { open, statfs, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { MessageFilter } from '../../shared/contract/traffic-messages.ts';
import type { Recording } from '../../shared/contract/traffic-parts.ts';
import { AppError, reportOf } from '../../shared/domain/app-error.ts';
import {
  freeSpaceEveryMs,
  recordedPayloadBytesAtMost,
  recordingBacklogBytes,
  recordingReserveBytes,
} from './limits.ts';
import { recordingLine } from './recording-line.ts';
import type { SeenMessage } from './source.ts';

const gatherMs = 50;
/** `EDQUOT` is a quota, `EFBIG` the largest file that the disk's format takes: for a person the same. */
const fullCodes: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

export interface RecorderParts {
  readonly path: string;
  readonly startedMs: number;
  readonly source: string;
  readonly filter: MessageFilter;
  /** Something of its state is another. */
  readonly tell: () => void;
  /** It ended by itself. */
  readonly ended: () => void;
  /** Room that it leaves on the disk, bytes. */
  readonly reserveBytes?: number;
}

/**
 * Writes messages to one file as they come. Taking one never waits: what the disk is too slow for is counted as missed.
 * The file holds whole lines only, also after a full disk.
 */
export class Recorder {
  readonly #parts: RecorderParts;
  readonly #file: FileHandle;
  #waiting: Buffer[] = [];
  /** Of what waits and of what is being written. */
  #heldBytes = 0;
  #bytes = 0;
  #messages = 0;
  #missed = 0;
  #error: Recording['error'] = null;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lookedMs = performance.now();
  #over = false;
  #closed: Promise<void> | undefined;

  private constructor(parts: RecorderParts, file: FileHandle) {
    this.#parts = parts;
    this.#file = file;
  }

  /** @throws AppError `traffic.disk-full`, `file.unwritable` */
  static async open(parts: RecorderParts): Promise<Recorder> {
    try {
      await mustHaveRoom(parts);
      return new Recorder(parts, await open(parts.path, 'wx', 0o600));
    } catch (error) {
      throw writeFailure(error, parts.path);
    }
  }

  state(): Recording {
    const { path, startedMs, source, filter } = this.#parts;
    return {
      name: basename(path),
      bytes: this.#bytes,
      startedMs,
      messages: this.#messages,
      source,
      filter,
      running: !this.#over,
      missed: this.#missed,
      error: this.#error,
    };
  }

  take(seen: SeenMessage): void {
    if (this.#over) return;
    if (seen.payload.length > recordedPayloadBytesAtMost || this.#heldBytes > recordingBacklogBytes) {
      this.#missed++;
      this.#parts.tell();
      return;
    }
    const line = Buffer.from(recordingLine(seen));
    this.#waiting.push(line);
    this.#heldBytes += line.length;
    if (this.#writing === undefined) this.#timer ??= setTimeout(() => this.#begin(), gatherMs);
  }

  /** Writes what waits, and ends. @param error why, where it was not asked to */
  stop(error: AppError | null = null): Promise<void> {
    this.#over = true;
    if (error !== null) this.#error ??= reportOf(error);
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
      if (this.#waiting.length > 0 && !this.#over) this.#timer ??= setTimeout(() => this.#begin(), gatherMs);
    });
  }

  async #write(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      await this.#append(batch);
      if (performance.now() - this.#lookedMs > freeSpaceEveryMs) {
        this.#lookedMs = performance.now();
        await mustHaveRoom(this.#parts);
      }
    } catch (error) {
      await this.#failed(writeFailure(error, this.#parts.path));
    } finally {
      this.#heldBytes -= batch.reduce((sum, line) => sum + line.length, 0);
      this.#parts.tell();
    }
  }

  /** On a disk that fills up, what went onto it counts as far as it is whole lines. */
  async #append(lines: readonly Buffer[]): Promise<void> {
    const bytes = Buffer.concat(lines);
    let written = 0;
    try {
      while (written < bytes.length)
        written += (await this.#file.write(bytes, written, bytes.length - written)).bytesWritten;
    } finally {
      for (const { length } of lines) {
        written -= length;
        if (written < 0) this.#missed++;
        else {
          this.#bytes += length;
          this.#messages++;
        }
      }
    }
  }

  /** The part of a line that still went onto the disk goes again. */
  async #failed(error: AppError): Promise<void> {
    this.#over = true;
    this.#error = reportOf(error);
    this.#missed += this.#waiting.length;
    this.#waiting = [];
    await this.#file.truncate(this.#bytes).catch(() => undefined);
    this.#closed ??= this.#file.close().catch(() => undefined);
    this.#parts.tell();
    this.#parts.ended();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
    if (this.#waiting.length > 0) await this.#write();
    await this.#file.sync().catch(() => undefined);
    await this.#file.close().catch(() => undefined);
    this.#parts.tell();
  }
}

async function mustHaveRoom({ path, reserveBytes = recordingReserveBytes }: RecorderParts): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize >= reserveBytes) return;
  throw new AppError('traffic.disk-full', 'The disk is too full to record.', {
    file: path,
    freeBytes: bavail * bsize,
    neededBytes: reserveBytes,
  });
}

export function writeFailure(error: unknown, file: string): AppError {
  if (error instanceof AppError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return fullCodes.includes(code)
    ? new AppError('traffic.disk-full', `There is no room for ${file}.`, { file }, error)
    : new AppError('file.unwritable', `${file} cannot be written.`, { file }, error);
}
