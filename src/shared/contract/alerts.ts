import { z } from 'zod';
import { alertKinds } from '../domain/alert-rules.ts';
import { epochMs, mac, nothing, siteRef } from './common.ts';
import { procedure, stream } from './procedure.ts';

export const alertKind = z.enum(alertKinds);
export type AlertKind = z.infer<typeof alertKind>;

/** More devices than this inside one alert are counted, not listed. */
export const alertDevicesListed = 500;

/**
 * Something that somebody should know, from when it was raised until it cleared. One that is about a device alone has
 * its `mac`; one in which many devices of a site failed together has `siteRef` and lists them in `devices`; one of the
 * stack has neither, nor has one of many devices of several sites, or of no site (`data.sites` says of how many).
 * Words: `alerts.kinds.{kind}.{place}` (`alertPlace`) and `.next`, with `data` and `count`.
 */
export const alert = z
  .object({
    id: z.uuid(),
    kind: alertKind,
    severity: z.enum(['warning', 'critical']),
    scope: z.enum(['device', 'site', 'stack']),
    mac: mac.nullable(),
    siteRef: siteRef.nullable(),
    /** The devices concerned now (once cleared, all that were), at most `alertDevicesListed` of `deviceCount`. */
    devices: z.array(mac).readonly(),
    deviceCount: z.number(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).readonly(),
    /** Since when it was so; `raisedMs` is later by the time for which it had to last. */
    sinceMs: epochMs,
    raisedMs: epochMs,
    clearedMs: epochMs.nullable(),
    acknowledged: z.object({ timeMs: epochMs, by: z.string(), note: z.string() }).readonly().nullable(),
    /** Shown, but neither counted nor notified until then. */
    snoozedUntilMs: epochMs.nullable(),
  })
  .readonly();
export type Alert = z.infer<typeof alert>;

/** What is to be told, and after how long: raised when true for `raiseAfterS`, cleared when false for `clearAfterS`. */
export const alertRule = z
  .object({
    enabled: z.boolean(),
    raiseAfterS: z.number().int().min(0).max(86_400),
    clearAfterS: z.number().int().min(0).max(86_400),
    /** Also as a notification of the operating system, where the host can. */
    notify: z.boolean(),
  })
  .readonly();
export type AlertRule = z.infer<typeof alertRule>;

export const alertRules = z
  .object(
    Object.fromEntries(alertKind.options.map((kind) => [kind, alertRule])) as Record<
      AlertKind,
      typeof alertRule
    >,
  )
  .readonly();
export type AlertRules = z.infer<typeof alertRules>;

export const alertsState = z
  .object({
    /** Not cleared, most urgent first, then newest. */
    active: z.array(alert).readonly(),
    /** Of them, neither acknowledged nor snoozed. */
    open: z.number(),
    /** While the application has just started or woken up: silence raises nothing until then. */
    graceUntilMs: epochMs.nullable(),
  })
  .readonly();
export type AlertsState = z.infer<typeof alertsState>;

const ids = z.array(z.uuid()).min(1).max(1000);

export const alertsContract = {
  /** The whole state, again on every change, at most five times a second. */
  watch: stream(nothing, alertsState),
  /** Cleared ones too, newest first; the log keeps the newest ten thousand. */
  log: procedure(
    z.object({
      kind: alertKind.optional(),
      mac: mac.optional(),
      siteRef: siteRef.optional(),
      /** `raisedMs` of the last item of the page before. */
      beforeMs: epochMs.optional(),
      limit: z.number().int().min(1).max(200).default(50),
    }),
    z.object({ items: z.array(alert).readonly(), nextBeforeMs: epochMs.nullable() }),
  ),
  /** Somebody takes care of it. @throws `alerts.unknown` where one of them is not active any more; then none is changed */
  acknowledge: procedure(
    z.object({ ids, by: z.string().trim().min(1).max(60), note: z.string().max(500).default('') }),
    nothing,
  ),
  /** `untilMs` null ends the snooze; at most 30 days ahead. @throws `alerts.unknown`, `request.invalid` */
  snooze: procedure(z.object({ ids, untilMs: epochMs.nullable() }), nothing),
  rules: procedure(nothing, z.object({ rules: alertRules, defaults: alertRules })),
  saveRules: procedure(z.object({ rules: alertRules }), nothing),
} as const;
