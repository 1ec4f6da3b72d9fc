import { create } from 'zustand';
import type { Client } from '../../../shared/contract/contract.ts';
import type { BackupFile } from '../../../shared/contract/backup.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';

interface BackupWork {
  /** Set while this window has a backup made. */
  readonly cancel: (() => void) | undefined;
  readonly failure: ErrorReport | undefined;
  readonly made: BackupFile | undefined;
  start: (client: Client) => Promise<void>;
}

/** Apart from the panel: a backup goes on when the person turns to another page. */
export const useBackupWork = create<BackupWork>((set, get) => ({
  cancel: undefined,
  failure: undefined,
  made: undefined,
  start: async (client) => {
    if (get().cancel !== undefined) return;
    const controller = new AbortController();
    set({ cancel: () => controller.abort(), failure: undefined, made: undefined });
    try {
      for await (const item of await client.backup.run({}, { signal: controller.signal }))
        if (item.type === 'done') set({ made: item.result });
    } catch (error) {
      if (!controller.signal.aborted) set({ failure: reportOf(error) });
    } finally {
      set({ cancel: undefined });
    }
  },
}));
