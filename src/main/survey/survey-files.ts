import { createHash, randomUUID } from 'node:crypto';
import type { SurveyFile, SurveyFileKind } from '../../shared/contract/survey.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { imageBytesMost, pieceBytesMost } from '../../shared/domain/survey-limits.ts';
import type { Clock } from '../foundation/clock.ts';
import { insertFile, readFilePiece } from '../storage/queries/survey-files.ts';
import { lockSurvey } from '../storage/queries/surveys.ts';
import { checkImage } from './image-check.ts';
import { withoutMetadata } from './image-metadata.ts';
import { finished, unknownSurvey, type SurveyStore } from './survey-store.ts';
import type { Uploads } from './uploads.ts';

export interface KeepWish {
  readonly id: string;
  readonly kind: SurveyFileKind;
  readonly upload: string;
  readonly keepMetadata: boolean;
}

/** Keeps an image that arrived. @throws AppError as `survey.keepFile` says */
export async function keepFile(
  store: SurveyStore,
  uploads: Uploads,
  clock: Clock,
  { id, kind, upload, keepMetadata }: KeepWish,
): Promise<SurveyFile> {
  try {
    const sent = await uploads.bytes(upload, imageBytesMost);
    const { type, widthPx, heightPx } = checkImage(sent, kind);
    const { bytes, hadLocation, hadOther } = withoutMetadata(sent, type);
    const content = keepMetadata && kind === 'photo' ? sent : bytes;
    const file: SurveyFile = {
      id: randomUUID(),
      kind,
      type,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      widthPx,
      heightPx,
      metadata: { hadLocation, hadOther, removed: content === bytes },
    };
    await store.database.transaction(async (connection) => {
      const head = await lockSurvey(connection, id);
      if (head === undefined) throw unknownSurvey(id);
      if (head.state === 'finished') throw finished(id);
      await insertFile(connection, head.rootId, file, content, clock.now());
    });
    return file;
  } finally {
    await uploads.release(upload);
  }
}

/** @throws AppError `survey.file-unknown` */
export async function readFile(
  store: SurveyStore,
  fileId: string,
  offset: number,
): Promise<{ readonly file: SurveyFile; readonly piece: Blob; readonly more: boolean }> {
  const found = await readFilePiece(store.database, fileId, offset, pieceBytesMost);
  if (found === undefined)
    throw new AppError('survey.file-unknown', `There is no image ${fileId}.`, { fileId });
  const { file, piece } = found;
  return { file, piece: new Blob([new Uint8Array(piece)]), more: offset + piece.length < file.bytes };
}
