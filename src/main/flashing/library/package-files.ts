import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { AppError } from '../../../shared/domain/app-error.ts';
import { insidePath, largestPackageBytes, largestPartBytes, mostPackageFiles, tooLarge } from './limits.ts';

/** Files of a package by their paths inside it. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

/**
 * Reads a zip file in memory. What an entry claims is never believed: bytes are counted while they are inflated,
 * and reading ends at the limit, so that an archive of a billion to one costs no more than an honest one.
 *
 * @throws AppError `firmware.archive-unreadable`, `firmware.unsafe-path`, `firmware.too-large`
 */
export async function readZip(archive: Uint8Array, signal?: AbortSignal): Promise<PackageFiles> {
  signal?.throwIfAborted();
  const zip = await opened(archive);
  const files = new Map<string, Uint8Array>();
  let total = 0;
  try {
    for await (const entry of entriesOf(zip)) {
      signal?.throwIfAborted();
      const name = entry.fileNameRaw.toString('utf8');
      // One path that leaves the package refuses the whole of it.
      const path = insidePath(name);
      if (/[/\\]$/.test(name)) continue;
      if (files.size >= mostPackageFiles) throw tooLarge('the package', mostPackageFiles);
      const room = Math.min(largestPartBytes, largestPackageBytes - total);
      const bytes = await inflated(zip, entry, path, room, signal);
      total += bytes.length;
      files.set(path, bytes);
    }
    return files;
  } catch (error) {
    if (error instanceof AppError || signal?.aborted === true) throw error;
    throw new AppError('firmware.archive-unreadable', 'The zip file cannot be read.', {}, error);
  } finally {
    zip.close();
  }
}

function opened(archive: Uint8Array): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
    // Names stay bytes, so that it is here that a path is judged: the library's own refusal tells no reason.
    fromBuffer(buffer, { lazyEntries: true, decodeStrings: false }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(new AppError('firmware.archive-unreadable', 'This is no zip file.', {}, error));
    });
  });
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      const done = (result: Entry | undefined, error?: Error): void => {
        zip.removeAllListeners();
        if (error === undefined) resolve(result);
        else reject(error);
      };
      zip.once('entry', (found: Entry) => done(found));
      zip.once('end', () => done(undefined));
      zip.once('error', (error: Error) => done(undefined, error));
      zip.readEntry();
    });
    if (entry === undefined) return;
    yield entry;
  }
}

async function inflated(
  zip: ZipFile,
  entry: Entry,
  path: string,
  room: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (entry.uncompressedSize > room) throw tooLarge(path, room);
  const stream = await new Promise<NodeJS.ReadableStream & { destroy(): void }>((resolve, reject) => {
    zip.openReadStream(entry, (error, readable) => {
      if (error === null) resolve(readable);
      else reject(error);
    });
  });
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      signal?.throwIfAborted();
      const bytes = piece as Buffer;
      length += bytes.length;
      if (length > room) throw tooLarge(path, room);
      pieces.push(bytes);
    }
  } finally {
    stream.destroy();
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/**
 * Reads the files that a package can consist of from a folder: images and descriptions, by their endings. Links
 * are not followed.
 *
 * @throws AppError `firmware.too-large`, `file.unreadable`
 */
export async function readFolder(folder: string, signal?: AbortSignal): Promise<PackageFiles> {
  const files = new Map<string, Uint8Array>();
  let total = 0;
  const pending = [folder];
  try {
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const entry of await readdir(next, { withFileTypes: true })) {
        signal?.throwIfAborted();
        const path = join(next, entry.name);
        if (entry.isDirectory()) {
          if (pending.length >= mostPackageFiles) throw tooLarge(entry.name, mostPackageFiles);
          pending.push(path);
        } else if (entry.isFile() && /\.(?:bin|json)$/i.test(entry.name)) {
          if (files.size >= mostPackageFiles) throw tooLarge(entry.name, mostPackageFiles);
          const bytes = await readLimited(path, Math.min(largestPartBytes, largestPackageBytes - total));
          total += bytes.length;
          files.set(relative(folder, path).split(sep).join('/'), bytes);
        }
      }
    }
  } catch (error) {
    if (error instanceof AppError || signal?.aborted === true) throw error;
    throw new AppError('file.unreadable', `${folder} cannot be read.`, { path: folder }, error);
  }
  return files;
}

/** @throws AppError `firmware.too-large`; and what the file system says */
export async function readLimited(path: string, limit: number): Promise<Uint8Array> {
  // A link that took the file's place since it was listed is refused where the system can.
  const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
  const file = await open(path, constants.O_RDONLY | noFollow);
  try {
    const { size } = await file.stat();
    if (size > limit) throw tooLarge(path, limit);
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}
