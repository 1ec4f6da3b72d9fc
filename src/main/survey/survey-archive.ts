import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import type { SurveyDocument } from '../../shared/contract/survey.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { pieceBytesMost } from '../../shared/domain/survey-limits.ts';
import { csvCell } from '../foundation/csv-cell.ts';
import type { Queryable } from '../storage/index.ts';
import { readFilePiece } from '../storage/queries/survey-files.ts';

/** Where a file lies in the archive. */
export function archivePath({ id, type }: SurveyDocument['files'][number]): string {
  return `files/${id}.${type === 'image/png' ? 'png' : 'jpg'}`;
}

/**
 * A survey as a ZIP: `survey.json` (the document), `samples.csv` (raw values, times are UTC) and the images, which are
 * read from the database piece by piece while they are written.
 */
export async function writeArchive(
  connection: Queryable,
  document: SurveyDocument,
  path: string,
): Promise<void> {
  const zip = new yazl.ZipFile();
  const mtime = new Date(document.survey.updatedMs);
  const written = pipeline(zip.outputStream, createWriteStream(path, { mode: 0o600 }));
  zip.addBuffer(Buffer.from(`${JSON.stringify(document, null, 1)}\n`), 'survey.json', { mtime });
  zip.addBuffer(Buffer.from(samplesCsv(document)), 'samples.csv', { mtime });
  for (const file of document.files)
    // Images do not get smaller.
    zip.addReadStream(Readable.from(piecesOf(connection, file.id)), archivePath(file), {
      mtime,
      compress: false,
      size: file.bytes,
    });
  zip.end();
  try {
    await written;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('file.unwritable', 'The survey could not be written.', { file: path }, error);
  }
}

async function* piecesOf(connection: Queryable, fileId: string): AsyncGenerator<Buffer> {
  for (let offset = 0; ;) {
    const found = await readFilePiece(connection, fileId, offset, pieceBytesMost);
    if (found === undefined) throw new AppError('survey.file-unknown', 'An image is gone.', { fileId });
    yield found.piece;
    offset += found.piece.length;
    if (offset >= found.file.bytes || found.piece.length === 0) return;
  }
}

const head = 'point,recording_id,time,device_mac_addr,temperature,humidity,rssi';

/** One line per sample: °C, % relative humidity, dBm. */
export function samplesCsv({ parts, samples }: SurveyDocument): string {
  const labels = new Map(parts.flatMap((part) => (part.kind === 'point' ? [[part.id, part.label]] : [])));
  const lines = parts.flatMap((part) => {
    if (part.kind !== 'recording') return [];
    return (samples[part.id] ?? []).map((sample) =>
      [
        labels.get(part.pointId),
        part.id,
        new Date(sample.timeMs).toISOString(),
        sample.mac,
        sample.temperature,
        sample.humidity,
        sample.rssi,
      ]
        .map(csvCell)
        .join(','),
    );
  });
  return `${[head, ...lines].join('\r\n')}\r\n`;
}
