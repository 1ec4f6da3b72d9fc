import type { BackupContent } from '../../../shared/contract/backup.ts';
import { readMigrations, type Database } from '../../storage/index.ts';
import { qualified, type BackupManifest } from './backup-manifest.ts';
import { schemaOf } from './backup-schema.ts';
import type { Tell } from './backup-work.ts';
import { readBack } from './read-back.ts';
import { rowsFound } from './restore-target.ts';

export interface InspectOrder {
  readonly file: string;
  readonly sqlFolder: string;
  readonly appVersion: string;
  /** The database that it would go into, where there is one. */
  readonly target: Database | undefined;
}

/**
 * Reads the whole file, compares it with its manifest, and says what is inside and what stands in its way. Changes
 * nothing.
 *
 * @throws AppError as `restoreBackup` would, before it touches anything; only rows that are there are told instead
 */
export async function inspectBackup(
  { file, sqlFolder, appVersion, target }: InspectOrder,
  tell: Tell,
  signal: AbortSignal,
): Promise<BackupContent> {
  const { manifest, fileBytes } = await readBack(file, tell, signal);
  const schema = await schemaOf(manifest, sqlFolder, appVersion);
  const { database } = manifest;
  return {
    path: file,
    fileBytes,
    createdMs: Date.parse(manifest.created),
    appVersion: manifest.application.version,
    database: {
      kind: database.kind,
      version: database.serverVersion,
      name: database.name,
      sizeBytes: database.sizeBytes,
    },
    schema: schema.name,
    migratesForward: (await readMigrations(sqlFolder, manifest.schema.variant))
      .filter(({ number }) => number > schema.number)
      .map(({ name }) => name),
    relations: relationCounts(manifest),
    sites: manifest.sites,
    leftOut: manifest.leftOut,
    auditChainIntact: manifest.auditChainIntact,
    targetHolds: target === undefined ? null : [...(await rowsFound(target, manifest))],
  };
}

export function relationCounts({ relations }: BackupManifest): BackupContent['relations'] {
  return relations.map((relation) => ({
    name: qualified(relation),
    rows: relation.rows,
    fromMs: relation.from === null ? null : Date.parse(relation.from),
    toMs: relation.to === null ? null : Date.parse(relation.to),
  }));
}
