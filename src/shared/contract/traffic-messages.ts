import { z } from 'zod';
import { epochMs, errorReport } from './common.ts';

export const count = z.number().int().min(0);
export const sourceId = z.string().min(1).max(64).default('stack');

/** One broker whose messages can be looked at. */
export const sourceState = z
  .object({
    id: z.string(),
    kind: z.enum(['embedded', 'docker', 'profile']),
    /** Of the profile; empty for the stack. */
    name: z.string(),
    /** `idle`: nobody looks, so nothing is connected. `waiting`: lost, tries again at `retryMs`. */
    phase: z.enum(['idle', 'connecting', 'connected', 'waiting', 'stopped']),
    retryMs: epochMs.nullable(),
    /** Why the last connection ended or did not come about. */
    error: errorReport.nullable(),
    /** How often it was lost since it is watched. */
    losses: count,
    /** `$SYS` values, where the broker publishes any. */
    sys: z.array(z.object({ topic: z.string(), value: z.string() }).readonly()).readonly(),
  })
  .readonly();
export type SourceState = z.infer<typeof sourceState>;

/**
 * All parts must hold; an empty part always does. `topic`: an MQTT filter. `text`: in topic or payload, whatever its
 * case. `json`: comparisons joined by `&&`, as `temperature > 8 && site.name ~ "cold"`; operators `= != < <= > >= ~`
 * (`~`: contains), a path alone asks that it is there; paths as `a.b[0]` or `["odd name"]`. `client`: the exact id
 * or account, known on the embedded broker alone.
 */
export const messageFilter = z
  .object({
    topic: z.string().max(65_535).default(''),
    text: z.string().max(500).default(''),
    json: z.string().max(500).default(''),
    /** Empty: any. */
    qos: z
      .array(z.literal([0, 1, 2]))
      .max(3)
      .readonly()
      .default([]),
    retained: z.boolean().nullable().default(null),
    client: z.string().max(1_000).default(''),
  })
  .readonly();
export type MessageFilter = z.infer<typeof messageFilter>;

export const payloadForm = z.enum(['empty', 'json', 'text', 'binary']);
export type PayloadForm = z.infer<typeof payloadForm>;

/** One line of the message list. */
export const trafficMessage = z
  .object({
    /** Ascending without gaps since the source was opened. */
    seq: count,
    timeMs: epochMs,
    /** The first 1000 characters. */
    topic: z.string(),
    topicCut: z.boolean(),
    qos: z.literal([0, 1, 2]),
    /** Asked to be retained (embedded broker), or is a retained copy (all others). */
    retain: z.boolean(),
    /** Of the payload as it came. */
    bytes: count,
    form: payloadForm,
    /** The first 400 characters; for `binary` the first 64 bytes in hexadecimal. */
    preview: z.string(),
    previewCut: z.boolean(),
    /** Empty where it is not known; `application` published it itself where `account` is empty too. */
    client: z.string(),
    account: z.string(),
  })
  .readonly();
export type TrafficMessage = z.infer<typeof trafficMessage>;

/** What MQTT 5 carries beside the payload; binary values in hexadecimal. */
export const messageProperties = z
  .object({
    contentType: z.string().nullable(),
    responseTopic: z.string().nullable(),
    correlationData: z.string().nullable(),
    payloadIsUtf8: z.boolean().nullable(),
    expirySeconds: z.number().nullable(),
    user: z.array(z.object({ name: z.string(), value: z.string() }).readonly()).readonly(),
  })
  .readonly();
export type MessageProperties = z.infer<typeof messageProperties>;

/**
 * What the ingest did with it: `waiting` for its commit; `stored` (a row), `passed` (understood, no row, or no
 * sensor's topic), `quarantined` with the reason code of the quarantine; `failed`; `null` where it is not known.
 */
export const messageOutcome = z
  .object({
    kind: z.enum(['waiting', 'stored', 'passed', 'quarantined', 'failed']),
    /** From its arrival. */
    tookMs: z.number().nullable(),
    reason: z.string().nullable(),
  })
  .readonly();
export type MessageOutcome = z.infer<typeof messageOutcome>;

export const messageDetail = z
  .object({
    message: trafficMessage,
    /** Whole. */
    topic: z.string(),
    /** Whole, unless it is over 16 MB: then the first of it, and `payloadCut`. */
    payload: z.instanceof(Blob),
    payloadCut: z.boolean(),
    properties: messageProperties.nullable(),
    outcome: messageOutcome.nullable(),
    /** The one before it on its topic, where it is kept still. */
    previous: z
      .object({ seq: count, timeMs: epochMs, payload: z.instanceof(Blob) })
      .readonly()
      .nullable(),
  })
  .readonly();
export type MessageDetail = z.infer<typeof messageDetail>;

/** One visible row of the tree: a level of topics. Counts are those of the node and all below it. */
export const trafficNode = z
  .object({
    /** Stable as long as the node lives. */
    id: count,
    /** The level itself, its first 200 characters; empty for an empty level. */
    name: z.string(),
    /** From the root, the first 1000 characters. */
    topic: z.string(),
    topicCut: z.boolean(),
    depth: count,
    children: count,
    open: z.boolean(),
    /** Topics at and below it. */
    topics: count,
    messages: count,
    bytes: count,
    /** Over about the last ten seconds. */
    messagesPerSecond: z.number(),
    /** The newest message at or below it: a change of it is what flashes. */
    lastSeq: count,
    lastMs: epochMs,
    /** The newest message of exactly this topic, where it is a topic itself and the message is kept. */
    own: z
      .object({
        seq: count,
        timeMs: epochMs,
        messages: count,
        retain: z.boolean(),
        form: payloadForm,
        preview: z.string(),
        previewCut: z.boolean(),
      })
      .readonly()
      .nullable(),
  })
  .readonly();
export type TrafficNode = z.infer<typeof trafficNode>;
