import { createHash, randomBytes, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PassThrough, Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { syncFolder } from '../../foundation/atomic-file.ts';
import { sealedText, sealLength, sealPrefix } from './bundle-manifest.ts';
import type { SigningKey } from './signing-key.ts';

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** `EDQUOT` is a quota, `EFBIG` the largest file that the disk's format takes: for a person the same. */
const fullCodes: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

export function writeFailure(error: unknown, file: string): unknown {
  if (isAppError(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (fullCodes.includes(code))
    return new AppError('survey.disk-full', `There is no room for the report ${file}.`, { file }, error);
  // What is no failure of the system came from what was to be written.
  if (!/^E[A-Z]+$/.test(code)) return error;
  return new AppError('file.unwritable', `${file} cannot be written.`, { file }, error);
}

/** A ZIP file under a name of its own until it is whole, sealed and on the disk. */
export class SealedArchive {
  readonly #file: string;
  readonly #beside: string;
  readonly #mtime: Date;
  readonly #zip = new yazl.ZipFile();
  readonly #stop = new AbortController();
  readonly #written: Promise<void>;

  constructor(file: string, createdMs: number) {
    this.#file = file;
    this.#beside = join(
      dirname(file),
      `.${basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}.part`,
    );
    this.#mtime = new Date(createdMs);
    const target = createWriteStream(this.#beside, { flags: 'wx', mode: 0o600 });
    this.#written = pipeline(this.#zip.outputStream, target, { signal: this.#stop.signal });
    this.#written.catch(() => undefined);
    this.#zip.on('error', () => undefined);
  }

  /**
   * Adds a file while `write` fills it; resolves when all of it was read.
   *
   * @param compressed it is already: nothing would be won by trying again
   * @throws what `write` throws, AppError `survey.disk-full`, `file.unwritable`
   */
  async add(
    path: string,
    compressed: boolean,
    write: (into: NodeJS.WritableStream) => Promise<void>,
  ): Promise<WrittenFile> {
    const meter = new Meter();
    const out = new PassThrough();
    this.#zip.addReadStream(out, path, { mtime: this.#mtime, mode: 0o100644, compress: !compressed });
    const flow = pipeline(meter, out);
    flow.catch(() => undefined);
    let broken: unknown;
    const failed = this.#written.then(
      () => undefined,
      (error: unknown) => {
        broken = writeFailure(error, this.#file);
        meter.destroy();
        throw broken;
      },
    );
    failed.catch(() => undefined);
    try {
      await Promise.race([Promise.all([write(meter), flow]), failed]);
    } catch (error) {
      meter.destroy();
      out.destroy();
      // The stream may break because the disk did: the disk's reason is the one that helps.
      throw broken ?? error;
    }
    return { path, bytes: meter.bytes, sha256: meter.sha256() };
  }

  addText(path: string, pieces: () => Iterable<string>): Promise<WrittenFile> {
    return this.add(path, false, (into) => pipeline(Readable.from(pieces()), into));
  }

  /**
   * Seals all of it and only then gives it its name.
   *
   * @returns its size in bytes
   */
  async finish(key: SigningKey): Promise<number> {
    try {
      this.#zip.end({ forceZip64Format: false, comment: sealPrefix.padEnd(sealLength, '.') });
      await this.#written;
      const { size } = await stat(this.#beside);
      const hash = createHash('sha256');
      for await (const piece of createReadStream(this.#beside, { end: size - sealLength - 1 }))
        hash.update(piece as Buffer);
      const seal = key.sign(sealedText(hash.digest('hex'))).toString('base64');
      const file = await open(this.#beside, 'r+');
      try {
        await file.write(`${sealPrefix}${seal}`, size - sealLength, 'latin1');
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(this.#beside, this.#file);
      await syncFolder(dirname(this.#file));
      return size;
    } catch (error) {
      throw writeFailure(error, this.#file);
    }
  }

  /** Nothing of it is left. */
  async abandon(): Promise<void> {
    this.#stop.abort();
    await this.#written.catch(() => undefined);
    await rm(this.#beside, { force: true });
  }
}

/** Counts and hashes what goes through. */
class Meter extends Transform {
  bytes = 0;
  readonly #hash: Hash = createHash('sha256');

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += piece.length;
    this.#hash.update(piece);
    done(null, piece);
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}
