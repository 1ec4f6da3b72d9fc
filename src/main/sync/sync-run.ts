import type { SyncResult } from '../../shared/contract/sync.ts';
import { AppError, reportOf } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import { Database, markUnmarked, settleTracking } from '../storage/index.ts';
import { countOpenConflicts } from '../storage/queries/sync-conflicts.ts';
import { beginRun, endRun } from '../storage/queries/sync-ledger.ts';
import { countPieces, mergePieces } from '../storage/queries/sync-pieces.ts';
import { countPendingRows, demoDevices } from '../storage/queries/sync-rows.ts';
import { lockSync, unlockSync, type StoredTarget } from '../storage/queries/sync-targets.ts';
import { openCentral, type Central } from './central.ts';
import { conflictsAtMost, piecesBeforeMerge } from './limits.ts';
import type { SyncRelation } from './relations.ts';
import type { RunParts, Tell } from './run-parts.ts';
import { SendableDevices, sendSeries } from './send-series.ts';
import { sendRows } from './send-rows.ts';
import { settleSeriesConflicts } from './settle-series-conflicts.ts';
import { Tally } from './tally.ts';

/** Where rows come from, and with what. */
export interface SyncSite {
  readonly database: Database;
  readonly relations: readonly SyncRelation[];
  readonly clock: Clock;
  readonly log: Log;
}

export interface SyncOrder {
  readonly target: StoredTarget;
  readonly password: string;
  /** Compares and counts; changes nothing there, and here nothing but what was not counted yet. */
  readonly dryRun: boolean;
  /** Fewer in tests. */
  readonly conflictsAtMost?: number;
}

/**
 * Sends what a target does not have. Interrupted anywhere, the next run goes on: what the central database committed
 * and could not be confirmed is sent again, and changes nothing there.
 *
 * @throws AppError `sync.busy`, `sync.no-address`, `sync.cancelled`, `sync.too-many-conflicts`, and as `openCentral`
 */
export function runSync(
  site: SyncSite,
  order: SyncOrder,
  tell: Tell,
  signal: AbortSignal,
): Promise<SyncResult> {
  const { target, dryRun } = order;
  return alone(site, async (local) => {
    tell({ phase: 'counting', relation: null, done: 0, total: 0 });
    await settleNotes(local, target);
    tell({ phase: 'connecting', relation: null, done: 0, total: 0 });
    const central = await openFor(site, local, order, !dryRun);
    try {
      const run = dryRun
        ? null
        : await beginRun(local, { target: target.id, name: target.name, kind: 'sync', bundle: null });
      return await inLedger(local, run, async () => {
        const tally = new Tally();
        const most = order.conflictsAtMost ?? conflictsAtMost;
        const parts = {
          local,
          target,
          central,
          run,
          confirms: true,
          tally,
          conflictsAtMost: most,
          tell,
          signal,
        };
        await sendAll(parts, site.relations);
        return resultOf(parts, site.relations, dryRun);
      });
    } finally {
      await central.close();
    }
  });
}

/** Everything that is there is noted, in as few notes as it takes. */
export async function settleNotes(local: Database, target: StoredTarget): Promise<void> {
  await settleTracking(local);
  await markUnmarked(local);
  const pieces = (await countPieces(local, target.id)).reduce((sum, one) => sum + one.pieces, 0);
  if (pieces > piecesBeforeMerge) await mergePieces(local, target.id);
}

export function openFor(
  { relations, clock, log }: SyncSite,
  local: Database,
  { target, password }: Pick<SyncOrder, 'target' | 'password'>,
  makes: boolean,
): Promise<Central> {
  const { address, ownTables } = target;
  if (address === null)
    throw new AppError('sync.no-address', `${target.name} has no address: only files are carried there.`, {
      target: target.name,
    });
  return openCentral({ address, password, relations, ownTables, makes, local, clock, log });
}

/** The run's end is in the ledger, whatever it was; the connection may be gone, then it stands as interrupted. */
export async function inLedger<T>(local: Database, run: number | null, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    if (run !== null) await endRun(local, run, 'done');
    return result;
  } catch (error) {
    if (run !== null) await endRun(local, run, reportOf(error).code).catch(() => undefined);
    throw error;
  }
}

async function sendAll(parts: RunParts, relations: readonly SyncRelation[]): Promise<void> {
  const { local, target, central, tally } = parts;
  const waiting = await countPieces(local, target.id);
  const progress = { done: 0, total: waiting.reduce((sum, { rows }) => sum + rows, 0) };
  let devices: readonly string[] = [];
  for (const relation of relations) {
    const reason = central.relations.get(relation.name)?.reason ?? null;
    if (reason !== null) {
      const held =
        relation.kind === 'rows'
          ? await countPendingRows(local, target.id, relation)
          : (waiting.find((one) => one.relation === relation.name)?.rows ?? 0);
      tally.add(relation.name, { held }, reason);
    } else if (relation.kind === 'rows') {
      const there = await sendRows(parts, relation);
      if (relation.name === 'devices') devices = there;
    } else {
      await settleSeriesConflicts(parts, relation);
      await sendSeries(parts, relation, new SendableDevices(await demoDevices(local), devices), progress);
    }
  }
}

export async function resultOf(
  { local, target, central, tally }: RunParts,
  relations: readonly SyncRelation[],
  dryRun: boolean,
): Promise<SyncResult> {
  return {
    dryRun,
    target: target.name,
    central: central.facts,
    counts: [...tally.list()],
    openConflicts: await countOpenConflicts(local, target.id),
    unsynced: await countUnsynced(local, target, relations),
  };
}

/** Rows that a target does not have yet; of tables of ours only where somebody agreed to them. */
export async function countUnsynced(
  local: Database,
  target: StoredTarget,
  relations: readonly SyncRelation[],
): Promise<number> {
  let sum = (await countPieces(local, target.id)).reduce((all, { rows }) => all + rows, 0);
  for (const relation of relations)
    if (relation.kind === 'rows' && (relation.create === null || target.ownTables))
      sum += await countPendingRows(local, target.id, relation);
  return sum;
}

/** One run at a time from a database, whichever process it is in, on connections of its own. */
export async function alone<T>(
  { database, log }: SyncSite,
  work: (local: Database) => Promise<T>,
): Promise<T> {
  const local = new Database({
    address: database.address,
    applicationName: 'DataYoti Field sync',
    // The lock, the moment that is read, and what is confirmed.
    poolSize: 4,
    log,
    statementTimeoutMs: 0,
  });
  try {
    return await local.connection(async (connection) => {
      if (!(await lockSync(connection))) throw new AppError('sync.busy', 'Another sync is under way.');
      try {
        return await work(local);
      } finally {
        await unlockSync(connection).catch(() => undefined);
      }
    });
  } finally {
    await local.close();
  }
}
