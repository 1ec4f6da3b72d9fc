import { z } from 'zod';
import { epochMs, mac, nothing, siteRef } from './common.ts';
import { procedure } from './procedure.ts';

const count = z.number().int().min(0);
/** UTC day, as the warehouse counts: `2026-03-29`. */
export const utcDay = z.iso.date();

export const metricType = z.enum([
  'temperature_range',
  'humidity_ceiling',
  'humidity_floor',
  'temperature_stability',
  'uptime_ratio',
  'data_validity',
]);
export type MetricType = z.infer<typeof metricType>;

export const criticality = z.enum(['LOW', 'MEDIUM', 'HIGH']);

const ruleFields = {
  siteRef,
  metricType,
  /** °C, % relative humidity, or a ratio from 0 to 1 for `uptime_ratio` and `data_validity`. */
  minAllowed: z.number().nullable(),
  maxAllowed: z.number().nullable(),
  criticality,
  description: z.string().max(2000),
} as const;

/** The warehouse's rule types; which of the two bounds a type needs is checked (`conformity.bad-rule`). */
export const conformityRule = z
  .object({ id: count, ...ruleFields, createdMs: epochMs, updatedMs: epochMs })
  .readonly();
export type ConformityRule = z.infer<typeof conformityRule>;

/** One rule on one UTC day, with what the warehouse computes for the site on that day. */
export const ruleDay = z
  .object({
    day: utcDay,
    /** `null`: no reading that day, so the warehouse has no row for it. */
    compliant: z.boolean().nullable(),
    /** What was compared: lowest and highest mean of the devices' extremes, a spread, or a ratio. */
    low: z.number().nullable(),
    high: z.number().nullable(),
    readings: count,
  })
  .readonly();
export type RuleDay = z.infer<typeof ruleDay>;

export const siteDay = z
  .object({
    day: utcDay,
    /** Share of the rules kept, 0 to 1, rounded to two digits as the warehouse does; `null` without readings. */
    complianceRate: z.number().nullable(),
    criticalViolations: count,
    rules: count,
    /** Readings of the site's devices that have both values. */
    readings: count,
  })
  .readonly();
export type SiteDay = z.infer<typeof siteDay>;

/**
 * A stretch of readings beyond a limit: from the first one outside to the first one inside again. Where no reading
 * follows for longer than 5 minutes and two and a half of the device's intervals, what is known ends with the last one
 * outside; and it ends with the range that was asked for.
 */
export const excursion = z
  .object({
    mac,
    metric: z.enum(['temperature', 'humidity']),
    side: z.enum(['above', 'below']),
    limit: z.number(),
    startMs: epochMs,
    /** `null` while it lasts: the newest reading is still outside. */
    endMs: epochMs.nullable(),
    durationMs: z.number(),
    peak: z.number(),
    peakMs: epochMs,
    readings: count,
  })
  .readonly();
export type Excursion = z.infer<typeof excursion>;

/** What is wrong with a line of a file of rules. */
export const ruleLineReason = z.enum([
  'columns',
  'csv',
  'cells',
  'encoding',
  'id',
  'id-twice',
  'site',
  'site-unknown',
  'metric',
  'min',
  'max',
  'min-missing',
  'max-missing',
  'crossed',
  'out-of-range',
  'criticality',
  'description',
  'time',
  'too-many',
]);
export type RuleLineReason = z.infer<typeof ruleLineReason>;

const lineFault = z.object({ line: count, reason: ruleLineReason, value: z.string() }).readonly();
export type RuleLineFault = z.infer<typeof lineFault>;

/** What a line does, with the rule as it will be; `never` marks one that no day can keep, such as a ratio above 1. */
const ruleChange = z
  .object({
    line: count,
    kind: z.enum(['added', 'replaced', 'unchanged']),
    never: z.boolean(),
    id: count.nullable(),
    ...ruleFields,
  })
  .readonly();
export type RuleChange = z.infer<typeof ruleChange>;

export const conformityContract = {
  rules: procedure(
    z.object({ siteRef: siteRef.optional() }),
    z.object({ items: z.array(conformityRule).readonly() }),
  ),
  saveRule: procedure(z.object({ id: count.nullable(), ...ruleFields }), conformityRule),
  removeRule: procedure(z.object({ id: count }), nothing),
  /** CSV with the warehouse's columns: id, site_ref, metric_type, min_allowed, max_allowed, criticality, description, created_at, updated_at. */
  exportRules: procedure(
    z.object({ siteRef: siteRef.optional() }),
    z.object({ fileName: z.string(), file: z.instanceof(Blob) }),
  ),
  /**
   * A preview unless `apply`; with one bad line nothing is taken, and `applied` stays false. Rules with a known id are
   * replaced. A larger file than `ruleFileMostBytes` is `conformity.file-too-large`.
   */
  importRules: procedure(
    z.object({ file: z.instanceof(Blob), apply: z.boolean() }),
    z.object({
      applied: z.boolean(),
      added: count,
      replaced: count,
      unchanged: count,
      /** Rules of the file that no day can keep. */
      neverKept: count,
      changes: z.array(ruleChange).readonly(),
      moreChanges: count,
      faults: z.array(lineFault).readonly(),
      moreFaults: count,
    }),
  ),
  /**
   * Every UTC day of the site from `fromDay` to `toDay` (both included, at most 400), else `conformity.bad-range`. A
   * device counts for the site that it belongs to now; the warehouse keeps the periods of each assignment.
   */
  days: procedure(
    z.object({ siteRef, fromDay: utcDay, toDay: utcDay }),
    z.object({
      days: z.array(siteDay).readonly(),
      rules: z
        .array(z.object({ rule: conformityRule, days: z.array(ruleDay).readonly() }).readonly())
        .readonly(),
    }),
  ),
  /**
   * Newest first; at most `limit`, with how many more there are. Shorter ones than `toleranceMs` are left out, unless
   * they last. From `fromMs` (included) to `toMs` (not), at most 400 days, else `conformity.bad-range`.
   */
  excursions: procedure(
    z.object({
      siteRef: siteRef.optional(),
      macs: z.array(mac).max(500).optional(),
      fromMs: epochMs,
      toMs: epochMs,
      toleranceMs: z.number().int().min(0).max(86_400_000).default(0),
      limit: z.number().int().min(1).max(1000).default(200),
    }),
    z.object({ items: z.array(excursion).readonly(), more: count }),
  ),
} as const;
