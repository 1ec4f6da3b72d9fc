import { z } from 'zod';
import { epochMs, nothing } from './common.ts';
import { procedure } from './procedure.ts';

const days = z.number().int().min(7).max(3650);
const count = z.number().int().min(0);

/** What of one table is past the retention and goes as soon as somebody agrees. */
export const expiredTable = z
  .object({
    table: z.enum(['sensor_data', 'device_heartbeats']),
    /** Whole UTC days. */
    days: count,
    /** By the server's estimate where it has one. */
    rows: count,
    bytes: count,
    fromMs: epochMs,
    toMs: epochMs,
  })
  .readonly();

export const retentionState = z
  .object({
    /** As the settings say. */
    sensorDataDays: days,
    heartbeatDays: days,
    /** `null` where nobody was asked yet; nothing is dropped then. */
    agreed: z
      .object({ sensorDataDays: z.number(), heartbeatDays: z.number(), agreedMs: epochMs })
      .readonly()
      .nullable(),
    /** What waits for an agreement; empty where there is nothing to ask. */
    waiting: z.array(expiredTable).readonly(),
    /** Past what was agreed, and kept because a central database does not have it yet. */
    unsynced: z.array(expiredTable).readonly(),
  })
  .readonly();
export type RetentionState = z.infer<typeof retentionState>;

/** How long readings are kept. Nothing is dropped before a person was told what, and agreed. */
export const retentionContract = {
  show: procedure(nothing, retentionState),
  /** Agrees to a retention as it was shown; days past it go from now on by themselves. */
  allow: procedure(z.object({ sensorDataDays: days, heartbeatDays: days }), retentionState),
  /** Days that end at this moment or earlier go though they are not synced; later ones are asked about again. */
  allowUnsynced: procedure(z.object({ beforeMs: epochMs }), retentionState),
} as const;
