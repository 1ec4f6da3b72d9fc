export { backupName } from './backup-files.ts';
export { totalRows } from './backup-manifest.ts';
export { Backups } from './backups.ts';
export { inspectBackup, relationCounts } from './inspect-backup.ts';
export { thinBackups } from './kept-backups.ts';
export { restoreBackup } from './restore-backup.ts';
export { mustBeEmpty } from './restore-target.ts';
export { writeBackup } from './write-backup.ts';
