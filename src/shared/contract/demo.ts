import { nothing } from './common.ts';
import { procedure } from './procedure.ts';

export const demoContract = {
  /** Starts the stack where needed, registers the demo site, and lets three virtual sensors publish over MQTT. */
  start: procedure(nothing, nothing),
  /** Stops the virtual sensors; their readings stay. */
  stop: procedure(nothing, nothing),
  /** Stops them and removes the demo site, its devices, accounts and readings: nothing is left. */
  remove: procedure(nothing, nothing),
  /**
   * Plugs in a simulated board, blank as from the bag; it appears among the ports like any other. Starts the stack
   * where needed, and makes the demo site where there is no site.
   */
  plugBoard: procedure(nothing, nothing),
  unplugBoard: procedure(nothing, nothing),
} as const;
