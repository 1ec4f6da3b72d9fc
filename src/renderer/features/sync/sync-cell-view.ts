import type { SyncState } from '../../../shared/contract/sync.ts';

const staleMs = 24 * 3_600_000;

/** The cell of the status strip: rows that wait, and whether that is worth a warning. */
export function syncCellOf(
  sync: SyncState | undefined,
  nowMs: number,
): { readonly glyph: 'idle' | 'busy' | 'ok' | 'warn'; readonly unsynced: number | null } {
  if (sync === undefined || sync.targets.length === 0) return { glyph: 'idle', unsynced: null };
  const unsynced = sync.targets.reduce((sum, target) => sum + (target.unsynced ?? 0), 0);
  if (sync.running !== null) return { glyph: 'busy', unsynced };
  const asks = sync.targets.some(({ openConflicts }) => openConflicts > 0);
  // No network is a normal state: only what has waited for a day is worth a look.
  const late = sync.targets.some(
    (target) => (target.unsynced ?? 0) > 0 && target.syncedMs !== null && nowMs - target.syncedMs > staleMs,
  );
  return { glyph: asks || late ? 'warn' : unsynced > 0 ? 'idle' : 'ok', unsynced };
}
