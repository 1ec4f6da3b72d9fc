/** Free and whole size of the disk that a database lies on; the whole is not known of every engine. */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number | null;
}

export type DiskLevel = 'ok' | 'low' | 'critical';

const criticalBytes = 1_000_000_000;
const lowBytes = 5_000_000_000;
const lowShare = 0.1;

/**
 * Low under a tenth or 5 GB, critical under 1 GB: there a database that writes its log and a backup beside it may
 * fail at any moment.
 */
export function diskLevel({ freeBytes, totalBytes }: DiskSpace): DiskLevel {
  if (freeBytes < criticalBytes) return 'critical';
  const small = totalBytes !== null && freeBytes < totalBytes * lowShare;
  return freeBytes < lowBytes || small ? 'low' : 'ok';
}
