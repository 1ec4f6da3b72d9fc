import type { Settings } from '../../shared/contract/settings.ts';
import type { Clock } from '../foundation/clock.ts';
import type { AsyncDisposer } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import type { Platform } from '../foundation/platform.ts';
import type { EmbeddedStack, StackSwitch } from '../stack/index.ts';
import { Traffic } from '../traffic/index.ts';

export interface TrafficWiring {
  readonly platform: Platform;
  readonly embedded: EmbeddedStack;
  readonly stack: StackSwitch;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly disposer: AsyncDisposer;
}

/** The traffic of whichever stack is chosen, and of the brokers of the profiles. */
export async function composeTraffic(wiring: TrafficWiring): Promise<Traffic> {
  const { platform, embedded, stack, settings, clock, log, disposer } = wiring;
  return disposer.use(
    'traffic',
    await Traffic.open({
      dataFolder: platform.paths.data,
      secrets: platform.secrets,
      broker: embedded.broker,
      stack: {
        place: () => {
          const access = stack.broker.access();
          const address = access === undefined ? '' : `${access.host} ${access.port} ${access.username}`;
          return { kind: settings().stackKind, address };
        },
        onChange: (listener) => stack.onChange(listener),
        access: () => stack.broker.access(),
      },
      clock,
      log,
    }),
  );
}
