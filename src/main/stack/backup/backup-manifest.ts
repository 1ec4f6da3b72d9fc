import { z } from 'zod';

/** The form of the file: docs/backup-format.md. A change that older readers would misread raises the number. */
export const formatName = 'datayoti-backup';
export const formatVersion = 1;
export const manifestName = 'manifest.json';
/** A hundred years of daily parts stay far below. */
export const mostManifestBytes = 64 * 1024 * 1024;

const name = z.string().min(1).max(63);
const moment = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);

const part = z.object({
  path: z.string().min(1).max(300),
  /** The UTC day of its rows, for relations that are split by time. */
  day: z.iso.date().nullable(),
  rows: count,
  bytes: count,
  sha256,
});
export type BackupPart = z.infer<typeof part>;

const relation = z.object({
  schema: name,
  name,
  columns: z.array(name).min(1),
  rows: count,
  /** Of the column that it is split by. */
  from: moment.nullable(),
  to: moment.nullable(),
  parts: z.array(part),
  /** Where the numbering of a column goes on; decimal, for it may be beyond what a JSON number holds. */
  sequences: z.array(z.object({ column: name, next: z.string().regex(/^-?\d{1,19}$/) })),
});
export type BackupRelation = z.infer<typeof relation>;

/** Read on its own first: what a later version wrote may have any other form. */
export const manifestHead = z.object({
  format: z.literal(formatName),
  formatVersion: z.number().int().min(1),
});

export const manifest = manifestHead.extend({
  application: z.object({ version: z.string() }),
  created: moment,
  database: z.object({
    kind: z.enum(['postgresql', 'timescaledb-apache', 'timescaledb-community']),
    serverVersion: z.string(),
    name: z.string(),
    sizeBytes: count,
  }),
  schema: z.object({
    variant: z.enum(['plain', 'timescale']),
    migrations: z
      .array(
        z.object({
          number: z.number().int().min(1),
          name: z.string(),
          sha256,
          applied: moment,
          appVersion: z.string(),
        }),
      )
      .min(1),
  }),
  /** In an order in which each comes after those that it points to. */
  relations: z.array(relation),
  /** Tables that the role which made the backup may not read. */
  leftOut: z.array(z.string()),
  auditChainIntact: z.boolean(),
  sites: z.array(z.object({ ref: z.string(), name: z.string() })),
});
export type BackupManifest = z.infer<typeof manifest>;

export const qualified = ({
  schema,
  name: table,
}: {
  readonly schema: string;
  readonly name: string;
}): string => `${schema}.${table}`;

export function totalRows({ relations }: Pick<BackupManifest, 'relations'>): number {
  return relations.reduce((sum, { rows }) => sum + rows, 0);
}
