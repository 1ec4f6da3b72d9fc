import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { BundleImported, ReceiptResult } from '../../shared/contract/sync.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { writeFileAtomically } from '../foundation/atomic-file.ts';
import { ensureCentralDays, pushSeries } from '../storage/queries/central-series.ts';
import { beginRun, confirmBundleRows, endRun, findBundle, noteStep } from '../storage/queries/sync-ledger.ts';
import { confirmBundlePieces } from '../storage/queries/sync-pieces.ts';
import { loadTarget, type StoredTarget } from '../storage/queries/sync-targets.ts';
import { readBundle, type BundleBlock, type BundleHead } from './bundle-file.ts';
import { conflictsAtMost } from './limits.ts';
import type { RowRelation, SeriesRelation } from './relations.ts';
import { keepConflicts, throwIfCancelled, type RunParts, type Tell } from './run-parts.ts';
import { decisions, settleRows } from './send-rows.ts';
import { SendableDevices } from './send-series.ts';
import { alone, countUnsynced, inLedger, openFor, resultOf, type SyncSite } from './sync-run.ts';
import { Tally } from './tally.ts';

const receiptForm = z.object({
  format: z.literal('datayoti-sync-receipt'),
  bundle: z.uuid(),
  sha256: z.string(),
  importedMs: z.number(),
  held: z.number(),
});
const longestReceiptBytes = 10_000;

/**
 * Brings the rows of a file into the central database of a target, by the same rules as a sync; the file is read to its
 * end first, so that nothing comes in from one that was changed. Doing it again changes nothing.
 *
 * @returns also where the receipt lies
 * @throws AppError as `readBundle` and `runSync`
 */
export function importBundle(
  site: SyncSite,
  order: { readonly target: StoredTarget; readonly password: string; readonly path: string },
  tell: Tell,
  signal: AbortSignal,
): Promise<BundleImported> {
  const { target, path } = order;
  return alone(site, async (local) => {
    tell({ phase: 'checking-file', relation: null, done: 0, total: 0 });
    const { head, sha256, rows: total } = await check(path, signal);
    tell({ phase: 'connecting', relation: null, done: 0, total });
    const central = await openFor(site, local, order, true);
    try {
      const { bundle } = head;
      const run = await beginRun(local, { target: target.id, name: target.name, kind: 'import', bundle });
      return await inLedger(local, run, async () => {
        const tally = new Tally();
        const parts = { local, target, central, run, confirms: false, tally, conflictsAtMost, tell, signal };
        const devices = new SendableDevices([], []);
        let done = 0;
        for await (const item of readBundle(path)) {
          if (item.type !== 'block') continue;
          throwIfCancelled(signal);
          await bringIn(parts, site, item.block, devices);
          done += sizeOf(item.block);
          tell({ phase: 'readings', relation: item.block.relation, done, total });
        }
        const held = tally.list().reduce((sum, one) => sum + one.held, 0);
        const receipt = `${path}.receipt.json`;
        const form = { format: 'datayoti-sync-receipt', bundle, sha256, importedMs: site.clock.now(), held };
        await writeFileAtomically(receipt, `${JSON.stringify(form, null, 2)}\n`);
        return { result: await resultOf(parts, site.relations, false), bundle, receipt };
      });
    } finally {
      await central.close();
    }
  });
}

async function check(
  path: string,
  signal: AbortSignal,
): Promise<{ readonly head: BundleHead; readonly sha256: string; readonly rows: number }> {
  let head: BundleHead | undefined;
  let rows = 0;
  for await (const item of readBundle(path)) {
    throwIfCancelled(signal);
    if (item.type === 'head') head = item.head;
    else if (item.type === 'block') rows += sizeOf(item.block);
    else if (head !== undefined) return { head, sha256: item.sha256, rows };
  }
  throw new AppError('sync.bundle-damaged', 'The file has no end.', { file: path });
}

function sizeOf(block: BundleBlock): number {
  return 'rows' in block ? block.rows.length : (block.columns[0]?.length ?? 0);
}

async function bringIn(
  parts: RunParts,
  { relations }: SyncSite,
  block: BundleBlock,
  devices: SendableDevices,
): Promise<void> {
  const relation = relations.find(({ name }) => name === block.relation);
  const reason = parts.central.relations.get(block.relation)?.reason ?? null;
  // A newer application may carry more than this one knows: it stays in the file.
  if (relation === undefined || reason !== null) {
    parts.tally.add(block.relation, { held: sizeOf(block) }, reason ?? 'missing');
    return;
  }
  if (relation.kind === 'rows' && 'rows' in block) await bringRows(parts, relation, block.rows);
  else if (relation.kind === 'series' && 'columns' in block)
    await bringSeries(parts, relation, block.columns, devices);
}

async function bringRows(
  parts: RunParts,
  relation: RowRelation,
  rows: readonly {
    readonly key: string;
    readonly hash: string;
    readonly content: Readonly<Record<string, unknown>>;
  }[],
): Promise<void> {
  await settleRows(
    parts,
    relation,
    rows.map((row) => ({ ...row, base: null })),
    await decisions(parts, relation),
  );
}

async function bringSeries(
  parts: RunParts,
  relation: SeriesRelation,
  columns: readonly (readonly (string | null)[])[],
  devices: SendableDevices,
): Promise<void> {
  const { central, tally, local, run } = parts;
  const macs = columns[relation.columns.findIndex(({ name }) => name === 'device_mac_addr')] ?? [];
  const times = columns[relation.columns.findIndex(({ name }) => name === 'time')] ?? [];
  if (columns.length !== relation.columns.length || columns.some(({ length }) => length !== macs.length))
    throw new AppError('sync.bundle-damaged', 'A block of the file has other columns.', {});
  await devices.settle(
    central,
    [...new Set(macs)].filter((mac): mac is string => mac !== null),
  );
  const going = macs.flatMap((mac, index) => (mac === null || devices.isUnknown(mac) ? [] : [index]));
  const held = macs.length - going.length;
  const sending = columns.map((column) => going.map((index) => column[index] ?? null));
  if (central.makesDays && central.relations.get(relation.name)?.facts.partitioned === true)
    await ensureCentralDays(central, [...new Set(going.map((index) => times[index]?.slice(0, 10) ?? ''))]);
  const { found, ...counts } = await central.connection(async (connection) => {
    await connection.query('begin');
    try {
      const pushed = await pushSeries(
        connection,
        relation,
        { count: going.length, columns: sending },
        central.facts.clockOff,
      );
      await connection.query('commit');
      return pushed;
    } catch (error) {
      await connection.query('rollback').catch(() => undefined);
      throw error;
    }
  });
  await keepConflicts(parts, found);
  if (run !== null)
    await noteStep(local, run, { relation: relation.name, ...counts, held, from: null, to: null });
  tally.add(relation.name, { ...counts, held }, held > 0 ? 'unknown-device' : null);
}

/**
 * The rows of a file that was written here count as synced, now that its receipt is back. Where something was held back
 * at the office, they go on counting.
 *
 * @throws AppError `sync.receipt-unknown`, `file.unreadable`
 */
export function takeReceipt(site: SyncSite, path: string): Promise<ReceiptResult> {
  return alone(site, async (local) => {
    const receipt = await readReceipt(path);
    const known = receipt.held === 0 ? await findBundle(local, receipt.bundle, receipt.sha256) : undefined;
    if (known === undefined) throw unknownReceipt(path);
    const { target, name } = known;
    const { bundle } = receipt;
    await local.transaction(async (connection) => {
      const run = await beginRun(connection, { target, name, kind: 'receipt', bundle });
      await confirmBundlePieces(connection, target, bundle);
      await confirmBundleRows(connection, bundle);
      await endRun(connection, run, 'done');
    });
    const stored = await loadTarget(local, target);
    return {
      bundle,
      target: name,
      unsynced: stored === undefined ? 0 : await countUnsynced(local, stored, site.relations),
    };
  });
}

async function readReceipt(path: string): Promise<z.infer<typeof receiptForm>> {
  let text: string;
  try {
    text = (await readFile(path)).subarray(0, longestReceiptBytes).toString('utf8');
  } catch (error) {
    throw new AppError('file.unreadable', `The file ${path} cannot be read.`, { file: path }, error);
  }
  try {
    return receiptForm.parse(JSON.parse(text));
  } catch (error) {
    throw unknownReceipt(path, error);
  }
}

function unknownReceipt(path: string, cause?: unknown): AppError {
  return new AppError(
    'sync.receipt-unknown',
    'This is no receipt of a file that was written here, or rows of it were held back.',
    { file: path },
    cause,
  );
}
