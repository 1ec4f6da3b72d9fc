export { addBeside, missingBeside } from './add-beside.ts';
export { keepCompressed } from './compression.ts';
export {
  Database,
  type Connection,
  type DatabaseAddress,
  type DatabaseTls,
  type Queryable,
} from './database.ts';
export { dropSchema } from './drop-schema.ts';
export { classifyDatabaseError } from './database-errors.ts';
export { databaseKind, databaseSizeBytes, serverVersion, type DatabaseKind } from './database-kind.ts';
export { publishedTables, refuseOtherLayout } from './existing-tables.ts';
export {
  migrate,
  readApplied,
  requireSchema,
  schemaStatus,
  type AppliedMigration,
  type MigrationReport,
  type SchemaStatus,
} from './migrations.ts';
export {
  createPartitionsAhead,
  dayOf,
  daysPerTransaction,
  ensurePartitions,
  ensurePartitionsUnread,
  existingDays,
  fittingDays,
  utcDay,
} from './partitions.ts';
export { readMigrations, type Migration } from './migration-files.ts';
export { QuestionPool } from './question-pool.ts';
export { QuestionedDatabase } from './questioned-database.ts';
export {
  refreshRollups,
  rollupProgress,
  type RefreshOutcome,
  type RollupProgress,
} from './rollup-refresh.ts';
export { RollupRefresher, type RollupState } from './rollup-refresher.ts';
export { rollupNames } from './rollup-relations.ts';
export {
  applyRollups,
  dropTriggers as dropRollupTriggers,
  resetRollups,
  rollupKind,
  holdRollups,
  rollupBookkeeping,
  rollupTriggerNames,
  type RollupKind,
} from './rollups.ts';
export {
  agreedRetention,
  agreeRetention,
  agreeToLoseUnsynced,
  dropAgreed,
  dropExpired,
  expiredBeyond,
  heldUnsynced,
  type AgreedRetention,
  type ExpiredTable,
  type Retention,
} from './retention.ts';
export { setRolePasswords, type RolePasswords } from './role-passwords.ts';
export { createViews, dropViews, recreateViews, viewsExist } from './views.ts';
export {
  markUnmarked,
  settleTracking,
  startTracking,
  trackedRelations,
  type TrackedRelation,
} from './sync-tracking.ts';
