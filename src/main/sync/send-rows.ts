import pg from 'pg';
import type { SyncDecision } from '../../shared/contract/sync.ts';
import { isAppError } from '../../shared/domain/app-error.ts';
import type { Connection } from '../storage/index.ts';
import {
  forgetSettled,
  listConflicts,
  removeConflicts,
  type NewConflict,
} from '../storage/queries/sync-conflicts.ts';
import { noteStep } from '../storage/queries/sync-ledger.ts';
import {
  centralRows,
  confirmRows,
  insertCentralRows,
  nextPendingRows,
  replaceCentralRow,
  type HashedRow,
} from '../storage/queries/sync-rows.ts';
import type { HeldReason } from './central.ts';
import { rowsPerComparison } from './limits.ts';
import type { RowRelation } from './relations.ts';
import { keepConflicts, throwIfCancelled, type RunParts } from './run-parts.ts';

export type PendingRow = HashedRow & { readonly base: string | null };
/** What somebody answered, about which two contents. */
interface Answer {
  readonly id: number;
  readonly ours: string;
  readonly theirs: string;
  readonly decision: SyncDecision | null;
}
type Decided = ReadonlyMap<string, Answer>;

interface Outcome {
  inserted: number;
  replaced: number;
  unchanged: number;
  held: number;
  reason: HeldReason | null;
  readonly settled: HashedRow[];
  readonly conflicts: NewConflict[];
  readonly answered: number[];
  /** Keys that are there now, or would be after a real run. */
  readonly there: string[];
}

/**
 * Sends rows that changed since they were confirmed, a few at a time. Of the two sides the one wins that alone changed
 * since; where both did, or nobody knows, somebody is asked. Nothing is ever removed there.
 *
 * @returns keys that are there now, or would be after a real run
 */
export async function sendRows(parts: RunParts, relation: RowRelation): Promise<readonly string[]> {
  const { local, target, signal, tell } = parts;
  const decided = await decisions(parts, relation);
  const there: string[] = [];
  let after = '';
  for (;;) {
    throwIfCancelled(signal);
    const rows = await nextPendingRows(local, target.id, relation, after, rowsPerComparison);
    const last = rows.at(-1);
    if (last === undefined) return there;
    there.push(...(await settleRows(parts, relation, rows, decided)));
    after = last.key;
    tell({ phase: 'rows', relation: relation.name, done: there.length, total: there.length });
  }
}

/** Compares these rows with what is there and writes what may be written; also for rows that a file brought. */
export async function settleRows(
  parts: RunParts,
  relation: RowRelation,
  rows: readonly PendingRow[],
  decided: Decided,
): Promise<readonly string[]> {
  const { central, local, target, run, confirms, tally } = parts;
  const outcome: Outcome = {
    inserted: 0,
    replaced: 0,
    unchanged: 0,
    held: 0,
    reason: null,
    settled: [],
    conflicts: [],
    answered: [],
    there: [],
  };
  const missingTable = central.relations.get(relation.name)?.facts.there !== true;
  await central.connection(async (connection) => {
    const found =
      missingTable && run === null
        ? new Map<string, HashedRow>()
        : await centralRows(
            connection,
            relation,
            rows.map(({ content }) => content),
          );
    await insertMissing(
      parts,
      relation,
      connection,
      rows.filter(({ key }) => !found.has(key)),
      outcome,
    );
    for (const row of rows) {
      const other = found.get(row.key);
      if (other !== undefined) await settleRow(parts, relation, connection, row, other, decided, outcome);
    }
  });
  const { settled, conflicts, answered, there, reason, ...counts } = outcome;
  if (run !== null) {
    await local.transaction(async (on) => {
      if (confirms) await confirmRows(on, target.id, relation.name, settled);
      await forgetSettled(
        on,
        target.id,
        relation.name,
        settled.map(({ key }) => key),
      );
      await removeConflicts(on, answered);
      await noteStep(on, run, {
        relation: relation.name,
        ...counts,
        conflicts: conflicts.length,
        from: null,
        to: null,
      });
    });
    await keepConflicts(parts, conflicts);
  }
  tally.add(relation.name, { ...counts, conflicts: conflicts.length }, reason);
  return there;
}

async function insertMissing(
  { central, run }: RunParts,
  relation: RowRelation,
  connection: Connection,
  rows: readonly PendingRow[],
  outcome: Outcome,
): Promise<void> {
  if (rows.length === 0) return;
  const facts = central.relations.get(relation.name)?.facts;
  if (facts?.there === true && !facts.mayInsert) {
    outcome.held += rows.length;
    outcome.reason = 'no-rights';
    return;
  }
  const took = (some: readonly PendingRow[]): void => {
    outcome.inserted += some.length;
    outcome.settled.push(...some);
    outcome.there.push(...some.map(({ key }) => key));
  };
  if (run === null) {
    took(rows);
    return;
  }
  // One that points to what is not there is held; the others go.
  const insert = async (some: readonly PendingRow[]): Promise<void> => {
    try {
      const written = await insertCentralRows(
        connection,
        relation,
        some.map(({ content }) => content),
      );
      // One that came meanwhile is looked at by the next run.
      if (written === some.length) took(some);
    } catch (error) {
      if (!isRefusedRow(error)) throw error;
      if (some.length > 1) for (const row of some) await insert([row]);
      else {
        outcome.held += 1;
        outcome.reason = 'unknown-device';
      }
    }
  };
  await insert(rows);
}

async function settleRow(
  { central, run }: RunParts,
  relation: RowRelation,
  connection: Connection,
  row: PendingRow,
  other: HashedRow,
  decided: Decided,
  outcome: Outcome,
): Promise<void> {
  outcome.there.push(row.key);
  if (other.hash === row.hash) {
    outcome.unchanged += 1;
    outcome.settled.push(row);
    return;
  }
  const answer = decided.get(row.key);
  const asSeen =
    answer !== undefined &&
    answer.theirs === JSON.stringify(other.content) &&
    answer.ours === JSON.stringify(row.content);
  if (asSeen && answer.decision === 'theirs') {
    outcome.unchanged += 1;
    outcome.settled.push(row);
    outcome.answered.push(answer.id);
    return;
  }
  const changedHereAlone = row.base !== null && row.base === other.hash;
  if (!changedHereAlone && !(asSeen && answer.decision === 'ours')) {
    outcome.conflicts.push({
      relation: relation.name,
      key: row.key,
      time: null,
      ours: row.content,
      theirs: other.content,
    });
    return;
  }
  if (central.relations.get(relation.name)?.facts.mayUpdate !== true) {
    outcome.held += 1;
    outcome.reason = 'no-rights';
    return;
  }
  // Where it changed meanwhile, the next run looks again.
  if (run !== null && !(await replaceCentralRow(connection, relation, row.content, other.hash))) return;
  outcome.replaced += 1;
  outcome.settled.push(row);
  if (answer !== undefined) outcome.answered.push(answer.id);
}

/** What was answered of a relation since the last run. */
export async function decisions(
  { local, target, conflictsAtMost }: RunParts,
  relation: RowRelation,
): Promise<Decided> {
  const decided = new Map<string, Answer>();
  for (const decision of ['ours', 'theirs'] as const)
    for (const { id, key, ours, theirs } of await listConflicts(local, target.id, {
      decision,
      relation: relation.name,
      limit: conflictsAtMost,
    }))
      decided.set(key, { id, ours: JSON.stringify(ours), theirs: JSON.stringify(theirs), decision });
  return decided;
}

/** Class 23 integrity constraint violation. */
function isRefusedRow(error: unknown): boolean {
  const cause = isAppError(error, 'sync.refused') ? error.cause : error;
  return cause instanceof pg.DatabaseError && cause.code?.startsWith('23') === true;
}
