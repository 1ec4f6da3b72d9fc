import { z } from 'zod';
import { epochMs, mac, nothing, siteRef } from './common.ts';
import { procedure, stream } from './procedure.ts';

/** A site as published, with what we know beside it. */
export const site = z
  .object({ ref: siteRef, name: z.string(), description: z.string(), demo: z.boolean() })
  .readonly();
export type Site = z.infer<typeof site>;

/** A room or cabinet with one set of limits; `null` where a side has none. °C and % relative humidity. */
export const zone = z
  .object({
    id: z.number(),
    siteRef,
    name: z.string(),
    temperatureMin: z.number().nullable(),
    temperatureMax: z.number().nullable(),
    humidityMin: z.number().nullable(),
    humidityMax: z.number().nullable(),
  })
  .readonly();
export type Zone = z.infer<typeof zone>;

/** An adopted device with its last reading and last heartbeat; `null` where there was none yet. */
export const device = z
  .object({
    mac,
    siteRef: siteRef.nullable(),
    /** Label given by the technician; empty means: show the MAC address. */
    name: z.string(),
    position: z.string(),
    zoneId: z.number().nullable(),
    readingMs: epochMs.nullable(),
    temperature: z.number().nullable(),
    humidity: z.number().nullable(),
    heartbeatMs: epochMs.nullable(),
    /** Reception time of the last message of any kind: presence is judged by it. */
    seenMs: epochMs.nullable(),
    rssi: z.number().nullable(),
    freeHeap: z.number().nullable(),
    minHeap: z.number().nullable(),
    uptime: z.number().nullable(),
    ntpSync: z.boolean().nullable(),
    /** The last message carried a time that could not be true. */
    clockFaulty: z.boolean(),
    /** Birth or last will, where the firmware tells them apart. */
    status: z.enum(['online', 'offline']).nullable(),
    firmware: z.string().nullable(),
  })
  .readonly();
export type Device = z.infer<typeof device>;

/** A device that sends but is not adopted; its readings wait in quarantine. */
export const candidate = z
  .object({
    mac,
    firstSeenMs: epochMs,
    lastSeenMs: epochMs,
    messages: z.number(),
    siteRef: z.string().nullable(),
    temperature: z.number().nullable(),
    humidity: z.number().nullable(),
    rssi: z.number().nullable(),
    ignored: z.boolean(),
    /** Messages kept in quarantine, and how many older ones had to make room. */
    kept: z.number(),
    evicted: z.number(),
  })
  .readonly();
export type Candidate = z.infer<typeof candidate>;

export const boardUpdate = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    seq: z.number(),
    devices: z.array(device),
    candidates: z.array(candidate),
    /** Further candidates that are not listed: only the newest thousand are; absent means none. */
    moreCandidates: z.number().optional(),
    sites: z.array(site),
    zones: z.array(zone),
  }),
  /** Changed ones whole; lists that did not change are absent. */
  z.object({
    type: z.literal('delta'),
    seq: z.number(),
    devices: z.array(device),
    removed: z.array(mac),
    candidates: z.array(candidate).optional(),
    /** Comes with `candidates`, where there are more than are listed. */
    moreCandidates: z.number().optional(),
    sites: z.array(site).optional(),
    zones: z.array(zone).optional(),
  }),
]);
export type BoardUpdate = z.infer<typeof boardUpdate>;

export const quarantineReason = z.enum([
  'unknown-device',
  'unknown-topic',
  'bad-topic-mac',
  'not-json',
  'not-an-object',
  'mac-mismatch',
  'missing-field',
  'wrong-type',
  'implausible-value',
  'too-large',
  'storage-refused',
  'too-many-days',
  'unknown-age',
]);
export type QuarantineReason = z.infer<typeof quarantineReason>;

export const quarantined = z
  .object({
    id: z.number(),
    receivedMs: epochMs,
    topic: z.string(),
    mac: mac.nullable(),
    reason: quarantineReason,
    /** Which field and what about it, in English, for the details. */
    detail: z.string(),
    /** Size as received; `preview` shows the beginning, bytes that are no text as `\\xNN`. */
    bytes: z.number(),
    preview: z.string(),
  })
  .readonly();
export type Quarantined = z.infer<typeof quarantined>;

const limit = z.number().min(-100).max(1000).nullable();

export const devicesContract = {
  /** Snapshot, then deltas at most ten times a second whatever the message rate. */
  watch: stream(nothing, boardUpdate),
  /** Makes a candidate (or a MAC typed by hand) a device of a site and replays its quarantine. */
  adopt: procedure(
    z.object({
      mac,
      siteRef,
      name: z.string().max(60).default(''),
      zoneId: z.number().nullable().default(null),
    }),
    z.object({ readings: z.number(), heartbeats: z.number(), stillQuarantined: z.number() }),
  ),
  ignore: procedure(z.object({ mac, ignored: z.boolean() }), nothing),
  update: procedure(
    z.object({
      mac,
      name: z.string().max(60),
      position: z.string().max(120),
      siteRef,
      zoneId: z.number().nullable(),
    }),
    nothing,
  ),
  /** Mean temperature per bucket of the last `hours`, one array per device, `null` where nothing was measured. */
  sparklines: procedure(
    z.object({
      macs: z.array(mac).max(500),
      hours: z.number().int().min(1).max(48),
      buckets: z.number().int().min(8).max(200),
    }),
    z.object({
      fromMs: epochMs,
      toMs: epochMs,
      series: z.record(z.string(), z.array(z.number().nullable())),
    }),
  ),
  quarantine: procedure(
    z.object({
      mac: mac.optional(),
      reason: quarantineReason.optional(),
      beforeId: z.number().optional(),
      limit: z.number().int().min(1).max(200),
    }),
    z.object({
      items: z.array(quarantined).readonly(),
      total: z.number(),
      totalBytes: z.number(),
      evicted: z.number(),
      byReason: z.record(z.string(), z.number()),
    }),
  ),
  /** Tries the kept messages again, of one device or of all. */
  replayQuarantine: procedure(
    z.object({ mac: mac.optional() }),
    z.object({ readings: z.number(), heartbeats: z.number(), stillQuarantined: z.number() }),
  ),
  discardQuarantine: procedure(
    z.object({ mac: mac.optional(), reason: quarantineReason.optional() }),
    z.object({ removed: z.number() }),
  ),
  createSite: procedure(
    z.object({
      ref: siteRef,
      name: z.string().min(1).max(255),
      description: z.string().max(2000).default(''),
    }),
    nothing,
  ),
  updateSite: procedure(
    z.object({ ref: siteRef, name: z.string().min(1).max(255), description: z.string().max(2000) }),
    nothing,
  ),
  saveZone: procedure(
    z.object({
      id: z.number().nullable(),
      siteRef,
      name: z.string().min(1).max(80),
      temperatureMin: limit,
      temperatureMax: limit,
      humidityMin: limit,
      humidityMax: limit,
    }),
    z.object({ id: z.number() }),
  ),
  removeZone: procedure(z.object({ id: z.number() }), nothing),
} as const;
