import { z } from 'zod';
import { epochMs, nothing } from './common.ts';
import { procedure, stream } from './procedure.ts';
import {
  brokerClient,
  profile,
  profileInput,
  profileTest,
  publication,
  publicationTemplate,
  recording,
  refusedLogin,
  repeatState,
  replayState,
  retainedItem,
} from './traffic-parts.ts';
import {
  count,
  messageDetail,
  messageFilter,
  sourceId,
  sourceState,
  trafficMessage,
  trafficNode,
} from './traffic-messages.ts';

const from = { source: sourceId } as const;
const window = { from: count.default(0), count: z.number().int().min(1).max(500) } as const;
const name = z.string().trim().min(1).max(100);
const id = z.string().max(64);
/** Names of files in the folder `recordings/`, nothing that could leave it. */
const recordingName = z.string().regex(/^[\w.-]{1,120}\.ndjson$/u);

/**
 * Counts are exact, whatever the screen shows of it. `kept` is what the ring holds: at most 100 000 messages and
 * 64 MB; older ones are `evicted`. A source that was not connected counts from the moment at which it was.
 */
export const trafficState = z
  .object({
    source: sourceState,
    sinceMs: epochMs,
    messages: count,
    bytes: count,
    /** Over about the last ten seconds. */
    messagesPerSecond: z.number(),
    bytesPerSecond: z.number(),
    topics: count,
    /** Topics that a flood of others pushed out of the tree. */
    topicsEvicted: count,
    kept: z
      .object({
        messages: count,
        bytes: count,
        oldestSeq: count,
        newestSeq: count,
        oldestMs: epochMs.nullable(),
        evicted: count,
      })
      .readonly(),
  })
  .readonly();
export type TrafficState = z.infer<typeof trafficState>;

/** Long work and what is being written; a snapshot after each change. */
export const trafficWork = z
  .object({
    recordings: z.array(recording).readonly(),
    replay: replayState.nullable(),
    repeats: z.array(repeatState).readonly(),
  })
  .readonly();
export type TrafficWork = z.infer<typeof trafficWork>;

/** What the person keeps, bounded: 50 profiles, 200 bookmarks, 200 templates, the last 100 publications. */
export const keptTraffic = z
  .object({
    profiles: z.array(profile).readonly(),
    bookmarks: z.array(z.object({ id, name, filter: messageFilter }).readonly()).readonly(),
    templates: z.array(publicationTemplate).readonly(),
    history: z.array(z.object({ timeMs: epochMs, publication }).readonly()).readonly(),
  })
  .readonly();
export type KeptTraffic = z.infer<typeof keptTraffic>;

/** One topic, or it and all below; `topic` holds no wildcards. */
const retainedTarget = z.object({ topic: z.string().max(65_535), subtree: z.boolean() });

/** What is looked at: messages, topics, clients. */
export const trafficLiveContract = {
  /** Every source that there is and how it stands, for the choice of one. */
  sources: procedure(nothing, z.object({ items: z.array(sourceState).readonly() })),
  /** Keep it open while the screen is: it connects the source. The state, at most twice a second. */
  watch: stream(z.object(from), trafficState),
  /**
   * Live, long poll: the newest `max` of what matched since `after`, oldest first. `matched` counts all that did,
   * `leftOut` those of them not among the items ("showing 1 of n"), `dropped` messages that went from the ring
   * unseen. Begin with `after: 0`: the newest messages that are kept, nothing counted as left out.
   * @throws `traffic.bad-filter` (data: field, at, reason)
   */
  next: procedure(
    z.object({
      ...from,
      filter: messageFilter,
      after: count,
      max: z.number().int().min(1).max(500),
      waitMs: count.max(30_000),
    }),
    z.object({
      items: z.array(trafficMessage).readonly(),
      next: count,
      matched: count,
      leftOut: count,
      dropped: count,
    }),
  ),
  /**
   * Exact, while paused: up to `max` matching messages next to `seq` (not included), before or after it; oldest first
   * always. `more`: others match further on. `before` with `seq: 0` begins at the newest.
   */
  page: procedure(
    z.object({
      ...from,
      filter: messageFilter,
      direction: z.enum(['before', 'after']),
      seq: count,
      max: z.number().int().min(1).max(500),
    }),
    z.object({ items: z.array(trafficMessage).readonly(), more: z.boolean(), oldestSeq: count }),
  ),
  /** One whole message and the one before it on its topic. @throws `traffic.message-gone` */
  message: procedure(z.object({ ...from, seq: count }), messageDetail),
  /** The newest kept message of a topic: `null` where there is none. */
  latest: procedure(
    z.object({ ...from, topic: z.string().max(65_535) }),
    z.object({ seq: count.nullable() }),
  ),
  /**
   * A numeric field over the kept messages of a topic, oldest first, the newest `max` of them; messages without it
   * are left out, booleans count as 0 and 1. Path as `a.b[0]`; empty for a payload that is a number itself.
   * @throws `traffic.bad-path`
   */
  field: procedure(
    z.object({
      ...from,
      topic: z.string().max(65_535),
      path: z.string().max(500),
      max: z.number().int().min(2).max(5_000),
    }),
    z.object({ timesMs: z.array(epochMs).readonly(), values: z.array(z.number()).readonly() }),
  ),
  /**
   * The visible rows of the tree from `from` on. `open: 'listed'` opens the nodes of `nodes`, `'all-but-listed'` all
   * others. A filter (text in the topic, or a topic filter with `+` or `#`) shows the topics that match and what leads
   * to them; use it with `all-but-listed`. Sorted by name, numbers by value.
   */
  tree: procedure(
    z.object({
      ...from,
      ...window,
      filter: z.string().max(1_000).default(''),
      open: z.enum(['listed', 'all-but-listed']).default('listed'),
      nodes: z.array(count).max(50_000).readonly().default([]),
    }),
    z.object({
      rows: z.array(trafficNode).readonly(),
      total: count,
      /** Topics that match the filter. */
      matching: count,
      topics: count,
      topicsEvicted: count,
    }),
  ),
  /** The nodes from the root to a topic, as far as there are any: to open the tree at it. */
  locate: procedure(
    z.object({ ...from, topic: z.string().max(65_535) }),
    z.object({ nodes: z.array(count).readonly() }),
  ),
  /** The last ten minutes in steps of five seconds, oldest first; the last step is not over at `endMs`. */
  rates: procedure(
    z.object(from),
    z.object({
      stepMs: count,
      endMs: epochMs,
      messages: z.array(count).readonly(),
      bytes: z.array(count).readonly(),
    }),
  ),

  /** Clients of the embedded broker; `filter` is text in id, account or address. Empty for others: `available` false. */
  clients: procedure(
    z.object({ ...window, filter: z.string().max(200).default('') }),
    z.object({ available: z.boolean(), items: z.array(brokerClient).readonly(), total: count }),
  ),
  /** @throws `traffic.client-unknown` */
  disconnectClient: procedure(z.object({ clientId: z.string().max(1_000) }), nothing),
  /** The last 200, newest first; the same one again only counts. */
  refusedLogins: procedure(
    nothing,
    z.object({ available: z.boolean(), items: z.array(refusedLogin).readonly() }),
  ),
} as const;

/** What is done and kept: retained messages, publishing, recordings, profiles. */
export const trafficPartsContract = {
  /**
   * Retained messages, sorted by topic. `filter` as in `tree`. `complete` is false where a broker gave more than
   * are held (50 000, 32 MB). @throws `traffic.source-away`
   */
  retained: procedure(
    z.object({ ...from, ...window, filter: z.string().max(1_000).default('') }),
    z.object({ items: z.array(retainedItem).readonly(), total: count, bytes: count, complete: z.boolean() }),
  ),
  /** How many a clearing would take, and the first topics of them: to be asked before it. */
  countRetained: procedure(
    z.object({ ...from, target: retainedTarget }),
    z.object({ count, examples: z.array(z.string()).readonly() }),
  ),
  /** Clears what was counted. @throws `traffic.retained-changed` where it is another number by now; nothing is done */
  clearRetained: procedure(
    z.object({ ...from, target: retainedTarget, expected: count }),
    z.object({ cleared: count }),
  ),

  /**
   * Resolves when the broker has it (QoS 0: when it is sent). On the embedded broker it goes the way of a sensor's
   * message, through the ingest too. `reasonCode` of MQTT 5, else `null` (16: nobody subscribes).
   * @throws `traffic.bad-topic` (data: reason), `traffic.source-away`, `traffic.publish-refused` (data: reasonCode)
   */
  publish: procedure(
    z.object({ ...from, publication }),
    z.object({ tookMs: z.number(), reasonCode: z.number().nullable() }),
  ),
  /** Publishes again and again; `times: null` until it is stopped. At most 20 at once. @throws as `publish`, `traffic.too-many` */
  startRepeat: procedure(
    z.object({
      ...from,
      publication,
      intervalMs: z.number().int().min(10).max(86_400_000),
      times: z.number().int().min(1).max(1_000_000).nullable(),
    }),
    z.object({ id }),
  ),
  /** Also takes one that is over from the list. */
  stopRepeat: procedure(z.object({ id }), nothing),

  /** Recordings (the folder's files, newest first), replay and repeats. */
  watchWork: stream(nothing, trafficWork),
  /** @throws `traffic.bad-filter`, `traffic.too-many` (4 at once), `file.unwritable`, `traffic.disk-full` */
  startRecording: procedure(z.object({ ...from, filter: messageFilter }), z.object({ name: recordingName })),
  /** @throws `traffic.recording-unknown` */
  stopRecording: procedure(z.object({ name: recordingName }), nothing),
  /** @throws `traffic.recording-unknown`, `traffic.recording-busy` while it is written or replayed */
  removeRecording: procedure(z.object({ name: recordingName }), nothing),
  /** NDJSON in parts that end with a line. @throws `traffic.recording-unknown` */
  downloadRecording: stream(
    z.object({ name: recordingName }),
    z.object({ text: z.string(), bytes: count, totalBytes: count }),
  ),
  /**
   * A piece of a file that is too large for one message (over 500 kB), to be followed by `addRecording` with the rest.
   * `upload: null` begins one; given up where nothing comes for ten minutes.
   */
  sendRecording: procedure(
    z.object({ upload: id.nullable(), offset: count, chunk: z.instanceof(Blob) }),
    z.object({ upload: id, received: count }),
  ),
  /**
   * A file of elsewhere, up to 200 MB, into the folder; each of its lines is read before. See `addRecordingInPieces`.
   * @throws `traffic.recording-damaged` (data: line, reason): nothing of it is kept
   */
  addRecording: procedure(
    z.object({ name, file: z.instanceof(Blob), upload: id.nullable().default(null) }),
    z.object({ name: recordingName, messages: count }),
  ),
  /**
   * Publishes a recording to a source; progress and end in `watchWork`. `speed`: 1 as it was, 10 ten times as fast,
   * `null` as fast as the broker takes it. `prefix` is put before every topic (`test/`).
   * @throws `traffic.recording-unknown`, `traffic.replay-busy`, `traffic.source-away`
   */
  startReplay: procedure(
    z.object({
      ...from,
      name: recordingName,
      speed: z.number().min(0.01).max(10_000).nullable(),
      prefix: z.string().max(200).default(''),
    }),
    nothing,
  ),
  cancelReplay: procedure(nothing, nothing),

  kept: procedure(nothing, keptTraffic),
  /** A profile with `id` replaces that one. Changing one ends its connection. @throws `traffic.too-many` */
  saveProfile: procedure(profileInput, profile),
  removeProfile: procedure(z.object({ id }), nothing),
  /** Connects and leaves again, within 10 s. @throws `mqtt.unreachable`, `mqtt.access-denied`, `traffic.certificate` */
  testProfile: procedure(profileInput, profileTest),
  saveBookmark: procedure(z.object({ name, filter: messageFilter }), z.object({ id })),
  removeBookmark: procedure(z.object({ id }), nothing),
  saveTemplate: procedure(z.object({ name, publication }), z.object({ id })),
  removeTemplate: procedure(z.object({ id }), nothing),
  clearHistory: procedure(nothing, nothing),
} as const;

/**
 * `source` is `stack` (the broker of the stack, embedded or Docker) or the id of a profile. All but the embedded broker
 * are connected only while somebody has `watch` open or records, and a minute longer. Errors of all: `traffic.source-unknown`.
 */
export const trafficContract = { ...trafficLiveContract, ...trafficPartsContract } as const;
