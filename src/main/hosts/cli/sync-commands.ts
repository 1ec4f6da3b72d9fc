import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  syncDecision,
  type SyncProgress,
  type SyncResult,
  type SyncRun,
} from '../../../shared/contract/sync.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { systemClock } from '../../foundation/clock.ts';
import { silentLog } from '../../foundation/log.ts';
import { decideConflicts, listConflicts } from '../../storage/queries/sync-conflicts.ts';
import { listRuns } from '../../storage/queries/sync-ledger.ts';
import { listTargets } from '../../storage/queries/sync-targets.ts';
import type { Database } from '../../storage/index.ts';
import {
  countUnsynced,
  importBundle,
  markAllAgain,
  runSync,
  syncRelations,
  takeReceipt,
  writeBundle,
  type SyncSite,
} from '../../sync/index.ts';
import { applicationVersion } from '../application-root.ts';
import { argument, show, targetOf, withTarget } from './answer.ts';
import { withDatabase } from './database-target.ts';
import { ProgressTeller } from './progress.ts';
import { givenTarget, leaveTarget, type TargetOptions } from './sync-target.ts';
import { loadWords, say } from './words.ts';

type SyncOptions = TargetOptions & {
  readonly dryRun?: boolean;
  readonly all?: boolean;
  readonly decide?: string;
};

const shownConflicts = 200;
const shownRuns = 50;

/** `sync ...`: rows of the embedded database, or of one with `--db`, to a central one. */
export function addSyncCommands(program: Command): void {
  const sync = program.command('sync').description('rows to a central database, and what of them is there');
  withTo(sync)
    .option('--dry-run', 'say what would change, and change nothing there')
    .option('--all', 'look at everything again, for a central database that lost rows')
    .option(
      '--decide <ours|theirs>',
      'what becomes of rows that are asked about; without it they stay as they are',
    )
    .action(run);
  withTo(sync.command('status')).description('what is set up, and how much is not synced').action(status);
  withTo(sync.command('ledger')).description('what was sent when, and confirmed').action(ledger);
  withTo(sync.command('conflicts')).description('rows that the central database has newer').action(conflicts);
  withTo(sync.command('bundle <file>'))
    .description('write what is not synced into a file, to be carried to the office')
    .action(bundle);
  withTo(sync.command('import <file>'))
    .description('bring the rows of such a file into the central database; a receipt is left beside it')
    .action(bringIn);
  withTo(sync.command('receipt <file>'))
    .description('take the receipt of a file that was brought in: its rows count as synced')
    .action(receipt);
}

function withTo(command: Command): Command {
  return withTarget(command)
    .option(
      '--to <name|url>',
      'a name of the settings, or postgres://user@host:port/database[?sslmode=...&sslrootcert=FILE]; TLS is verified unless it says otherwise',
    )
    .option('--password-file <file>', 'file with its password (or the variable DATAYOTI_SYNC_PASSWORD)')
    .option('--own-tables', 'tables of commissioning records may be made there');
}

async function run(_: unknown, command: Command): Promise<void> {
  const options: SyncOptions = command.optsWithGlobals();
  const decision =
    options.decide === undefined ? undefined : argument(syncDecision, options.decide, 'decide');
  const result = await working(options, async (site, tell, signal) => {
    const given = await givenTarget(site.database, options);
    const { target, password } = given;
    try {
      if (options.all === true && options.dryRun !== true) await markAllAgain(site.database, target);
      if (decision !== undefined && options.dryRun !== true)
        await decideConflicts(site.database, target.id, null, decision);
      return await runSync(site, { target, password, dryRun: options.dryRun === true }, tell, signal);
    } finally {
      if (options.dryRun === true) await leaveTarget(site.database, given);
    }
  });
  show(options, result, resultLines(result));
}

async function status(_: unknown, command: Command): Promise<void> {
  const options: SyncOptions = command.optsWithGlobals();
  const targets = await working(options, async ({ database }) => {
    const all = [];
    for (const target of await listTargets(database))
      all.push({
        name: target.name,
        address: target.address,
        unsynced: target.marked ? await countUnsynced(database, target, syncRelations) : null,
      });
    return all;
  });
  show(
    options,
    { targets },
    targets.length === 0
      ? ['No central database is set up.']
      : targets.map(({ name, unsynced }) => `${name}: ${unsynced ?? 'not counted yet'} rows not synced`),
  );
}

async function ledger(_: unknown, command: Command): Promise<void> {
  const options: SyncOptions = command.optsWithGlobals();
  const items = await working(options, ({ database }) => listRuns(database, shownRuns));
  show(options, { items }, items.length === 0 ? ['Nothing was sent yet.'] : items.flatMap(runLines));
}

async function conflicts(_: unknown, command: Command): Promise<void> {
  const options: SyncOptions = command.optsWithGlobals();
  const items = await working(options, async ({ database }) =>
    listConflicts(database, (await givenTarget(database, options)).target.id, {
      decision: null,
      limit: shownConflicts,
    }),
  );
  show(
    options,
    { items },
    items.length === 0
      ? ['Nothing is asked.']
      : items.map(
          ({ relation, key, ours, theirs }) =>
            `${relation}  ${key}\n  ours    ${JSON.stringify(ours)}\n  theirs  ${JSON.stringify(theirs)}`,
        ),
  );
}

async function bundle(file: string, _: unknown, command: Command): Promise<void> {
  const options: SyncOptions = command.optsWithGlobals();
  const path = resolve(file);
  const result = await working(options, async (site, tell, signal) => {
    const { target } = await givenTarget(site.database, options);
    return writeBundle(site, { target, path, appVersion: applicationVersion }, tell, signal);
  });
  show(options, result, [
    `${result.rows} rows, ${result.bytes} bytes: ${path}`,
    'They count as synced when the receipt of this file is taken.',
  ]);
}

async function bringIn(file: string, _: unknown, command: Command): Promise<void> {
  const options: SyncOptions = command.optsWithGlobals();
  const path = resolve(file);
  const imported = await working(options, async (site, tell, signal) => {
    const { target, password } = await givenTarget(site.database, options);
    return importBundle(site, { target, password, path }, tell, signal);
  });
  show(options, imported, [...resultLines(imported.result), `Receipt: ${imported.receipt}`]);
}

async function receipt(file: string, _: unknown, command: Command): Promise<void> {
  const options: SyncOptions = command.optsWithGlobals();
  const result = await working(options, (site) => takeReceipt(site, resolve(file)));
  show(options, result, [`Its rows are synced to ${result.target}; ${result.unsynced} are not.`]);
}

async function working<T>(
  options: SyncOptions,
  work: (
    site: SyncSite & { readonly database: Database },
    tell: (progress: SyncProgress) => void,
    signal: AbortSignal,
  ) => Promise<T>,
): Promise<T> {
  const words = await loadWords();
  const teller = new ProgressTeller(options, words);
  let phase: SyncProgress['phase'] | undefined;
  let begunMs = 0;
  const tell = (told: SyncProgress): void => {
    const now = performance.now();
    if (told.phase !== phase) {
      phase = told.phase;
      begunMs = now;
      teller.step(say(words, `sync.${phase}`), { type: 'phase', phase });
    }
    if (told.total === 0 || phase !== 'readings') return;
    const fraction = told.done / told.total;
    teller.progress({
      fraction,
      bytesPerSecond: 0,
      leftMs: fraction === 0 ? null : ((now - begunMs) * (1 - fraction)) / fraction,
    });
  };
  try {
    return await withDatabase({ ...targetOf(options), mayCreate: false }, (database, signal) =>
      work({ database, relations: syncRelations, clock: systemClock, log: silentLog }, tell, signal),
    );
  } catch (error) {
    // What the database says of a schema without these tables helps nobody.
    if (error instanceof Error && /relation "field\.sync_/.test(error.message))
      throw new AppError(
        'schema.not-migrated',
        'The database has no tables for it yet: run db migrate first.',
        {},
        error,
      );
    throw error;
  } finally {
    teller.end();
  }
}

function resultLines({ dryRun, central, counts, openConflicts, unsynced }: SyncResult): readonly string[] {
  const { clockAheadMs, clockOff, newerSchema, ownTablesSql } = central;
  return [
    ...(clockOff
      ? [`Its clock is ${Math.round(clockAheadMs / 1000)} s ahead: all rows that differ are asked about.`]
      : []),
    ...(newerSchema === null ? [] : [`It was made by version ${newerSchema}, which is newer than this one.`]),
    ...(ownTablesSql === null
      ? []
      : ['Its administrator would have to run this for tables of ours:', ownTablesSql]),
    ...counts.map(
      ({ relation, inserted, replaced, unchanged, conflicts: asked, held, reason }) =>
        `${relation}: ${inserted} new, ${replaced} replaced, ${unchanged} unchanged, ${asked} asked about, ${held} held back` +
        (reason === null ? '' : ` (${reason})`),
    ),
    dryRun ? 'Nothing was changed.' : `${unsynced} rows are not synced, ${openConflicts} are asked about.`,
  ];
}

function runLines({ id, target, kind, startedMs, outcome, relations }: SyncRun): readonly string[] {
  return [
    `${String(id).padStart(5)}  ${new Date(startedMs).toISOString()}  ${kind.padEnd(7)}  ${outcome.padEnd(12)}  ${target}`,
    ...relations.map(
      ({ relation, inserted, replaced, unchanged, confirmedMs }) =>
        `       ${relation}: ${inserted} new, ${replaced} replaced, ${unchanged} unchanged, confirmed ${confirmedMs === null ? '-' : new Date(confirmedMs).toISOString()}`,
    ),
  ];
}
