import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import yauzl from 'yauzl';
import yazl from 'yazl';
import { z } from 'zod';
import { AppError } from '../../shared/domain/app-error.ts';
import type { ReadPiece } from './flash-reader.ts';

const manifestName = 'backup.json';
/** The largest flash of the family that is in use; more than that is no backup. */
const mostBytes = 64 * 1024 * 1024;

const manifestSchema = z.object({
  format: z.literal('datayoti-flash-backup'),
  version: z.literal(1),
  createdMs: z.number(),
  chip: z.string(),
  revision: z.string(),
  mac: z.string(),
  flashBytes: z.number().int().positive(),
  /** Name of the partition, or null for the whole flash. */
  partition: z.string().nullable(),
  /** What the backup stands for; what no piece covers is erased. */
  region: z.object({ offset: z.number().int().min(0), bytes: z.number().int().positive() }),
  pieces: z.array(
    z.object({
      file: z.string(),
      offset: z.number().int().min(0),
      bytes: z.number().int().positive(),
      sha256: z.string(),
    }),
  ),
});
type Manifest = z.infer<typeof manifestSchema>;

/** Whose flash it was, and which part of it. */
export type BackupIdentity = Omit<Manifest, 'format' | 'version' | 'pieces'>;

export interface FlashBackup extends BackupIdentity {
  readonly pieces: readonly ReadPiece[];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A zip with `backup.json` and one file per piece. */
export async function packBackup(backup: FlashBackup): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const { pieces, ...identity } = backup;
  const manifest: Manifest = {
    format: 'datayoti-flash-backup',
    version: 1,
    ...identity,
    pieces: pieces.map(({ offset, bytes }) => ({
      file: `flash-${offset.toString(16).padStart(8, '0')}.bin`,
      offset,
      bytes: bytes.length,
      sha256: sha256(bytes),
    })),
  };
  zip.addBuffer(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), manifestName);
  for (const [index, { file }] of manifest.pieces.entries()) {
    zip.addBuffer(pieces[index]?.bytes ?? Buffer.alloc(0), file);
  }
  zip.end();
  return await buffer(zip.outputStream);
}

/**
 * Reads and checks a backup; nothing of it is trusted.
 * @throws AppError `flash.backup-damaged`
 */
export async function unpackBackup(bytes: Buffer): Promise<FlashBackup> {
  try {
    const files = await unzip(bytes);
    const manifest = manifestSchema.parse(
      JSON.parse((files.get(manifestName) ?? Buffer.alloc(0)).toString('utf8')),
    );
    const { pieces, format: _format, version: _version, ...identity } = manifest;
    const end = manifest.region.offset + manifest.region.bytes;
    return {
      ...identity,
      pieces: pieces.map((piece) => {
        const data = files.get(piece.file);
        if (data?.length !== piece.bytes || sha256(data) !== piece.sha256)
          throw new Error(`${piece.file} differs`);
        if (piece.offset < manifest.region.offset || piece.offset + piece.bytes > end) {
          throw new Error(`${piece.file} is outside its region`);
        }
        return { offset: piece.offset, bytes: data };
      }),
    };
  } catch (error) {
    throw new AppError('flash.backup-damaged', 'This is no whole backup.', {}, error);
  }
}

function unzip(bytes: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true }, (error, zip) => {
      if (error !== null) {
        reject(error);
        return;
      }
      const files = new Map<string, Buffer>();
      let total = 0;
      zip.on('error', reject);
      zip.on('end', () => resolve(files));
      zip.on('entry', (entry: yauzl.Entry) => {
        total += entry.uncompressedSize;
        if (total > mostBytes) {
          reject(new Error('too large'));
          return;
        }
        zip.openReadStream(entry, (failure, stream) => {
          if (failure !== null) {
            reject(failure);
            return;
          }
          buffer(stream).then((data) => {
            files.set(entry.fileName, data);
            zip.readEntry();
          }, reject);
        });
      });
      zip.readEntry();
    });
  });
}
