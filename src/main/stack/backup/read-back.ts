import { ArchiveReader } from './archive-reader.ts';
import { qualified, totalRows, type BackupManifest } from './backup-manifest.ts';
import { ProgressCount, throwIfCancelled, type Tell } from './backup-work.ts';

export interface CheckedBackup {
  readonly manifest: BackupManifest;
  readonly fileBytes: number;
}

/**
 * Reads every part and compares it with the manifest.
 *
 * @throws AppError as `ArchiveReader.open`; `backup.altered`, `backup.cancelled`
 */
export async function readBack(file: string, tell: Tell, signal: AbortSignal): Promise<CheckedBackup> {
  const archive = await ArchiveReader.open(file);
  try {
    const { manifest, fileBytes } = archive;
    const progress = new ProgressCount(tell, 'checking', totalRows(manifest));
    for (const relation of manifest.relations) {
      progress.relation(qualified(relation));
      for (const part of relation.parts) {
        for await (const chunk of archive.part(part)) {
          throwIfCancelled(signal);
          progress.part(0, chunk.length);
        }
        progress.endPart(part.rows);
      }
    }
    progress.end();
    return { manifest, fileBytes };
  } finally {
    archive.close();
  }
}
