import { z } from 'zod';
import { epochMs, nothing } from './common.ts';
import { procedure, stream } from './procedure.ts';

/** Counters since the ingest started; `received = stored + replaced + passed + quarantined + failed + backlog`. */
export const ingestCounters = z
  .object({
    sinceMs: epochMs,
    received: z.number(),
    /** Rows new in `sensor_data` or `device_heartbeats`. */
    stored: z.number(),
    /** Rows that replaced one of the same device and time. */
    replaced: z.number(),
    /** Understood messages that are no row: `status`, `cmd`, the time. */
    passed: z.number(),
    quarantined: z.record(z.string(), z.number()),
    /** Given up without being stored or acknowledged (connection closed over the memory limit). */
    failed: z.number(),
    /** Received and not yet committed. */
    backlog: z.number(),
    backlogBytes: z.number(),
    /** Messages per second over the last five seconds. */
    ratePerSecond: z.number(),
    /** From reception to commit, over the last minute; `null` while nothing was committed. Milliseconds. */
    latencyP50Ms: z.number().nullable(),
    latencyP99Ms: z.number().nullable(),
    /** The database does not take rows at the moment; messages wait. */
    stalled: z.boolean(),
    lastCommitMs: epochMs.nullable(),
  })
  .readonly();
export type IngestCounters = z.infer<typeof ingestCounters>;

export const activity = z
  .object({
    /** Messages received per minute, oldest first; `startMs` of the first minute. */
    startMs: epochMs,
    perMinute: z.array(z.number()),
    marks: z.array(
      z.object({
        timeMs: epochMs,
        kind: z.enum(['stack-started', 'stack-stopped', 'database-lost', 'database-back']),
      }),
    ),
  })
  .readonly();

export const ingestContract = {
  watch: stream(nothing, ingestCounters),
  activity: procedure(z.object({ minutes: z.number().int().min(5).max(180) }), activity),
} as const;
