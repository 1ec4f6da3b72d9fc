import { createHash } from 'node:crypto';
import { open, type Entry, type ZipFile } from 'yauzl';
import { surveyDocument, type SurveyDocument } from '../../shared/contract/survey.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { imageBytesMost } from '../../shared/domain/survey-limits.ts';
import { checkImage } from './image-check.ts';
import { archiveFilesMost, documentBytesMost } from './limits.ts';
import { archivePath } from './survey-archive.ts';

/** A survey that came from somewhere else. */
export interface ReadArchive {
  readonly document: SurveyDocument;
  /** The bytes of one of its images, checked against what the document says of them. @throws AppError `survey.bundle-damaged` */
  readonly image: (file: SurveyDocument['files'][number]) => Promise<Uint8Array>;
  readonly close: () => void;
}

/**
 * Opens a ZIP that another application wrote. Nothing in it is believed: sizes are counted while it is inflated, the
 * document is checked whole, and each image by its hash and its own header.
 *
 * @throws AppError `survey.bundle-damaged`, `survey.bundle-newer`
 */
export async function readArchive(path: string): Promise<ReadArchive> {
  const zip = await opened(path);
  try {
    const entries = await entriesOf(zip);
    const content = entries.get('survey.json');
    if (content === undefined) throw damaged();
    const document = parsed(await inflated(zip, content, documentBytesMost));
    return {
      document,
      image: async (file) => {
        const entry = entries.get(archivePath(file));
        if (entry === undefined) throw damaged();
        const bytes = await inflated(zip, entry, imageBytesMost);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const header = checkImage(bytes, file.kind);
        const same =
          sha256 === file.sha256 &&
          bytes.length === file.bytes &&
          header.type === file.type &&
          header.widthPx === file.widthPx &&
          header.heightPx === file.heightPx;
        if (!same) throw damaged();
        return bytes;
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error instanceof AppError ? error : damaged(error);
  }
}

function parsed(bytes: Uint8Array): SurveyDocument {
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  const { format, version } = Object(value) as { readonly format?: unknown; readonly version?: unknown };
  if (format === 'datayoti-survey' && typeof version === 'number' && version > 1)
    throw new AppError('survey.bundle-newer', 'The survey is of a newer version.', { version });
  const { data, error } = surveyDocument.safeParse(value);
  if (data === undefined) throw damaged(error);
  return data;
}

function opened(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(damaged(error));
    });
  });
}

/** By their names; names that leave the archive are refused by the library. */
function entriesOf(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      entries.set(entry.fileName, entry);
      if (entries.size > archiveFilesMost) reject(damaged());
      else zip.readEntry();
    });
    zip.once('end', () => resolve(entries));
    zip.once('error', (error: Error) => reject(damaged(error)));
    zip.readEntry();
  });
}

async function inflated(zip: ZipFile, entry: Entry, most: number): Promise<Uint8Array> {
  if (entry.uncompressedSize > most) throw damaged();
  const stream = await new Promise<NodeJS.ReadableStream & { destroy(): void }>((resolve, reject) => {
    zip.openReadStream(entry, (error, readable) => {
      if (error === null) resolve(readable);
      else reject(error);
    });
  });
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      length += (piece as Buffer).length;
      if (length > most) throw damaged();
      pieces.push(piece as Buffer);
    }
  } finally {
    stream.destroy();
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function damaged(cause?: unknown): AppError {
  return new AppError('survey.bundle-damaged', 'The file is no survey, or it is damaged.', {}, cause);
}
