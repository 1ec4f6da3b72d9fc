import { z } from 'zod';
import { epochMs, errorReport, port } from './common.ts';
import { count, messageFilter, payloadForm } from './traffic-messages.ts';

const text = z.string().max(1_000);

/** Text, or any bytes as base64; at most 1 MB. */
export const payloadInput = z.discriminatedUnion('form', [
  z.object({ form: z.literal('text'), text: z.string().max(1_048_576) }).readonly(),
  z.object({ form: z.literal('base64'), base64: z.base64().max(1_400_000) }).readonly(),
]);

export const publication = z
  .object({
    /** No wildcards; checked as MQTT 3.1.1, section 4.7 says. */
    topic: z.string().max(65_535),
    payload: payloadInput,
    qos: z.literal([0, 1, 2]),
    retain: z.boolean(),
    /** Sent to brokers of MQTT 5 only. */
    contentType: z.string().max(200).default(''),
    user: z
      .array(z.object({ name: text, value: text }).readonly())
      .max(50)
      .readonly()
      .default([]),
  })
  .readonly();
export type Publication = z.infer<typeof publication>;

export const publicationTemplate = z.object({ id: z.string(), name: z.string(), publication }).readonly();

export const repeatState = z
  .object({
    id: z.string(),
    source: z.string(),
    topic: z.string(),
    intervalMs: count,
    times: count.nullable(),
    sent: count,
    failed: count,
    running: z.boolean(),
    error: errorReport.nullable(),
  })
  .readonly();
export type RepeatState = z.infer<typeof repeatState>;

/** A file of the folder `recordings/`. */
export const recording = z
  .object({
    name: z.string(),
    bytes: count,
    startedMs: epochMs,
    /** Known for those made since the start of the application. */
    messages: count.nullable(),
    source: z.string().nullable(),
    filter: messageFilter.nullable(),
    running: z.boolean(),
    /** Messages that the disk was too slow for: the recording lacks them. */
    missed: count,
    /** Why it ended by itself, as `traffic.disk-full`. */
    error: errorReport.nullable(),
  })
  .readonly();
export type Recording = z.infer<typeof recording>;

export const replayState = z
  .object({
    name: z.string(),
    source: z.string(),
    speed: z.number().nullable(),
    phase: z.enum(['running', 'done', 'cancelled', 'failed']),
    sent: count,
    /** Lines of the file, and of what time in the recording the last was; milliseconds from its first message. */
    atMs: z.number(),
    readBytes: count,
    totalBytes: count,
    /** `traffic.recording-damaged` names the line. */
    error: errorReport.nullable(),
  })
  .readonly();
export type ReplayState = z.infer<typeof replayState>;

export const retainedItem = z
  .object({
    topic: z.string(),
    qos: z.literal([0, 1, 2]),
    bytes: count,
    form: payloadForm,
    preview: z.string(),
    previewCut: z.boolean(),
  })
  .readonly();
export type RetainedItem = z.infer<typeof retainedItem>;

export const brokerClient = z
  .object({
    id: z.string(),
    account: z.string(),
    address: z.string(),
    listener: z.enum(['mqtt', 'mqtts', 'websocket']),
    /** 3: MQTT 3.1; 4: MQTT 3.1.1. */
    protocolVersion: count,
    keepAliveSeconds: count,
    cleanSession: z.boolean(),
    subscriptions: z.array(z.object({ filter: z.string(), qos: count }).readonly()).readonly(),
    /** Of its connection, since `sinceMs`. */
    bytesIn: count,
    bytesOut: count,
    messagesIn: count,
    sinceMs: epochMs,
  })
  .readonly();
export type BrokerClientInfo = z.infer<typeof brokerClient>;

export const loginRefusal = z.enum([
  'anonymous',
  'unknown-account',
  'wrong-password',
  'too-many-attempts',
  'client-id-unusable',
  'client-id-taken',
  'no-right-for-will',
  'accounts-unreadable',
]);
export type LoginRefusal = z.infer<typeof loginRefusal>;

export const refusedLogin = z
  .object({
    /** Of the last attempt. */
    timeMs: epochMs,
    account: z.string(),
    clientId: z.string(),
    address: z.string(),
    reason: loginRefusal,
    times: count,
  })
  .readonly();
export type RefusedLogin = z.infer<typeof refusedLogin>;

const profileFields = {
  name: z.string().trim().min(1).max(100),
  scheme: z.enum(['mqtt', 'mqtts', 'ws', 'wss']),
  host: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .regex(/^[^\s/@?#]+$/u),
  port,
  /** For `ws` and `wss`. */
  path: z
    .string()
    .max(500)
    .regex(/^\/[^\s?#]*$/u)
    .default('/mqtt'),
  username: z.string().max(1_000).default(''),
  /** MQTT 3.1.1 or 5. */
  version: z.literal([4, 5]).default(4),
  /** Empty: another one at each connection. */
  clientId: z.string().max(256).default(''),
  keepAliveSeconds: z.number().int().min(5).max(3_600).default(60),
  /** What is subscribed to. */
  filter: z.string().min(1).max(1_000).default('#'),
  /** Authorities to trust, PEM; empty: those that the system knows. */
  ca: z.string().max(200_000).default(''),
  /** The client's certificate, PEM; its key is a secret. */
  certificate: z.string().max(200_000).default(''),
} as const;

/** Secrets are told of and never given back. */
export const profile = z
  .object({ id: z.string(), ...profileFields, hasPassword: z.boolean(), hasKey: z.boolean() })
  .readonly();
export type Profile = z.infer<typeof profile>;

/** `password` and `key`: `null` leaves what is kept, empty removes it. */
export const profileInput = z
  .object({
    id: z.string().max(64).nullable(),
    ...profileFields,
    password: z.string().max(10_000).nullable().default(null),
    key: z.string().max(200_000).nullable().default(null),
  })
  .readonly();
export type ProfileInput = z.infer<typeof profileInput>;

export const profileTest = z
  .object({
    tookMs: z.number(),
    /** Of MQTT 5, where the broker says so; names as in the specification. */
    server: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    /** Was the subscription granted? */
    granted: z.boolean(),
  })
  .readonly();
