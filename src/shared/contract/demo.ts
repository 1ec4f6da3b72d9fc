import { z } from 'zod';
import { nothing } from './common.ts';
import { procedure } from './procedure.ts';

/**
 * `blank` as from the bag; `other-firmware` runs firmware that is set up by Improv; the sensor of `silent-sensor`
 * gives no reading, as with a loose wire.
 */
export const demoBoardKind = z.enum(['blank', 'other-firmware', 'silent-sensor']);
export type DemoBoardKind = z.infer<typeof demoBoardKind>;

export const demoContract = {
  /** Starts the stack where needed, registers the demo site, and lets three virtual sensors publish over MQTT. */
  start: procedure(nothing, nothing),
  /** Stops the virtual sensors; their readings stay. */
  stop: procedure(nothing, nothing),
  /** Stops them and removes the demo site, its devices, accounts and readings: nothing is left. */
  remove: procedure(nothing, nothing),
  /**
   * Plugs in a simulated board; it appears among the ports like any other. Starts the stack where needed, and makes
   * the demo site where there is no site.
   */
  plugBoard: procedure(z.object({ kind: demoBoardKind.default('blank') }), nothing),
  unplugBoard: procedure(nothing, nothing),
} as const;
