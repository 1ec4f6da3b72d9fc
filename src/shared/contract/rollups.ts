import { z } from 'zod';
import { epochMs, nothing } from './common.ts';
import { procedure, stream } from './procedure.ts';

const count = z.number().int().min(0);

export const rollupsState = z
  .object({
    /** Kept by the application, or by the database itself (continuous aggregates); `null` until one was asked. */
    kind: z.enum(['maintained', 'continuous']).nullable(),
    /** All of the views are there; `null` while no database is open. */
    exists: z.boolean().nullable(),
    /** Buckets are being computed at this moment. */
    working: z.boolean(),
    /** Days written of those that were found missing; both 0 at rest. */
    daysDone: count,
    daysTotal: count,
    /** Buckets that end at or before it are stored; `null` where none is. */
    watermarkMs: epochMs.nullable(),
    /** Days of devices that are to be computed anew; until then the views compute them. */
    staleDays: count,
  })
  .readonly();
export type RollupsState = z.infer<typeof rollupsState>;

/** The names of the views, as they are made or taken away. */
const viewNames = z.object({ views: z.array(z.string()).readonly() }).readonly();

/** The views over the readings and their rollups. No procedure here touches a reading. */
export const rollupsContract = {
  watch: stream(nothing, rollupsState),
  /** What is missing; what is there stays as it is. Fails with `stack.not-running`, as the others. */
  create: procedure(nothing, viewNames),
  /** Made anew; buckets of days that still have readings are computed again, as `watch` tells. */
  recreate: procedure(nothing, viewNames),
  /** Until `create`, or the next start of the stack. */
  drop: procedure(nothing, viewNames),
} as const;
