import { replaceSeenRow, pushSeries, type SeriesColumns } from '../storage/queries/central-series.ts';
import { listConflicts, noteConflicts, removeConflicts } from '../storage/queries/sync-conflicts.ts';
import { noteStep } from '../storage/queries/sync-ledger.ts';
import type { SyncConflict } from '../../shared/contract/sync.ts';
import { rowsPerBatch } from './limits.ts';
import type { SeriesRelation } from './relations.ts';
import { throwIfCancelled, type RunParts } from './run-parts.ts';

/**
 * Carries out what was decided, and looks at the open questions again: a row that is the same on both sides by now is
 * asked about no more, and one that changed there meanwhile is asked about anew, whatever was decided.
 */
export async function settleSeriesConflicts(parts: RunParts, relation: SeriesRelation): Promise<void> {
  const { local, target, central, run, tally, conflictsAtMost, signal } = parts;
  if (run === null) return;
  const of = (decision: 'ours' | 'theirs' | null) =>
    listConflicts(local, target.id, { decision, relation: relation.name, limit: conflictsAtMost });
  const theirs = await of('theirs');
  await removeConflicts(
    local,
    theirs.map(({ id }) => id),
  );
  let replaced = 0;
  const again: SyncConflict[] = [...(await of(null))];
  for (const conflict of await of('ours')) {
    throwIfCancelled(signal);
    const written = await central.connection((connection) =>
      replaceSeenRow(connection, relation, conflict.ours, conflict.theirs),
    );
    if (written) {
      replaced += 1;
      await removeConflicts(local, [conflict.id]);
    } else again.push(conflict);
  }
  for (let at = 0; at < again.length; at += rowsPerBatch) {
    throwIfCancelled(signal);
    const batch = again.slice(at, at + rowsPerBatch);
    const { found } = await central.connection((connection) =>
      pushSeries(connection, relation, { count: batch.length, columns: columnsOf(relation, batch) }, true),
    );
    await noteConflicts(local, target.id, found);
    const open = new Set(found.map(({ key }) => key));
    await removeConflicts(
      local,
      batch.filter(({ key }) => !open.has(key)).map(({ id }) => id),
    );
  }
  if (replaced + theirs.length === 0) return;
  const counts = { inserted: 0, replaced, unchanged: theirs.length, conflicts: 0, held: 0 };
  await noteStep(local, run, { relation: relation.name, ...counts, from: null, to: null });
  tally.add(relation.name, counts);
}

function columnsOf(relation: SeriesRelation, conflicts: readonly SyncConflict[]): SeriesColumns {
  return relation.columns.map(({ name }) =>
    conflicts.map(({ ours }) => {
      const value = ours[name];
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? String(value)
        : null;
    }),
  );
}
