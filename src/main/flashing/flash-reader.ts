import { AppError } from '../../shared/domain/app-error.ts';
import { chunkBytes } from './differences.ts';
import { hex, isLineTrouble } from './flash-errors.ts';
import type { ProgressMeter } from './progress.ts';
import { readStretch } from './read-flash.ts';
import type { LoaderSession } from './session.ts';
import { erasedMd5 } from './write-parts.ts';

const stretchBytes = 4 * chunkBytes;
const attemptsPerStretch = 5;
const mostRomBytes = 64 * 1024;

/** What was found in a stretch of flash; nothing is kept of what is erased. */
export interface ReadPiece {
  readonly offset: number;
  readonly bytes: Buffer;
}

/**
 * Reads a region in stretches, each checked by MD5 and tried again by itself.
 *
 * @throws AppError `flash.read-failed`, `flash.unsupported` (much, without the stub), `flash.cancelled`, ...
 */
export async function readRegion(
  session: LoaderSession,
  offset: number,
  bytes: number,
  meter?: ProgressMeter,
): Promise<Buffer> {
  session.refuseSecureDownload();
  if (!session.loader.isStub && bytes > mostRomBytes) {
    throw new AppError('flash.unsupported', 'Reading much needs the stub.', {
      chip: session.loader.knownChip.name,
      step: 'readFlash',
    });
  }
  const data = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += stretchBytes) {
    const length = Math.min(stretchBytes, bytes - at);
    (await patiently(session, () => readStretch(session.loader, offset + at, length))).copy(data, at);
    meter?.move(length);
  }
  return data;
}

/** Reads what is not erased; adjoining chunks are one piece. */
export async function readUsed(
  session: LoaderSession,
  offset: number,
  bytes: number,
  meter: ProgressMeter,
): Promise<readonly ReadPiece[]> {
  session.refuseSecureDownload();
  const pieces: { offset: number; parts: Buffer[] }[] = [];
  let open: { offset: number; parts: Buffer[] } | null = null;
  for (let at = offset; at < offset + bytes; at += chunkBytes) {
    const length = Math.min(chunkBytes, offset + bytes - at);
    const md5 = await patiently(session, () => session.loader.md5(at, length));
    if (md5 === erasedMd5(length)) {
      open = null;
      meter.skip(length);
      continue;
    }
    const data = await readRegion(session, at, length, meter);
    if (open === null) pieces.push((open = { offset: at, parts: [] }));
    open.parts.push(data);
  }
  return pieces.map((piece) => ({ offset: piece.offset, bytes: Buffer.concat(piece.parts) }));
}

async function patiently<T>(session: LoaderSession, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isLineTrouble(error)) throw error;
      if (attempt >= attemptsPerStretch) {
        throw new AppError(
          'flash.read-failed',
          'Reading failed again and again.',
          { attempts: attempt, offset: hex(0) },
          error,
        );
      }
      await session.recover();
    }
  }
}
