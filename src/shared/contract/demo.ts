import { nothing } from './common.ts';
import { procedure } from './procedure.ts';

export const demoContract = {
  /** Starts the stack where needed, registers the demo site, and lets three virtual sensors publish over MQTT. */
  start: procedure(nothing, nothing),
  /** Stops the virtual sensors; their readings stay. */
  stop: procedure(nothing, nothing),
  /** Stops them and removes the demo site, its devices, accounts and readings: nothing is left. */
  remove: procedure(nothing, nothing),
} as const;
