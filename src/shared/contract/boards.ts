import { z } from 'zod';
import { epochMs, mac, nothing } from './common.ts';
import { procedure, stream } from './procedure.ts';

/** A device path of this machine, or a `socket://`, `rfc2217://` or `demo://` address. */
export const lineAddress = z.string().min(1).max(300);

export const flashPartition = z
  .object({
    name: z.string(),
    /** As the partition table says; `app`, `data` or a number in hexadecimal. */
    type: z.string(),
    subtype: z.string(),
    /** Bytes from the beginning of the flash. */
    offset: z.number(),
    size: z.number(),
    encrypted: z.boolean(),
  })
  .readonly();
export type FlashPartition = z.infer<typeof flashPartition>;

/** What runs on a board, from its application descriptor. */
export const boardFirmware = z
  .object({
    project: z.string(),
    version: z.string(),
    built: z.string(),
    idfVersion: z.string(),
    partition: z.string(),
  })
  .readonly();

/** Configuration found on a board; secrets are told only as present or absent. */
export const boardConfiguration = z
  .object({
    wifiSsid: z.string(),
    hasWifiPassword: z.boolean(),
    mqttHost: z.string(),
    mqttPort: z.number(),
    mqttTls: z.boolean(),
    mqttUser: z.string(),
    hasMqttPassword: z.boolean(),
    siteRef: z.string(),
    name: z.string(),
    intervalS: z.number(),
    dhtGpio: z.number(),
    dhtType: z.number(),
    temperatureOffset: z.number(),
    humidityOffset: z.number(),
    ntpHost: z.string(),
  })
  .readonly();
export type BoardConfiguration = z.infer<typeof boardConfiguration>;

export const boardIdentity = z
  .object({
    address: lineAddress,
    /** Family as manifests spell it: `ESP32`, `ESP32-S3`. */
    chip: z.string(),
    /** With package and revision letters where known: `ESP32-D0WD-V3`. */
    description: z.string(),
    /** `3.1` */
    revision: z.string(),
    mac,
    flashBytes: z.number().nullable(),
    crystalMhz: z.number().nullable(),
    secureBoot: z.boolean().nullable(),
    flashEncryption: z.boolean().nullable(),
    secureDownload: z.boolean(),
    /** No boot loader, partition table or application is on it. */
    blank: z.boolean(),
    firmware: boardFirmware.nullable(),
    partitions: z.array(flashPartition).readonly(),
    configuration: boardConfiguration.nullable(),
    /** Why the configuration cannot be told, where it cannot. */
    configurationProblem: z.enum(['none', 'no-partition', 'encrypted', 'damaged', 'incomplete']),
    identifiedMs: epochMs,
  })
  .readonly();
export type BoardIdentity = z.infer<typeof boardIdentity>;

/** Of one long step; `leftMs` is null until it can be told. */
export const stepProgress = z
  .object({
    /** 0 to 1. */
    fraction: z.number(),
    doneBytes: z.number(),
    totalBytes: z.number(),
    bytesPerSecond: z.number(),
    leftMs: z.number().nullable(),
  })
  .readonly();
export type StepProgress = z.infer<typeof stepProgress>;

export const backup = z
  .object({
    id: z.string(),
    createdMs: epochMs,
    mac,
    chip: z.string(),
    /** Name of the partition, or null for the whole flash. */
    partition: z.string().nullable(),
    flashBytes: z.number(),
    fileBytes: z.number(),
    sha256: z.string(),
  })
  .readonly();
export type Backup = z.infer<typeof backup>;

const longWork = <T extends z.ZodType>(result: T) =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('progress'), progress: stepProgress }),
    z.object({ type: z.literal('done'), result }),
  ]);

export const boardsContract = {
  /** Reads who the board is and what is on it; nothing is written. The board is reset before and after. */
  identify: procedure(z.object({ address: lineAddress }), boardIdentity),
  /** Lets the LED of a board flash so that it is found on the table; ends by itself. */
  blink: procedure(z.object({ address: lineAddress, seconds: z.number().int().min(1).max(60) }), nothing),
  reset: procedure(z.object({ address: lineAddress, into: z.enum(['application', 'boot-loader']) }), nothing),
  /** Letting go of the stream cancels; what was read so far is thrown away. */
  backup: stream(
    z.object({ address: lineAddress, partition: z.string().max(16).nullable() }),
    longWork(backup),
  ),
  /** Writes a backup to the board that it came from, or with `otherBoard` to any of the same chip and size. */
  restore: stream(
    z.object({ address: lineAddress, id: z.string(), otherBoard: z.boolean().default(false) }),
    longWork(nothing),
  ),
  eraseFlash: stream(z.object({ address: lineAddress }), longWork(nothing)),
  backups: procedure(nothing, z.object({ items: z.array(backup).readonly() })),
  backupFile: procedure(
    z.object({ id: z.string() }),
    z.object({ fileName: z.string(), file: z.instanceof(Blob) }),
  ),
  removeBackup: procedure(z.object({ id: z.string() }), nothing),
} as const;
