import { z } from 'zod';
import { fleetColumns } from '../domain/fleet-columns.ts';
import { healthReasonCodes } from '../domain/device-health/reasons.ts';
import { epochMs, mac, nothing, siteRef } from './common.ts';
import { procedure, stream } from './procedure.ts';

/**
 * The one word for a device. `offline`: not heard for too long. `faulty`: it needs somebody now. `watch`: it will, or
 * its data is in doubt. `unknown`: nothing can be said yet (never heard, or the application listens only since a moment).
 */
export const verdict = z.enum(['healthy', 'watch', 'faulty', 'offline', 'unknown']);
export type Verdict = z.infer<typeof verdict>;

export const healthReasonCode = z.enum(healthReasonCodes);
export type HealthReasonCode = z.infer<typeof healthReasonCode>;

/**
 * Why a verdict is what it is. Words and next step are in the catalogues under `health.reasons.{code}.what` and `.next`,
 * with the entries of `data` as placeholders (numbers as they are: dBm, bytes, °C, %, counts, `...Ms` in milliseconds) and
 * `duration`, which is the time since `sinceMs` in words ("2 h"), so that a row does not change while time passes.
 */
export const healthReason = z
  .object({
    code: healthReasonCode,
    severity: z.enum(['note', 'watch', 'faulty', 'offline', 'unknown']),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).readonly(),
    /** Since when, as far as is known. */
    sinceMs: epochMs.nullable(),
  })
  .readonly();
export type HealthReason = z.infer<typeof healthReason>;

/**
 * One row of the fleet, beside `devices.watch` (name, place, last values), joined by MAC. Figures are `null` where there
 * is too little to say.
 */
export const healthRow = z
  .object({
    mac,
    siteRef: siteRef.nullable(),
    verdict,
    /** Worst first; empty where the device is healthy. */
    reasons: z.array(healthReason).readonly(),
    /** Since when the verdict is this one, as far as is known. */
    verdictSinceMs: epochMs.nullable(),
    /** The device's own interval between readings, learned from them. */
    intervalMs: z.number().nullable(),
    /** Received share of the readings expected over the window that is kept (about half an hour), 0..1. */
    receivedShare: z.number().min(0).max(1).nullable(),
    /** Median of the last heartbeats, dBm, and its robust slope, dBm per hour. */
    rssiMedian: z.number().nullable(),
    rssiSlopePerHour: z.number().nullable(),
    /** Robust slope of the free heap, bytes per hour; negative is a leak. */
    heapSlopePerHour: z.number().nullable(),
    restartsHour: z.number(),
    restartsDay: z.number(),
    /** What the board said of itself; `null` where its firmware does not say. */
    ip: z.string().nullable(),
    chip: z.string().nullable(),
    firmware: z.string().nullable(),
    resetReason: z.string().nullable(),
    /** Whether `command` would be sent, and why not: the published firmware ignores commands. */
    commands: z.enum(['answers', 'published-firmware', 'offline', 'stack-stopped']),
  })
  .readonly();
export type HealthRow = z.infer<typeof healthRow>;

export const healthUpdate = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), seq: z.number(), rows: z.array(healthRow).readonly() }),
  /** Changed rows whole. */
  z.object({
    type: z.literal('delta'),
    seq: z.number(),
    rows: z.array(healthRow).readonly(),
    removed: z.array(mac).readonly(),
  }),
]);
export type HealthUpdate = z.infer<typeof healthUpdate>;

const minutes = (least: number, most: number) => z.number().min(least).max(most);

/** From where on a device of a site is no longer healthy. Minutes, dBm, bytes. */
export const healthThresholds = z
  .object({
    /** Not heard for so long: watch, then offline. The published view has 5 and 30. */
    watchAfterMinutes: minutes(1, 1440),
    offlineAfterMinutes: minutes(2, 10_080),
    /** Below this share of the expected readings (0..1): watch. */
    receivedShareLeast: z.number().min(0).max(1),
    rssiWatchDbm: z.number().min(-100).max(-30),
    rssiFaultyDbm: z.number().min(-110).max(-30),
    heapWatchBytes: z.number().int().min(0).max(8_000_000),
    heapFaultyBytes: z.number().int().min(0).max(8_000_000),
    /** Free heap that is lost per hour, bytes; more is a leak. */
    heapLeakBytesPerHour: z.number().int().min(1).max(1_000_000),
    restartsHourFaulty: z.number().int().min(1).max(60),
    restartsDayWatch: z.number().int().min(1).max(1000),
    /** So many readings in a row with the same value to the last digit. */
    frozenReadings: z.number().int().min(5).max(30),
    refusedLoginsHour: z.number().int().min(1).max(1000),
  })
  .readonly();
export type HealthThresholds = z.infer<typeof healthThresholds>;

/** Only what a site has of its own; the rest is the default. */
export const siteThresholds = z.object(healthThresholds.unwrap().partial().shape).readonly();
export type SiteThresholds = z.infer<typeof siteThresholds>;

export const timelineKind = z.enum([
  'commissioned',
  'moved',
  'replaced',
  'calibrated',
  'note',
  'restart',
  /** A span: `data.untilMs` where it is over. */
  'offline',
  'clock-fault',
  'clock-right',
  'limits-left',
  'limits-kept',
  'verdict',
  'alert-raised',
  'alert-cleared',
  'command',
]);
export type TimelineKind = z.infer<typeof timelineKind>;

/** Words are in the catalogues under `health.timeline.{kind}`, with `data` as placeholders. */
export const timelineEvent = z
  .object({
    kind: timelineKind,
    timeMs: epochMs,
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).readonly(),
  })
  .readonly();
export type TimelineEvent = z.infer<typeof timelineEvent>;

export const boardCommand = z.discriminatedUnion('cmd', [
  z.object({ cmd: z.literal('blink'), seconds: z.number().int().min(1).max(300) }),
  z.object({ cmd: z.literal('measure') }),
  z.object({ cmd: z.literal('restart') }),
]);
export type BoardCommand = z.infer<typeof boardCommand>;

/**
 * How far a command got. `sent`: the broker took it. Then one last item: `confirmed` where something arrived that
 * can only follow from it (a reading out of turn, an uptime that began anew), `unconfirmed` where it did not in
 * time, `cannot-know` for what leaves no trace (blinking).
 */
export const commandProgress = z
  .object({
    state: z.enum(['sent', 'confirmed', 'unconfirmed', 'cannot-know']),
    timeMs: epochMs,
  })
  .readonly();
export type CommandProgress = z.infer<typeof commandProgress>;

/** The columns that a fleet table can show, sort by and write to CSV. */
export const fleetColumn = z.enum(fleetColumns);
export type FleetColumn = z.infer<typeof fleetColumn>;

/** A way of looking at the fleet that a person gave a name. */
export const fleetView = z
  .object({
    id: z.number(),
    name: z.string().min(1).max(60),
    columns: z.array(fleetColumn).min(1).max(fleetColumn.options.length).readonly(),
    sort: z.object({ column: fleetColumn, descending: z.boolean() }).readonly(),
    /** `null` means all. */
    siteRef: siteRef.nullable(),
    verdicts: z.array(verdict).readonly(),
    text: z.string().max(100),
    groupBySite: z.boolean(),
  })
  .readonly();
export type FleetView = z.infer<typeof fleetView>;

export const healthContract = {
  /** Snapshot, then deltas: a change is told within a second. */
  watch: stream(nothing, healthUpdate),
  /**
   * Newest first. `nextBeforeMs` goes into the next question, `null` at the end. Restarts and silences are found in the
   * stored heartbeats. @throws `device.unknown`, `stack.not-running`, `history.cancelled`
   */
  timeline: procedure(
    z.object({
      mac,
      beforeMs: epochMs.optional(),
      limit: z.number().int().min(1).max(200).default(50),
    }),
    z.object({ items: z.array(timelineEvent).readonly(), nextBeforeMs: epochMs.nullable() }),
  ),
  /**
   * Publishes to the board's `cmd` topic and watches for what follows; ends by itself.
   *
   * @throws `health.command-not-understood` (published firmware), `health.device-silent`, `device.unknown`, `stack.not-running`
   */
  command: stream(z.object({ mac, command: boardCommand }), commandProgress),
  thresholds: procedure(
    z.object({ siteRef }),
    z.object({ own: siteThresholds, effective: healthThresholds, defaults: healthThresholds }),
  ),
  /** Replaces what the site has of its own; `{}` gives the defaults back. @throws `health.bad-thresholds`, `site.unknown` */
  saveThresholds: procedure(z.object({ siteRef, own: siteThresholds }), nothing),
  views: procedure(nothing, z.object({ items: z.array(fleetView).readonly() })),
  /** `id` null makes a new one. @throws `health.view-unknown`, `health.view-exists`, `health.too-many-views` */
  saveView: procedure(
    z.object({ ...fleetView.unwrap().shape, id: z.number().nullable() }),
    z.object({ id: z.number() }),
  ),
  removeView: procedure(z.object({ id: z.number() }), nothing),
  /** The list as CSV in that order and with those columns (`sparkline` is left out); without `macs` every device. */
  exportCsv: procedure(
    z.object({
      macs: z.array(mac).max(20_000).optional(),
      columns: z.array(fleetColumn).min(1).max(fleetColumn.options.length),
    }),
    z.object({ fileName: z.string(), file: z.instanceof(Blob) }),
  ),
} as const;
