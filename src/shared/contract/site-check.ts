import { z } from 'zod';
import { epochMs, mac, nothing, siteRef } from './common.ts';
import { procedure, stream } from './procedure.ts';

/** The lines of the acceptance list, in their order. Words: `siteCheck.checks.{id}`. */
export const checkId = z.enum([
  'online',
  'readings-on-time',
  'signal',
  'clock',
  'values-plausible',
  'retained-status',
  'firmware',
]);
export type CheckId = z.infer<typeof checkId>;

/** Why a line did not pass or does not apply. Words: `siteCheck.causes.{cause}`, with `measured` and `wanted`. */
export const checkCause = z.enum([
  'never-heard',
  'silent',
  'too-few-readings',
  'reading-late',
  'no-heartbeat',
  'firmware-does-not-tell',
  'too-weak',
  'clock-faulty',
  'clock-not-synced',
  'implausible',
  'frozen',
  'no-readings',
  'says-offline',
  'nothing-retained',
  'broker-not-ours',
  'other-firmware',
  'no-firmware-wanted',
]);
export type CheckCause = z.infer<typeof checkCause>;

export const checkLine = z
  .object({
    check: checkId,
    result: z.enum(['pass', 'fail', 'not-applicable']),
    cause: checkCause.nullable(),
    /** What was found: ms of silence, readings on time, dBm, °C, a version; `null` where there was nothing. */
    measured: z.union([z.string(), z.number()]).nullable(),
    /** What it was held against. */
    wanted: z.union([z.string(), z.number()]).nullable(),
  })
  .readonly();
export type CheckLine = z.infer<typeof checkLine>;

export const checkedDevice = z
  .object({
    mac,
    name: z.string(),
    position: z.string(),
    zone: z.string().nullable(),
    passed: z.boolean(),
    lines: z.array(checkLine).readonly(),
  })
  .readonly();
export type CheckedDevice = z.infer<typeof checkedDevice>;

/** What a site is held against. */
export const checkWish = z
  .object({
    siteRef,
    /** So many readings in a row, each on time. */
    readings: z.number().int().min(2).max(30).default(5),
    /** `stored` looks at what is there; `fresh` waits for readings that are taken from now on. */
    mode: z.enum(['stored', 'fresh']).default('stored'),
    /** dBm; without it the site's own threshold. */
    rssiLeastDbm: z.number().min(-100).max(-30).optional(),
    /** The version that every board must have; without it that line does not apply. */
    firmware: z.string().min(1).max(64).optional(),
    technician: z.string().max(60).default(''),
  })
  .readonly();
export type CheckWish = z.infer<typeof checkWish>;

export const siteCheckSummary = z
  .object({
    id: z.number(),
    siteRef,
    siteName: z.string(),
    startedMs: epochMs,
    finishedMs: epochMs,
    technician: z.string(),
    readings: z.number(),
    mode: z.enum(['stored', 'fresh']),
    rssiLeastDbm: z.number(),
    firmware: z.string().nullable(),
    devices: z.number(),
    passedDevices: z.number(),
    /** No line of any device failed, and there was a device. */
    passed: z.boolean(),
  })
  .readonly();
export type SiteCheckSummary = z.infer<typeof siteCheckSummary>;

export const siteCheck = z
  .object({ ...siteCheckSummary.unwrap().shape, items: z.array(checkedDevice).readonly() })
  .readonly();
export type SiteCheck = z.infer<typeof siteCheck>;

/** How far a run is, and at its end what it found. */
export const checkProgress = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    /** Devices with all that the list needs, of all. */
    ready: z.number(),
    devices: z.number(),
    /** When it ends at the latest, whatever arrives. */
    untilMs: epochMs,
  }),
  z.object({ type: z.literal('done'), check: siteCheck }),
]);
export type CheckProgress = z.infer<typeof checkProgress>;

export const siteCheckContract = {
  /**
   * Runs the list over all devices of the site and keeps what it found; letting go of the stream cancels, and nothing is
   * kept. @throws `site.unknown`, `site-check.no-devices`, `site-check.busy` (one of this site runs), `stack.not-running`
   */
  run: stream(checkWish, checkProgress),
  /** Newest first. */
  list: procedure(
    z.object({
      siteRef: siteRef.optional(),
      beforeId: z.number().optional(),
      limit: z.number().int().min(1).max(200).default(50),
    }),
    z.object({ items: z.array(siteCheckSummary).readonly() }),
  ),
  /** @throws `site-check.unknown` */
  get: procedure(z.object({ id: z.number() }), siteCheck),
  /** One line per device and check as CSV, or all as JSON. @throws `site-check.unknown` */
  export: procedure(
    z.object({ id: z.number(), format: z.enum(['csv', 'json']) }),
    z.object({ fileName: z.string(), file: z.instanceof(Blob) }),
  ),
  /** @throws `site-check.unknown` */
  remove: procedure(z.object({ id: z.number() }), nothing),
} as const;
