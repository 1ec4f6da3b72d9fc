import type { Clock } from '../foundation/clock.ts';
import type { AsyncDisposer } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import type { Platform } from '../foundation/platform.ts';
import { Sync, syncRelations } from '../sync/index.ts';

export interface SyncWiring {
  readonly platform: Platform;
  readonly clock: Clock;
  readonly log: Log;
  readonly disposer: AsyncDisposer;
}

export function composeSync({ platform, clock, log, disposer }: SyncWiring): Sync {
  const { keepAwake } = platform;
  return disposer.use(
    'sync',
    new Sync({
      relations: syncRelations,
      secrets: platform.secrets,
      appVersion: platform.appVersion,
      clock,
      log,
      keepAwake:
        keepAwake === undefined ? undefined : () => keepAwake('rows are sent to the central database'),
    }),
    60_000,
  );
}
