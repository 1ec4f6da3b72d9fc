import { join } from 'node:path';
import type { Clock } from '../foundation/clock.ts';
import type { AsyncDisposer } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import type { Platform } from '../foundation/platform.ts';
import { ReadingsImport } from '../readings-import/index.ts';
import type { Database } from '../storage/index.ts';

export interface ImportWiring {
  readonly platform: Platform;
  readonly stack: { owner(): Database | undefined };
  readonly devices: { reload(): Promise<void> };
  readonly clock: Clock;
  readonly log: Log;
  readonly disposer: AsyncDisposer;
}

export function composeImport({
  platform,
  stack,
  devices,
  clock,
  log,
  disposer,
}: ImportWiring): ReadingsImport {
  const { keepAwake } = platform;
  return disposer.use(
    'imports',
    new ReadingsImport({
      database: () => stack.owner(),
      folder: join(platform.paths.data, 'imports'),
      changed: () => devices.reload(),
      clock,
      log,
      keepAwake: keepAwake === undefined ? undefined : () => keepAwake('readings are imported'),
    }),
    60_000,
  );
}
