import { z } from 'zod';
import { labelSizes } from '../domain/label-size.ts';
import { boardIdentity, lineAddress, stepProgress } from './boards.ts';
import { epochMs, errorReport, mac, nothing, port, siteRef } from './common.ts';
import { procedure, stream } from './procedure.ts';

/** In this order; a step that is not wanted or not needed is `skipped`. */
export const provisioningStep = z.enum([
  'connect',
  'backup',
  'erase',
  'write',
  'configure',
  'boot',
  'wifi',
  'broker',
  'reading',
]);
export type ProvisioningStep = z.infer<typeof provisioningStep>;

export const stepState = z
  .object({
    step: provisioningStep,
    state: z.enum(['waiting', 'running', 'done', 'skipped', 'failed']),
    startedMs: epochMs.nullable(),
    durationMs: z.number().nullable(),
    progress: stepProgress.nullable(),
    /** Fact worth a line, for example bytes skipped because they were right already; words by this key. */
    note: z
      .enum(['unchanged', 'partly-unchanged', 'slower-line', 'other-settings-kept', 'new-account'])
      .nullable(),
  })
  .readonly();
export type StepState = z.infer<typeof stepState>;

/** Why a board does not go on, as found out by the tool. */
export const provisioningFinding = z.enum([
  'board-error',
  'no-such-network',
  'wrong-wifi-password',
  'no-ip-address',
  'broker-unreachable',
  'broker-refused-login',
  'sensor-silent',
  'crashing',
  'brown-out',
  'no-firmware-answer',
  'nothing-arrived',
  'reading-quarantined',
  'stack-stopped',
]);
export type ProvisioningFinding = z.infer<typeof provisioningFinding>;

export const firstReading = z
  .object({
    timeMs: epochMs,
    temperature: z.number(),
    humidity: z.number(),
    /** dBm, from the heartbeat nearest to it; null where none came. */
    rssi: z.number().nullable(),
    /** From the reset of the board to the committed row. */
    delayMs: z.number(),
  })
  .readonly();

export const boardJob = z
  .object({
    id: z.string(),
    address: lineAddress,
    phase: z.enum(['waiting', 'running', 'ready', 'needs-you', 'cancelled']),
    mac: mac.nullable(),
    chip: z.string().nullable(),
    siteRef,
    name: z.string(),
    position: z.string(),
    startedMs: epochMs.nullable(),
    finishedMs: epochMs.nullable(),
    baudRate: z.number().nullable(),
    steps: z.array(stepState).readonly(),
    reading: firstReading.nullable(),
    finding: provisioningFinding.nullable(),
    error: errorReport.nullable(),
    /** What is on the board where it stopped: which sentence is true about its safety. */
    boardState: z.enum([
      'untouched',
      'firmware-incomplete',
      'boot-loader-incomplete',
      'firmware-done',
      'configured',
    ]),
    lastLogLine: z.string(),
  })
  .readonly();
export type BoardJob = z.infer<typeof boardJob>;

const ssidBytes = (text: string): number => new TextEncoder().encode(text).length;

/** The same for every board of a batch. */
export const batchSettings = z
  .object({
    /** Content hash in the firmware library; null writes no firmware, only the configuration. */
    firmwareId: z.string().nullable(),
    wifiSsid: z
      .string()
      .min(1)
      .refine((text) => ssidBytes(text) <= 32, 'at most 32 bytes'),
    /** Empty: an open network; null: the one kept with the profile. */
    wifiPassword: z
      .string()
      .refine((text) => text === '' || (text.length >= 8 && ssidBytes(text) <= 63), '8 to 63 characters')
      .nullable(),
    mqttHost: z.string().min(1).max(253),
    mqttPort: port,
    mqttTls: z.boolean(),
    intervalS: z.number().int().min(5).max(86_400),
    dhtGpio: z.number().int().min(0).max(48),
    dhtType: z.union([z.literal(11), z.literal(22)]),
    ntpHost: z.string().max(253),
    eraseAll: z.boolean(),
    backupFirst: z.boolean(),
  })
  .readonly();
export type BatchSettings = z.infer<typeof batchSettings>;

export const batchBoard = z
  .object({
    address: lineAddress,
    siteRef,
    name: z.string().max(60),
    position: z.string().max(120),
    zoneId: z.number().nullable(),
    /** Added to what the sensor measures, °C and % relative humidity. */
    temperatureOffset: z.number().min(-300).max(300),
    humidityOffset: z.number().min(-100).max(100),
    /** The device whose place this board takes: its account ends, its site, name and history stay. */
    replaces: mac.nullable(),
  })
  .readonly();
export type BatchBoard = z.infer<typeof batchBoard>;

export const provisioningState = z
  .object({
    jobs: z.array(boardJob).readonly(),
    startedMs: epochMs.nullable(),
    /** Boards are taken as they are plugged in. */
    autoStart: z.boolean(),
    /** Only start and stop can be touched. */
    locked: z.boolean(),
    totals: z
      .object({ ready: z.number(), running: z.number(), needsYou: z.number(), left: z.number() })
      .readonly(),
  })
  .readonly();
export type ProvisioningState = z.infer<typeof provisioningState>;

export const profile = z
  .object({
    id: z.string(),
    siteRef,
    name: z.string().min(1).max(60),
    settings: batchSettings.unwrap().omit({ wifiPassword: true }).readonly(),
    hasWifiPassword: z.boolean(),
  })
  .readonly();
export type ProvisioningProfile = z.infer<typeof profile>;

export const wifiNetwork = z
  .object({
    ssid: z.string(),
    /** dBm of the strongest access point with that name, as this machine hears it. */
    rssi: z.number(),
    channel: z.number(),
    band: z.enum(['2.4', '5', 'both']),
    secured: z.boolean(),
    accessPoints: z.number(),
  })
  .readonly();
export type WifiNetwork = z.infer<typeof wifiNetwork>;

/** One line of a CSV roster: by MAC address, or in the order of plugging in. */
export const rosterEntry = z
  .object({
    mac: mac.nullable(),
    siteRef,
    name: z.string().max(60),
    position: z.string().max(120),
    used: z.boolean(),
  })
  .readonly();
export type RosterEntry = z.infer<typeof rosterEntry>;

export const commissioningRecord = z
  .object({
    id: z.number(),
    mac,
    siteRef: siteRef.nullable(),
    name: z.string(),
    technician: z.string(),
    startedMs: epochMs,
    finishedMs: epochMs.nullable(),
    result: z.enum(['ready', 'needs-you', 'cancelled']),
    firmwareSha256: z.string().nullable(),
    configurationSha256: z.string().nullable(),
    reading: firstReading.nullable(),
    steps: z.array(stepState).readonly(),
  })
  .readonly();
export type CommissioningRecord = z.infer<typeof commissioningRecord>;

export const labelSize = z.enum(labelSizes);
export type { LabelSize } from '../domain/label-size.ts';

export const provisioningContract = {
  /** The whole state at once, again on every change, at most ten times a second. */
  watch: stream(nothing, provisioningState),
  start: procedure(
    z.object({
      boards: z.array(batchBoard).min(1).max(64),
      settings: batchSettings,
      /** Whose kept Wi-Fi password is meant where the settings have `null`. */
      profileId: z.string().nullable(),
    }),
    nothing,
  ),
  /** One job, or all: each board is left in a state that is said. */
  cancel: procedure(z.object({ id: z.string().nullable() }), nothing),
  /** From the first step that is not right yet; with other settings where those were wrong. */
  retry: procedure(
    z.object({
      id: z.string(),
      wifi: z.object({ ssid: z.string(), password: z.string() }).nullable().default(null),
    }),
    nothing,
  ),
  /** Takes a finished or failed board off the page; its record stays. */
  dismiss: procedure(z.object({ id: z.string().nullable() }), nothing),
  /** Starts each board as it is plugged in, named from the roster or by counting on. */
  setAutoStart: procedure(
    z.object({
      on: z.boolean(),
      settings: batchSettings.nullable(),
      profileId: z.string().nullable(),
      template: batchBoard.unwrap().omit({ address: true }).nullable(),
      lock: z.boolean(),
    }),
    nothing,
  ),
  unlock: procedure(nothing, nothing),
  roster: procedure(nothing, z.object({ items: z.array(rosterEntry).readonly() })),
  /** Replaces the roster by a CSV text with the columns mac, site, name, position; errors by line. */
  importRoster: procedure(
    z.object({ csv: z.string().max(1_000_000) }),
    z.object({
      taken: z.number(),
      problems: z.array(z.object({ line: z.number(), reason: z.string() })).readonly(),
    }),
  ),
  /** What this machine offers as broker addresses, and the networks that it hears. */
  suggestions: procedure(
    nothing,
    z.object({
      hosts: z
        .array(z.object({ host: z.string(), interfaceName: z.string(), listening: z.boolean() }))
        .readonly(),
      networks: z.array(wifiNetwork).readonly(),
      networksKnown: z.boolean(),
    }),
  ),
  profiles: procedure(nothing, z.object({ items: z.array(profile).readonly() })),
  saveProfile: procedure(
    z.object({
      id: z.string().nullable(),
      siteRef,
      name: z.string().min(1).max(60),
      settings: batchSettings,
    }),
    z.object({ id: z.string() }),
  ),
  removeProfile: procedure(z.object({ id: z.string() }), nothing),
  /** What would change on the board with these settings; secrets only as changed or not. */
  difference: procedure(
    z.object({ identity: boardIdentity, board: batchBoard, settings: batchSettings }),
    z.object({
      changes: z
        .array(z.object({ key: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
        .readonly(),
    }),
  ),
  /** Serial log of a job; cursor pull. */
  log: procedure(
    z.object({
      id: z.string(),
      after: z.number().min(0),
      max: z.number().int().min(1).max(1000),
      waitMs: z.number().min(0).max(30_000),
    }),
    z.object({
      items: z.array(z.object({ seq: z.number(), timeMs: epochMs, text: z.string() })).readonly(),
      next: z.number(),
      dropped: z.number(),
    }),
  ),
  records: procedure(
    z.object({ mac: mac.optional(), limit: z.number().int().min(1).max(500) }),
    z.object({ items: z.array(commissioningRecord).readonly(), chainIntact: z.boolean() }),
  ),
  /** CSV of the boards on the page: result, times, first reading. */
  report: procedure(nothing, z.object({ fileName: z.string(), file: z.instanceof(Blob) })),
  label: procedure(
    z.object({ macs: z.array(mac).min(1).max(200), size: labelSize, format: z.enum(['pdf', 'png']) }),
    z.object({ fileName: z.string(), file: z.instanceof(Blob) }),
  ),
  /** Ends the broker account of a device and its connection; its history stays. */
  decommission: procedure(z.object({ mac }), nothing),
} as const;
