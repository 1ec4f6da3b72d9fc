import { z } from 'zod';
import { errorCodes } from '../domain/app-error.ts';
import { epochMs, errorReport, nothing } from './common.ts';
import { procedure, stream } from './procedure.ts';

export const usbDevice = z
  .object({
    vendorId: z.number().int(),
    productId: z.number().int(),
    serialNumber: z.string().nullable(),
    manufacturer: z.string().nullable(),
    product: z.string().nullable(),
  })
  .readonly();
export type UsbDevice = z.infer<typeof usbDevice>;

export const portInfo = z
  .object({
    /** Stays the same when the board is plugged in again, even where its device path changes. */
    id: z.string(),
    /** What opens it: `/dev/ttyUSB0`, `COM11`, `rfc2217://pi.local:4000`, `virtual://demo`. */
    address: z.string(),
    kind: z.enum(['usb', 'network', 'virtual', 'other']),
    usb: usbDevice.nullable(),
    /** `CP210x`, `CH340`, `ESP32 USB-Serial/JTAG`: proper names, the same in every language. */
    chip: z.string().nullable(),
    /** The maker of that chip or board: `Silicon Labs`. */
    maker: z.string().nullable(),
    /** A board may well hang on it; such ports come first. */
    likelyBoard: z.boolean(),
    /** Speaks USB itself: its port vanishes and returns when it is reset. */
    nativeUsb: z.boolean(),
    /** What a person called it. */
    label: z.string().nullable(),
    /** Since when it has been there without a break. */
    sinceMs: epochMs,
  })
  .readonly();
export type PortInfo = z.infer<typeof portInfo>;

/** The program that has a port open; `program` is `null` where the system does not tell. */
export const portUse = z
  .object({
    state: z.enum(['free', 'in-use', 'unknown']),
    pid: z.number().int().nullable(),
    program: z.string().nullable(),
  })
  .readonly();
export type PortUse = z.infer<typeof portUse>;

/**
 * One cause in plain words and one action: keys into both catalogues, with what they name. The exact command of
 * this system, where there is one, is `data.command`.
 */
export const portAdvice = z
  .object({
    symptom: z.string(),
    causeKey: z.string(),
    actionKey: z.string(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .readonly();
export type PortAdvice = z.infer<typeof portAdvice>;

export const logSeverity = z.enum(['good', 'note', 'warn', 'bad']);

/** What a line of a board's log means: a key into both catalogues, with the values it names. */
export const boardEvent = z
  .object({
    id: z.string(),
    key: z.string(),
    severity: logSeverity,
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .readonly();
export type BoardEvent = z.infer<typeof boardEvent>;

export const boardLogLine = z
  .object({
    seq: z.number().int(),
    timeMs: epochMs,
    /** As received, without its line end and without colour sequences; bytes that are no text are U+FFFD. */
    text: z.string(),
    level: z.enum(['error', 'warn', 'info', 'debug', 'verbose']).nullable(),
    tag: z.string().nullable(),
    /** Milliseconds since the board started, as it wrote them. */
    uptimeMs: z.number().nullable(),
    events: z.array(boardEvent).readonly(),
  })
  .readonly();
export type BoardLogLine = z.infer<typeof boardLogLine>;

export const portsContract = {
  /** All ports, again on every change, at most twice a second. */
  watch: stream(nothing, z.object({ ports: z.array(portInfo).readonly() })),
  /** Adds a board in another room; its address is checked, not opened. */
  addNetwork: procedure(z.object({ address: z.string().max(500), label: z.string().max(100) }), nothing),
  removeNetwork: procedure(z.object({ address: z.string().max(500) }), nothing),
  use: procedure(z.object({ address: z.string().max(500) }), portUse),
  /**
   * What the doctor has to say: about one port after `code` was met there, or without an address about this
   * machine where no board is found (driver, rights, another program that takes every port).
   */
  advice: procedure(
    z.object({
      address: z.string().max(500).nullable(),
      /** `null` with an address: the log of the board is judged. */
      code: z.enum(errorCodes).nullable(),
      /** Facts of that error. */
      data: errorReport.unwrap().shape.data.default({}),
    }),
    z.object({ items: z.array(portAdvice).readonly() }),
  ),
} as const;
