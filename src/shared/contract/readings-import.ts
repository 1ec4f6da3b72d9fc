import { z } from 'zod';
import { epochMs, mac, nothing } from './common.ts';
import { procedure, stream } from './procedure.ts';

const count = z.number().int().min(0);
/** Names a file that was opened; it is gone with the application. */
const file = z.string().min(1).max(64);
const column = z.number().int().min(0).max(999);

export const timeFormat = z.enum(['iso', 'epoch-s', 'epoch-ms', 'dmy', 'mdy']);
export type TimeFormat = z.infer<typeof timeFormat>;

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export const separators = [',', ';', '\t', '|'] as const;

/** How the lines of a file are read; columns are counted from 0. */
export const importMapping = z
  .object({
    encoding: z.enum(encodings),
    separator: z.enum(separators),
    /** The first line holds the names of the columns. */
    heading: z.boolean(),
    decimal: z.enum(['.', ',']),
    /** One device for the whole file, or the column that names it. */
    device: z.union([z.object({ mac }).readonly(), z.object({ column }).readonly()]),
    /** `clockColumn` where the time of day stands in a column of its own. */
    time: z
      .object({
        column,
        clockColumn: column.nullable(),
        format: timeFormat,
        /** `UTC`, an offset such as `+02:00`, or a name such as `Europe/Paris`; for times that name none themselves. */
        zone: z.string().min(1).max(64),
      })
      .readonly(),
    temperature: z.object({ column, unit: z.enum(['C', 'F']) }).readonly(),
    humidity: z.object({ column }).readonly(),
  })
  .readonly();
export type ImportMapping = z.infer<typeof importMapping>;

/** Why a line is none that can be stored. */
export const faultReasons = [
  'columns',
  'quotes',
  'too-long',
  'device-missing',
  'time-missing',
  'time-unreadable',
  'time-skipped',
  'time-too-early',
  'time-in-future',
  'temperature-missing',
  'temperature-unreadable',
  'temperature-implausible',
  'humidity-missing',
  'humidity-unreadable',
  'humidity-implausible',
] as const;
export const faultReason = z.enum(faultReasons);
export type FaultReason = z.infer<typeof faultReason>;

export const importFault = z
  .object({
    /** Line of the file, the first being 1. */
    line: count,
    reason: faultReason,
    /** What stands there, cut to a length. */
    text: z.string(),
  })
  .readonly();
export type ImportFault = z.infer<typeof importFault>;

export const importFaults = z
  .object({
    total: count,
    byReason: z.partialRecord(faultReason, count),
    /** The first hundred. */
    first: z.array(importFault).readonly(),
  })
  .readonly();
export type ImportFaults = z.infer<typeof importFaults>;

/** °C and % relative humidity. */
const values = z.object({ timeMs: epochMs, temperature: z.number(), humidity: z.number() });

export const lookedRow = z
  .object({
    line: count,
    cells: z.array(z.string()).readonly(),
    reading: values.extend({ source: z.string(), mac: z.string().nullable() }).readonly().nullable(),
    fault: faultReason.nullable(),
  })
  .readonly();
export type LookedRow = z.infer<typeof lookedRow>;

export const importLook = z
  .object({
    name: z.string(),
    bytes: count,
    /** The application's own export, which needs no mapping. */
    ownFormat: z.boolean(),
    mapping: importMapping,
    /** What the file names its columns, or the first line where it names none. */
    columns: z.array(z.string()).readonly(),
    rows: z.array(lookedRow).readonly(),
  })
  .readonly();
export type ImportLook = z.infer<typeof importLook>;

export const importProgress = z
  .object({
    phase: z.enum(['checking', 'importing', 'undoing']),
    /** Of the file, or of the days when an import is undone. */
    done: count,
    total: count,
    lines: count,
  })
  .readonly();
export type ImportProgress = z.infer<typeof importProgress>;

export const importDevice = z
  .object({
    /** As the file names it. */
    source: z.string(),
    /** The known device whose readings these become; `null`: they are not imported. */
    mac: z.string().nullable(),
    /** The source is a MAC address, and could be adopted under it. */
    adoptable: z.boolean(),
    rows: count,
  })
  .readonly();
export type ImportDevice = z.infer<typeof importDevice>;

export const importCheck = z
  .object({
    /** Lines with something in them, the heading aside. */
    lines: count,
    added: count,
    replaced: count,
    /** There already with these very values. */
    unchanged: count,
    /** Of devices that nobody assigned. */
    unassigned: count,
    faults: importFaults,
    devices: z.array(importDevice).readonly(),
    /** Named by the file beyond those of the list. */
    moreDevices: count,
    fromMs: epochMs.nullable(),
    toMs: epochMs.nullable(),
    /** Each device's lines are in order of time: no line can stand for a row that an earlier one made. */
    exact: z.boolean(),
  })
  .readonly();
export type ImportCheck = z.infer<typeof importCheck>;

export const importState = z.enum([
  'running',
  'interrupted',
  'done',
  'undoing',
  'undo-interrupted',
  'undone',
]);

export const importRecord = z
  .object({
    id: z.number().int(),
    fileName: z.string(),
    state: importState,
    startedMs: epochMs,
    finishedMs: epochMs.nullable(),
    undoneMs: epochMs.nullable(),
    added: count,
    replaced: count,
    unchanged: count,
    unassigned: count,
    refused: count,
    fromMs: epochMs.nullable(),
    toMs: epochMs.nullable(),
    devices: count,
  })
  .readonly();
export type ImportRecord = z.infer<typeof importRecord>;

export const importResult = z.object({ record: importRecord, faults: importFaults }).readonly();
export type ImportResult = z.infer<typeof importResult>;

export const undoResult = z
  .object({
    id: z.number().int(),
    removed: count,
    restored: count,
  })
  .readonly();
export type UndoResult = z.infer<typeof undoResult>;

/** What is to become of a file. */
export const importOrder = z.object({
  file,
  mapping: importMapping,
  /** Devices by the name that the file has for them, beyond those that are recognised. */
  assign: z.record(z.string().max(500), mac),
});

const told = <T extends z.ZodType>(result: T) =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('progress'), progress: importProgress }),
    z.object({ type: z.literal('done'), result }),
  ]);

/** At most so much of a file travels at once. */
export const importChunkBytes = 512 * 1024;

/** Readings from a CSV file; each stream tells its progress and ends with the result. Whoever lets go cancels. */
export const readingsImportContract = {
  /** A file that is sent in pieces, in order. */
  open: procedure(z.object({ name: z.string().max(255), bytes: count }), z.object({ file })),
  append: procedure(
    z.object({
      file,
      offset: count,
      chunk: z
        .instanceof(Blob)
        .refine((chunk) => chunk.size <= importChunkBytes, 'a chunk that is too large'),
    }),
    z.object({ received: count }),
  ),
  /** A file by its full path on the machine that the application runs on. */
  openPath: procedure(z.object({ path: z.string().min(1).max(4096) }), z.object({ file })),
  close: procedure(z.object({ file }), nothing),
  /** The first lines as they are understood; without a mapping it is guessed. */
  look: procedure(
    z.object({
      file,
      mapping: importMapping.optional(),
      assign: importOrder.shape.assign.optional(),
    }),
    importLook,
  ),
  /** Reads the whole file and says what importing it would do; touches nothing. */
  check: stream(importOrder, told(importCheck)),
  /** All or nothing: cancelled or failed, what it did is taken back. */
  run: stream(importOrder, told(importResult)),
  /** Newest first. */
  list: procedure(nothing, z.object({ items: z.array(importRecord).readonly() })),
  /** Restores what was replaced and removes what was added; what a device itself sent since then stays. */
  undo: stream(z.object({ id: z.number().int() }), told(undoResult)),
} as const;
