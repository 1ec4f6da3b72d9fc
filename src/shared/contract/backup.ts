import { z } from 'zod';
import { epochMs, errorReport, nothing } from './common.ts';
import { procedure, stream } from './procedure.ts';
import { databaseKind } from './stack.ts';

const count = z.number().int().min(0);
/** A file by its full path on the machine that the application runs on. */
const path = z.string().min(1).max(4096);

export const backupProgress = z
  .object({
    /** `counting` what there is, `copying` it into or out of the file, `checking` the file by reading it back. */
    phase: z.enum(['counting', 'copying', 'checking', 'preparing', 'finishing']),
    /** `public.sensor_data`; empty before the first. */
    relation: z.string(),
    /** Of this phase so far; `totalRows` is 0 until they were counted. */
    rows: count,
    totalRows: count,
    /** Of CSV, before compression. */
    bytes: count,
  })
  .readonly();
export type BackupProgress = z.infer<typeof backupProgress>;

export const backupFile = z
  .object({
    path: z.string(),
    name: z.string(),
    bytes: count,
    createdMs: epochMs,
    rows: count,
    /** Read back after it was written, and compared. A file gets its name only then; `false` where it cannot be opened now. */
    verified: z.boolean(),
  })
  .readonly();
export type BackupFile = z.infer<typeof backupFile>;

export const backupState = z
  .object({
    running: z
      .object({ kind: z.enum(['backup', 'restore', 'check']), progress: backupProgress.nullable() })
      .readonly()
      .nullable(),
    /** Newest complete one in the folder. */
    last: backupFile.nullable(),
    /** When the next one is due by itself; `null` where none is. */
    nextMs: epochMs.nullable(),
    /** It was due while the database was not there: it is made when the stack starts. */
    atNextStart: z.boolean(),
    lastError: z.object({ timeMs: epochMs, error: errorReport }).readonly().nullable(),
    folder: z.string(),
  })
  .readonly();
export type BackupState = z.infer<typeof backupState>;

export const relationCount = z
  .object({
    /** `public.sensor_data` */
    name: z.string(),
    rows: count,
    fromMs: epochMs.nullable(),
    toMs: epochMs.nullable(),
  })
  .readonly();

export const backupContent = z
  .object({
    path: z.string(),
    fileBytes: count,
    createdMs: epochMs,
    appVersion: z.string(),
    database: z
      .object({ kind: databaseKind, version: z.string(), name: z.string(), sizeBytes: count })
      .readonly(),
    /** The last migration of the schema that it was made from. */
    schema: z.string(),
    /** Migrations that run after its rows are in. */
    migratesForward: z.array(z.string()).readonly(),
    relations: z.array(relationCount).readonly(),
    sites: z.array(z.object({ ref: z.string(), name: z.string() }).readonly()).readonly(),
    /** Tables that could not be read when it was made. */
    leftOut: z.array(z.string()).readonly(),
    auditChainIntact: z.boolean(),
    /** What stands in the way of restoring it into the database of now; empty where nothing does. */
    targetHolds: z
      .array(z.object({ name: z.string(), rows: count }).readonly())
      .readonly()
      .nullable(),
  })
  .readonly();
export type BackupContent = z.infer<typeof backupContent>;

export const restoreResult = z
  .object({
    path: z.string(),
    rows: count,
    relations: z.array(relationCount).readonly(),
    migrated: z.array(z.string()).readonly(),
    /** In the file, and no table of this application's schema here. */
    skipped: z.array(z.string()).readonly(),
    auditChainIntact: z.boolean(),
  })
  .readonly();
export type RestoreResult = z.infer<typeof restoreResult>;

const told = <T extends z.ZodType>(result: T) =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('progress'), progress: backupProgress }),
    z.object({ type: z.literal('done'), result }),
  ]);

/** Backups of the database; each stream tells its progress and ends with the result. Whoever lets go cancels. */
export const backupContract = {
  /** The whole state at once, again on every change, at most five times a second. */
  watch: stream(nothing, backupState),
  /** Newest first. */
  list: procedure(nothing, z.object({ items: z.array(backupFile).readonly() })),
  run: stream(nothing, told(backupFile)),
  /** One file of the backup folder, by its `name`, for good: the person was asked before. */
  remove: procedure(z.object({ name: z.string().min(1).max(100) }), nothing),
  /** Reads and checks the whole file and says what is inside; touches nothing. */
  inspect: stream(z.object({ path }), told(backupContent)),
  /** Only into a database without rows of ours; all or nothing. The stack starts anew afterwards. */
  restore: stream(z.object({ path, into: z.literal('empty-only') }), told(restoreResult)),
} as const;
