export { Database, type DatabaseAddress, type DatabaseTls, type Queryable } from './database.ts';
export { classifyDatabaseError } from './database-errors.ts';
export { databaseKind, databaseSizeBytes, serverVersion, type DatabaseKind } from './database-kind.ts';
export {
  migrate,
  requireSchema,
  schemaStatus,
  type MigrationReport,
  type SchemaStatus,
} from './migrations.ts';
export {
  createPartitionsAhead,
  dayOf,
  daysPerTransaction,
  dropExpired,
  type Retention,
  ensurePartitions,
  existingDays,
  fittingDays,
  utcDay,
} from './partitions.ts';
export { setRolePasswords, type RolePasswords } from './role-passwords.ts';
export { createViews, dropViews, recreateViews } from './views.ts';
