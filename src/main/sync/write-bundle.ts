import { randomUUID } from 'node:crypto';
import type { BundleResult } from '../../shared/contract/sync.ts';
import { readSeries } from '../storage/queries/central-series.ts';
import { beginRun, noteBundleFile, noteStep } from '../storage/queries/sync-ledger.ts';
import { countPieces, newestPiece, nextSlice, noteBundle } from '../storage/queries/sync-pieces.ts';
import { demoDevices, nextPendingRows } from '../storage/queries/sync-rows.ts';
import type { StoredTarget } from '../storage/queries/sync-targets.ts';
import { BundleWriter } from './bundle-file.ts';
import { piecesPerSlice, rowsPerBatch, rowsPerComparison, rowsPerSlice } from './limits.ts';
import { inSnapshot, throwIfCancelled, type Tell } from './run-parts.ts';
import { alone, inLedger, settleNotes, type SyncSite } from './sync-run.ts';
import type { Connection } from '../storage/index.ts';
import type { RowRelation, SeriesRelation } from './relations.ts';
import pg from 'pg';

interface Writing {
  readonly local: Connection;
  readonly target: StoredTarget;
  readonly writer: BundleWriter;
  readonly tell: Tell;
  readonly signal: AbortSignal;
  readonly counts: Map<string, number>;
  /** Notes whose rows are in the file. */
  readonly pieces: string[];
  /** Rows compared by a hash that are in the file. */
  readonly rows: (readonly [relation: string, key: string, hash: string])[];
}

/**
 * Writes what a target does not have into a file, as one moment of the database. Its rows go on counting as not synced
 * until the receipt of the file comes back.
 *
 * @throws AppError `sync.busy`, `sync.cancelled`, `file.unwritable`
 */
export function writeBundle(
  site: SyncSite,
  order: { readonly target: StoredTarget; readonly path: string; readonly appVersion: string },
  tell: Tell,
  signal: AbortSignal,
): Promise<BundleResult> {
  const { target, path, appVersion } = order;
  return alone(site, async (database) => {
    tell({ phase: 'counting', relation: null, done: 0, total: 0 });
    await settleNotes(database, target);
    const bundle = randomUUID();
    const run = await beginRun(database, { target: target.id, name: target.name, kind: 'bundle', bundle });
    return inLedger(database, run, async () => {
      const writer = new BundleWriter(path);
      try {
        await writer.begin({ bundle, createdMs: site.clock.now(), appVersion, target: target.name });
        const written = await inSnapshot(database, async (local) => {
          const writing: Writing = {
            local,
            target,
            writer,
            tell,
            signal,
            counts: new Map(),
            pieces: [],
            rows: [],
          };
          await writeAll(writing, site);
          return writing;
        });
        const { sha256, rows, bytes } = await writer.finish();
        await database.transaction(async (connection) => {
          await noteBundleFile(connection, { id: bundle, target: target.id, sha256, rows: written.rows });
          await noteBundle(connection, bundle, written.pieces);
          for (const [relation, inserted] of written.counts)
            await noteStep(connection, run, {
              relation,
              inserted,
              replaced: 0,
              unchanged: 0,
              conflicts: 0,
              held: 0,
              from: null,
              to: null,
            });
        });
        return { path, bundle, sha256, rows, bytes };
      } catch (error) {
        await writer.discard();
        throw error;
      }
    });
  });
}

async function writeAll(writing: Writing, { relations }: SyncSite): Promise<void> {
  const { local, target } = writing;
  const waiting = await countPieces(local, target.id);
  const progress = { done: 0, total: waiting.reduce((sum, { rows }) => sum + rows, 0) };
  const demo = await demoDevices(local);
  for (const relation of relations)
    if (relation.kind === 'series') await writeSeries(writing, relation, demo, progress);
    else if (relation.create === null || target.ownTables) await writeRows(writing, relation);
}

async function writeSeries(
  { local, target, writer, tell, signal, counts, pieces }: Writing,
  relation: SeriesRelation,
  demo: readonly string[],
  progress: { done: number; readonly total: number },
): Promise<void> {
  const upTo = await newestPiece(local);
  const place = {
    target: target.id,
    relation: relation.name,
    upTo,
    without: [],
    rows: rowsPerSlice,
    pieces: piecesPerSlice,
  };
  const without = demo.map((mac) => pg.escapeLiteral(mac)).join(', ');
  let after: { readonly from: string; readonly id: string } | null = null;
  for (;;) {
    throwIfCancelled(signal);
    const next = await nextSlice(local, { ...place, after });
    if (next === undefined) return;
    const { slice, last }: NonNullable<typeof next> = next;
    const condition = `(${slice.condition})${without === '' ? '' : ` and device_mac_addr not in (${without})`}`;
    for await (const { count, columns } of readSeries(local, relation, condition, rowsPerBatch)) {
      throwIfCancelled(signal);
      await writer.add({ relation: relation.name, columns: columns.map((column) => [...column]) }, count);
      counts.set(relation.name, (counts.get(relation.name) ?? 0) + count);
    }
    pieces.push(...slice.ids);
    after = last;
    progress.done = Math.min(progress.total, progress.done + slice.rows);
    tell({ phase: 'readings', relation: relation.name, done: progress.done, total: progress.total });
  }
}

async function writeRows(
  { local, target, writer, tell, signal, counts, rows: written }: Writing,
  relation: RowRelation,
): Promise<void> {
  let after = '';
  for (;;) {
    throwIfCancelled(signal);
    const rows = await nextPendingRows(local, target.id, relation, after, rowsPerComparison);
    const last = rows.at(-1);
    if (last === undefined) return;
    await writer.add(
      {
        relation: relation.name,
        rows: rows.map(({ key, hash, content }) => ({ key, hash, content: { ...content } })),
      },
      rows.length,
    );
    written.push(...rows.map(({ key, hash }) => [relation.name, key, hash] as const));
    counts.set(relation.name, (counts.get(relation.name) ?? 0) + rows.length);
    after = last.key;
    tell({ phase: 'rows', relation: relation.name, done: written.length, total: written.length });
  }
}
