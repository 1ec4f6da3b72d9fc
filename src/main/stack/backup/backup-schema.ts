import { AppError } from '../../../shared/domain/app-error.ts';
import { readMigrations } from '../../storage/index.ts';
import type { BackupManifest } from './backup-manifest.ts';

/** Before it the database had no function that makes partitions; nobody ran that. */
const oldestSchema = 4;

export interface SchemaOfBackup {
  /** The last migration that had run. */
  readonly number: number;
  readonly name: string;
}

/**
 * Passes where this application knows every migration that the backup's database had run, as it had run it.
 *
 * @throws AppError `backup.newer-schema`, `backup.other-schema`
 */
export async function schemaOf(
  { schema, application }: BackupManifest,
  sqlFolder: string,
  appVersion: string,
): Promise<SchemaOfBackup> {
  const known = await readMigrations(sqlFolder, schema.variant);
  const newest = known.at(-1)?.number ?? 0;
  const last = schema.migrations.reduce((a, b) => (b.number > a.number ? b : a));
  if (last.number > newest) {
    throw new AppError(
      'backup.newer-schema',
      `The backup was made by version ${application.version}, which is newer than this application (${appVersion}).`,
      { found: application.version, application: appVersion, migration: last.name },
    );
  }
  const other = schema.migrations.find(
    ({ number, sha256 }) => known.find((migration) => migration.number === number)?.sha256 !== sha256,
  );
  const missing = known.find(
    ({ number }) =>
      number <= last.number && !schema.migrations.some((migration) => migration.number === number),
  );
  const strange = other ?? missing ?? (last.number < oldestSchema ? last : undefined);
  if (strange !== undefined) {
    throw new AppError(
      'backup.other-schema',
      `The backup is of a schema that this application never had (${strange.name}).`,
      { migration: strange.name, found: application.version },
    );
  }
  return { number: last.number, name: last.name };
}
