import { expect, test } from 'vitest';
import type { SyncState } from '../../../shared/contract/sync.ts';
import { syncCellOf } from './sync-cell-view.ts';

const now = Date.UTC(2025, 10, 3);
const state = (unsynced: number, syncedHoursAgo: number | null, openConflicts = 0): SyncState => ({
  targets: [
    {
      id: 1,
      name: 'office',
      address: null,
      ownTables: false,
      hasPassword: false,
      unsynced,
      openConflicts,
      syncedMs: syncedHoursAgo === null ? null : now - syncedHoursAgo * 3_600_000,
    },
  ],
  running: null,
  failed: null,
});

test('the strip warns only of what has waited for a day, or of a question', () => {
  expect(syncCellOf(undefined, now)).toEqual({ glyph: 'idle', unsynced: null });
  expect(syncCellOf(state(0, 30), now)).toEqual({ glyph: 'ok', unsynced: 0 });
  expect(syncCellOf(state(5, 23), now)).toEqual({ glyph: 'idle', unsynced: 5 });
  expect(syncCellOf(state(5, 25), now)).toEqual({ glyph: 'warn', unsynced: 5 });
  expect(syncCellOf(state(0, 1, 1), now)).toEqual({ glyph: 'warn', unsynced: 0 });
  expect(syncCellOf({ ...state(5, 25), running: { target: 1, progress: null } }, now).glyph).toBe('busy');
});
