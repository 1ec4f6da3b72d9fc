import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { buffer } from 'node:stream/consumers';
import { open as openFile, stat } from 'node:fs/promises';
import yauzl from 'yauzl';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import {
  formatVersion,
  manifest as manifestForm,
  manifestHead,
  manifestName,
  mostManifestBytes,
  type BackupManifest,
  type BackupPart,
} from './backup-manifest.ts';
import { CsvMeter } from './csv-meter.ts';

const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
const localHeader = Buffer.from('PK\u0003\u0004', 'latin1');

/** A backup that is open for reading; nothing is unpacked. */
export class ArchiveReader {
  readonly manifest: BackupManifest;
  readonly fileBytes: number;
  readonly #file: string;
  readonly #zip: yauzl.ZipFile;
  readonly #entries: ReadonlyMap<string, yauzl.Entry>;

  private constructor(
    file: string,
    fileBytes: number,
    zip: yauzl.ZipFile,
    entries: ReadonlyMap<string, yauzl.Entry>,
    manifest: BackupManifest,
  ) {
    this.#file = file;
    this.fileBytes = fileBytes;
    this.#zip = zip;
    this.#entries = entries;
    this.manifest = manifest;
  }

  /**
   * @throws AppError `file.unreadable`, `backup.truncated`, `backup.not-a-backup`, `backup.altered`,
   * `backup.newer-format`
   */
  static async open(file: string): Promise<ArchiveReader> {
    const { size } = await stat(file).catch((error: unknown) => {
      throw new AppError('file.unreadable', `The file ${file} cannot be read.`, { file }, error);
    });
    const zip = await openZip(file);
    try {
      const entries = await entriesOf(zip, file);
      const entry = entries.get(manifestName);
      if (entry === undefined) throw notABackup(file);
      const manifest = await readManifest(zip, entry, file);
      for (const { parts } of manifest.relations)
        for (const { path } of parts) if (!entries.has(path)) throw altered(file, path);
      return new ArchiveReader(file, size, zip, entries, manifest);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  /**
   * The CSV of a part; fails at its end where it is not what the manifest says.
   *
   * @throws AppError `backup.altered`
   */
  async *part(part: BackupPart): AsyncGenerator<Buffer, void, undefined> {
    const meter = new CsvMeter();
    const entry = this.#entries.get(part.path);
    if (entry === undefined) throw altered(this.#file, part.path);
    try {
      for await (const chunk of (await openEntry(this.#zip, entry)) as AsyncIterable<Buffer>) {
        meter.add(chunk);
        yield chunk;
      }
    } catch (error) {
      throw readFailure(error, this.#file, part.path);
    }
    if (meter.rows !== part.rows || meter.bytes !== part.bytes || meter.sha256() !== part.sha256)
      throw altered(this.#file, part.path);
  }

  close(): void {
    this.#zip.close();
  }
}

async function openZip(file: string): Promise<yauzl.ZipFile> {
  try {
    return await open(file, { lazyEntries: true, autoClose: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new AppError('file.unreadable', `The file ${file} cannot be read.`, { file }, error);
    // The directory of a zip file stands at its end: one that begins as such and has none was cut off.
    if (await beginsAsZip(file)) throw truncated(file, error);
    throw notABackup(file, error);
  }
}

async function beginsAsZip(file: string): Promise<boolean> {
  const handle = await openFile(file);
  try {
    const start = Buffer.alloc(localHeader.length);
    await handle.read(start, 0, start.length, 0);
    return start.equals(localHeader);
  } finally {
    await handle.close();
  }
}

function entriesOf(zip: yauzl.ZipFile, file: string): Promise<ReadonlyMap<string, yauzl.Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, yauzl.Entry>();
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', (error) => reject(readFailure(error, file, '')));
    zip.readEntry();
  });
}

function openEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(error)));
  });
}

async function readManifest(zip: yauzl.ZipFile, entry: yauzl.Entry, file: string): Promise<BackupManifest> {
  if (entry.uncompressedSize > mostManifestBytes) throw notABackup(file);
  let content: Buffer;
  try {
    content = await buffer(await openEntry(zip, entry));
  } catch (error) {
    throw readFailure(error, file, manifestName);
  }
  // Every version of the form keeps to this: what was changed is told from what is merely unknown.
  const hash = createHash('sha256').update(content).digest('hex');
  if (/^[0-9a-f]{64}$/.test(zip.comment) && hash !== zip.comment) throw altered(file, manifestName);
  const value = jsonOf(content);
  const head = manifestHead.safeParse(value);
  if (!head.success) throw notABackup(file, head.error);
  if (head.data.formatVersion > formatVersion) {
    throw new AppError('backup.newer-format', `${file} was made by a newer version of the application.`, {
      file,
      found: head.data.formatVersion,
      known: formatVersion,
    });
  }
  const parsed = manifestForm.safeParse(value);
  if (hash !== zip.comment || !parsed.success) throw altered(file, manifestName, parsed.error);
  return parsed.data;
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The system's failures carry a code; those of the zip and its compression mean that the bytes are not as written. */
function readFailure(error: unknown, file: string, part: string): unknown {
  if (isAppError(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^E[A-Z]+$/.test(code))
    return new AppError('file.unreadable', `The file ${file} cannot be read.`, { file }, error);
  return altered(file, part, error);
}

function altered(file: string, part: string, cause?: unknown): AppError {
  const where = part === '' ? '' : ` (${part})`;
  return new AppError(
    'backup.altered',
    `${file} is not as it was written${where}: it was changed, or its disk is failing.`,
    { file, part },
    cause,
  );
}

function truncated(file: string, cause: unknown): AppError {
  return new AppError(
    'backup.truncated',
    `${file} ends too early: it was cut off while being written or copied.`,
    { file },
    cause,
  );
}

function notABackup(file: string, cause?: unknown): AppError {
  return new AppError('backup.not-a-backup', `${file} is no backup of a DataYoti database.`, { file }, cause);
}
