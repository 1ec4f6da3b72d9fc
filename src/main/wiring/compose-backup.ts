import { join } from 'node:path';
import type { Settings } from '../../shared/contract/settings.ts';
import type { Clock } from '../foundation/clock.ts';
import type { AsyncDisposer } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import type { Platform } from '../foundation/platform.ts';
import { Backups } from '../stack/index.ts';
import type { Database } from '../storage/index.ts';

export interface BackupWiring {
  readonly platform: Platform;
  /** Whatever gives the database: what matters is who its owner is and when it starts and stops. */
  readonly stack: {
    owner(): Database | undefined;
    onChange(listener: () => void): () => void;
    start(): Promise<void>;
    stop(): Promise<void>;
  };
  readonly settings: { readonly current: Settings; onChange(listener: () => void): () => void };
  readonly clock: Clock;
  readonly log: Log;
  readonly disposer: AsyncDisposer;
}

export function composeBackup({ platform, stack, settings, clock, log, disposer }: BackupWiring): Backups {
  const { keepAwake } = platform;
  return disposer.use(
    'backups',
    new Backups({
      database: () => stack.owner(),
      onDatabaseChange: (listener) => stack.onChange(listener),
      // Devices, retained messages and known addresses are held in memory by what the stack starts.
      restored: async () => {
        await stack.stop();
        await stack.start();
      },
      settings: () => settings.current,
      onSettingsChange: (listener) => settings.onChange(listener),
      defaultFolder: join(platform.paths.data, 'backups'),
      sqlFolder: platform.paths.sql,
      appVersion: platform.appVersion,
      clock,
      log,
      keepAwake: keepAwake === undefined ? undefined : () => keepAwake('the database is backed up'),
    }),
    30_000,
  );
}
