import { z } from 'zod';
import { epochMs, errorReport, nothing, port } from './common.ts';
import { procedure, stream } from './procedure.ts';

const count = z.number().int().min(0);
const id = z.number().int().min(1);

/** libpq's `sslmode`; without TLS only where somebody says so. */
export const syncTls = z.enum(['off', 'require', 'verify-ca', 'verify-full']);

export const syncAddress = z
  .object({
    host: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[^\s/@]+$/u, 'a host name or an address'),
    port,
    database: z.string().min(1).max(63),
    user: z.string().min(1).max(63),
    tls: syncTls,
    /** Authorities to trust, PEM; `null` means those that the runtime knows. */
    ca: z.string().max(100_000).nullable(),
  })
  .readonly();
export type SyncAddress = z.infer<typeof syncAddress>;

const targetName = z.string().trim().min(1).max(60);

/** What of a relation was done, or in a dry run would be. */
export const syncCounts = z
  .object({
    relation: z.string(),
    /** Not there before. */
    inserted: count,
    /** There with older values. */
    replaced: count,
    /** There with these very values. */
    unchanged: count,
    /** There otherwise, and not older: somebody is asked. */
    conflicts: count,
    /** Kept here for now; `reason` says why. */
    held: count,
    reason: z
      .enum(['missing', 'other-layout', 'no-rights', 'not-agreed', 'unknown-device', 'no-unique-key'])
      .nullable(),
  })
  .readonly();
export type SyncCounts = z.infer<typeof syncCounts>;

/** What was found about a central database. */
export const centralFacts = z
  .object({
    serverVersion: z.string(),
    kind: z.enum(['postgresql', 'timescaledb-apache', 'timescaledb-community']),
    user: z.string(),
    encrypted: z.boolean(),
    /** How far its clock is ahead of this machine's, milliseconds. */
    clockAheadMs: z.number(),
    /** So far that "received later" says nothing: everything that differs is asked. */
    clockOff: z.boolean(),
    /** The version of the application that made its schema, where that is newer than this one. */
    newerSchema: z.string().nullable(),
    /** SQL for its administrator, where tables of ours are wanted and may not be made. */
    ownTablesSql: z.string().nullable(),
    relations: z
      .array(
        z
          .object({
            relation: z.string(),
            usable: z.boolean(),
            reason: syncCounts.unwrap().shape.reason,
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();
export type CentralFacts = z.infer<typeof centralFacts>;

export const syncProgress = z
  .object({
    phase: z.enum(['counting', 'connecting', 'rows', 'readings', 'checking-file']),
    relation: z.string().nullable(),
    done: count,
    total: count,
  })
  .readonly();
export type SyncProgress = z.infer<typeof syncProgress>;

export const syncResult = z
  .object({
    dryRun: z.boolean(),
    target: z.string(),
    central: centralFacts,
    counts: z.array(syncCounts).readonly(),
    openConflicts: count,
    /** Rows that are still not there. */
    unsynced: count,
  })
  .readonly();
export type SyncResult = z.infer<typeof syncResult>;

export const syncTarget = z
  .object({
    id,
    name: z.string(),
    /** `null` where only files are carried there. */
    address: syncAddress.nullable(),
    ownTables: z.boolean(),
    hasPassword: z.boolean(),
    /** `null` until what was there before has been counted. */
    unsynced: count.nullable(),
    openConflicts: count,
    /** When a sync ended well the last time. */
    syncedMs: epochMs.nullable(),
  })
  .readonly();
export type SyncTarget = z.infer<typeof syncTarget>;

export const syncState = z
  .object({
    targets: z.array(syncTarget).readonly(),
    running: z.object({ target: id, progress: syncProgress.nullable() }).readonly().nullable(),
    /** How the last run since the start failed. */
    failed: z.object({ target: id, error: errorReport }).readonly().nullable(),
  })
  .readonly();
export type SyncState = z.infer<typeof syncState>;

export const syncRun = z
  .object({
    id,
    target: z.string(),
    kind: z.enum(['sync', 'bundle', 'import', 'receipt']),
    startedMs: epochMs,
    finishedMs: epochMs.nullable(),
    /** `done`, `interrupted`, or the code of an error. */
    outcome: z.string(),
    relations: z
      .array(
        syncCounts
          .unwrap()
          .omit({ reason: true })
          .extend({
            fromMs: epochMs.nullable(),
            toMs: epochMs.nullable(),
            confirmedMs: epochMs.nullable(),
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();
export type SyncRun = z.infer<typeof syncRun>;

const row = z.record(z.string(), z.unknown());
export const syncConflict = z
  .object({
    id,
    target: id,
    relation: z.string(),
    key: z.string(),
    ours: row,
    theirs: row,
    foundMs: epochMs,
    decision: z.enum(['ours', 'theirs']).nullable(),
  })
  .readonly();
export type SyncConflict = z.infer<typeof syncConflict>;

/** What a conflict becomes with the next run. */
export const syncDecision = z.enum(['ours', 'theirs']);
export type SyncDecision = z.infer<typeof syncDecision>;

export const bundleResult = z
  .object({ path: z.string(), bundle: z.string(), sha256: z.string(), rows: count, bytes: count })
  .readonly();
export type BundleResult = z.infer<typeof bundleResult>;

export const bundleImported = z
  .object({ result: syncResult, bundle: z.string(), receipt: z.string() })
  .readonly();
export type BundleImported = z.infer<typeof bundleImported>;

export const receiptResult = z.object({ bundle: z.string(), target: z.string(), unsynced: count }).readonly();
export type ReceiptResult = z.infer<typeof receiptResult>;

const told = <T extends z.ZodType>(result: T) =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('progress'), progress: syncProgress }),
    z.object({ type: z.literal('done'), result }),
  ]);

const path = z.string().min(1).max(4096);
/** `undefined` keeps the one that is stored. */
const password = z.string().max(1000).optional();

/** Rows to a central database; each stream tells its progress and ends with the result. Whoever lets go cancels. */
export const syncContract = {
  watch: stream(nothing, syncState),
  /** Looks at a central database without keeping anything of it. */
  probe: procedure(
    z.object({ target: id.optional(), address: syncAddress, password, ownTables: z.boolean() }),
    centralFacts,
  ),
  addTarget: procedure(
    z.object({ name: targetName, address: syncAddress.nullable(), password, ownTables: z.boolean() }),
    z.object({ target: id }),
  ),
  changeTarget: procedure(
    z.object({
      target: id,
      name: targetName,
      address: syncAddress.nullable(),
      password,
      ownTables: z.boolean(),
    }),
    nothing,
  ),
  /** What was sent stays there; here it is forgotten what was. */
  removeTarget: procedure(z.object({ target: id }), nothing),
  /** Everything counts as not synced again, for a central database that lost rows. */
  markAll: procedure(z.object({ target: id }), nothing),
  run: stream(z.object({ target: id, dryRun: z.boolean() }), told(syncResult)),
  /** The ledger, newest first. */
  runs: procedure(nothing, z.object({ items: z.array(syncRun).readonly() })),
  /** The first of those that are open. */
  conflicts: procedure(z.object({ target: id }), z.object({ items: z.array(syncConflict).readonly() })),
  /** Without `conflict` all that are open of the target. */
  decide: procedure(
    z.object({ target: id, conflict: id.optional(), decision: syncDecision }),
    z.object({ decided: count }),
  ),
  /** Writes what is not synced into a file on the machine that the application runs on. */
  writeBundle: stream(z.object({ target: id, path }), told(bundleResult)),
  /** Brings the rows of such a file into the central database of a target, and leaves a receipt beside the file. */
  importBundle: stream(z.object({ target: id, path }), told(bundleImported)),
  /** The receipt of a file that was brought in elsewhere: its rows count as synced. */
  takeReceipt: procedure(z.object({ path }), receiptResult),
} as const;
