import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { BackupContent, BackupProgress, RestoreResult } from '../../../shared/contract/backup.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import { systemClock } from '../../foundation/clock.ts';
import { silentLog } from '../../foundation/log.ts';
import { SettingsStore } from '../../settings/index.ts';
import {
  backupName,
  inspectBackup,
  relationCounts,
  restoreBackup,
  thinBackups,
  writeBackup,
} from '../../stack/backup/index.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { InstanceLock } from '../instance-lock.ts';
import { dataFolder, show, targetOf, withTarget, type Common } from './answer.ts';
import { addBackupFileCommands } from './backup-file-commands.ts';
import { untilSignal } from './board-work.ts';
import { withDatabase } from './database-target.ts';
import { ProgressTeller } from './progress.ts';
import { runningApplication } from './running-application.ts';
import { loadWords, say } from './words.ts';

const sqlFolder = join(applicationRoot, 'sql');

type RestoreOptions = Common & { readonly dryRun?: boolean };

/** `stack backup`, `stack restore`: of an external database, or of the embedded one. */
export function addBackupCommands(program: Command): void {
  const stack =
    program.commands.find((command) => command.name() === 'stack') ??
    program.command('stack').description('broker, database and what belongs to them');
  const backup = withTarget(stack.command('backup [file]'))
    .description('write all rows to a file, read it back and compare; without a file into the usual folder')
    .action(async (file: string | undefined, options: Common) => {
      const target = file === undefined ? await usualFile(options) : await namedFile(file);
      const tell = await teller(options);
      const written = await withDatabase({ ...targetOf(options), mayCreate: false }, (database, signal) =>
        writeBackup(
          { database, file: target, appVersion: applicationVersion, clock: systemClock, log: silentLog },
          tell.progress,
          signal,
        ),
      ).finally(() => tell.end());
      const { created } = written.manifest;
      const relations = relationCounts(written.manifest);
      const { leftOut } = written.manifest;
      const removed = file === undefined ? await thinned(options, written.file) : [];
      const words = await loadWords();
      const answer = { file: written.file, bytes: written.bytes, created, verified: true, relations };
      show(options, { ...answer, leftOut, removed }, [
        ...countLines(relations),
        ...leftOut.map((name) => `left out, not readable: ${name}`),
        `Written and checked: ${written.file} (${written.bytes} bytes).`,
        ...removed.map((name) => say(words, 'stack.backup-remove.thinned', { name })),
      ]);
    });
  addBackupFileCommands(backup);
  withTarget(stack.command('restore <file>'))
    .description('put a backup into a database without data, all or nothing')
    .option('--dry-run', 'check the file and say what is inside; touches nothing')
    .action(async (file: string, options: RestoreOptions) => {
      const path = resolve(file);
      if (options.dryRun === true) await tellContent(path, options);
      else await restore(path, options);
    });
}

const settingsOf = async (data: string): Promise<Settings> =>
  (await SettingsStore.open(join(data, 'settings.json'), silentLog)).current;

/**
 * Where backups are made by a schedule, the number to keep counts for those of the command line, too. Those of another
 * database (`--db`) never push out those of the application's own.
 */
async function thinned(options: Common, made: string): Promise<readonly string[]> {
  const { backupDaily, backupsKept } = await settingsOf(dataFolder(options));
  return backupDaily && options.db === undefined ? thinBackups(dirname(made), backupsKept, made) : [];
}

/** In the folder of the settings, as the application itself does. */
async function usualFile(options: Common): Promise<string> {
  const data = dataFolder(options);
  const { backupFolder } = await settingsOf(data);
  return join(backupFolder === '' ? join(data, 'backups') : backupFolder, backupName(systemClock.now()));
}

async function namedFile(file: string): Promise<string> {
  const path = resolve(file);
  const facts = await stat(path).catch(() => undefined);
  return facts?.isDirectory() === true ? join(path, backupName(systemClock.now())) : path;
}

/** Of the database that it would go into only an external one is asked: nothing is started for a question. */
async function tellContent(file: string, options: RestoreOptions): Promise<void> {
  const tell = await teller(options);
  const order = { file, sqlFolder, appVersion: applicationVersion };
  const work =
    options.db === undefined
      ? untilSignal((signal) => inspectBackup({ ...order, target: undefined }, tell.progress, signal))
      : withDatabase({ ...targetOf(options), mayCreate: false }, (target, signal) =>
          inspectBackup({ ...order, target }, tell.progress, signal),
        );
  const content = await work.finally(() => tell.end());
  if (content !== undefined) show(options, content, contentLines(content));
}

async function restore(file: string, options: RestoreOptions): Promise<void> {
  const result = await restored(file, options);
  if (result === undefined) return;
  show(options, result, [
    ...countLines(result.relations),
    ...result.skipped.map((name) => `not restored, no table of this schema: ${name}`),
    ...result.migrated.map((name) => `applied ${name}`),
    ...(result.auditChainIntact ? [] : ['The log was broken already when the backup was made.']),
    `Restored: ${result.rows} rows.`,
  ]);
}

/** An application that runs on the folder does the work itself: it holds rows in memory that it must read anew. */
async function restored(file: string, options: RestoreOptions): Promise<RestoreResult | undefined> {
  const tell = await teller(options);
  const running = options.db === undefined ? await applicationOf(dataFolder(options)) : undefined;
  try {
    if (running === undefined) {
      return await withDatabase({ ...targetOf(options), mayCreate: true }, (database, signal) =>
        restoreInto(database, file, tell.progress, signal),
      );
    }
    return await untilSignal((signal) => restoreThrough(running, file, tell.progress, signal));
  } finally {
    tell.end();
    await running?.close();
  }
}

async function restoreInto(
  database: Parameters<Parameters<typeof withDatabase>[1]>[0],
  file: string,
  tell: (progress: BackupProgress) => void,
  signal: AbortSignal,
): Promise<RestoreResult> {
  const { manifest, migrated, skipped, auditChainIntact } = await restoreBackup(
    { database, file, sqlFolder, appVersion: applicationVersion, log: silentLog },
    tell,
    signal,
  );
  const relations = relationCounts(manifest);
  const rows = relations.reduce((sum, relation) => sum + relation.rows, 0);
  return { path: file, rows, relations, migrated: [...migrated], skipped: [...skipped], auditChainIntact };
}

type Running = Awaited<ReturnType<typeof runningApplication>>;

async function applicationOf(data: string): Promise<Running | undefined> {
  const lock = await InstanceLock.take(data);
  if (!(lock instanceof InstanceLock)) return runningApplication(data, lock);
  await lock.release();
  return undefined;
}

async function restoreThrough(
  { client }: Running,
  path: string,
  tell: (progress: BackupProgress) => void,
  signal: AbortSignal,
): Promise<RestoreResult | undefined> {
  for await (const item of await client.backup.restore({ path, into: 'empty-only' }, { signal })) {
    if (item.type === 'done') return item.result;
    tell(item.progress);
  }
  return undefined;
}

async function teller(options: Common): Promise<{
  readonly progress: (progress: BackupProgress) => void;
  readonly end: () => void;
}> {
  const shown = new ProgressTeller(options, await loadWords());
  let phase: BackupProgress['phase'] | undefined;
  let begunMs = 0;
  return {
    progress: (told) => {
      const now = performance.now();
      if (told.phase !== phase) {
        phase = told.phase;
        begunMs = now;
        shown.step(`${phase} ...`, { type: 'phase', phase });
      }
      if (told.totalRows === 0) return;
      const seconds = Math.max(0.001, (now - begunMs) / 1000);
      const fraction = told.rows / told.totalRows;
      shown.progress({
        fraction,
        bytesPerSecond: told.bytes / seconds,
        leftMs: fraction === 0 ? null : (seconds * 1000 * (1 - fraction)) / fraction,
      });
    },
    end: () => shown.end(),
  };
}

function countLines(relations: BackupContent['relations']): readonly string[] {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return relations
    .filter(({ rows }) => rows > 0)
    .map(({ name, rows, fromMs, toMs }) => {
      const range = fromMs === null || toMs === null ? '' : `  ${iso(fromMs)} to ${iso(toMs)}`;
      return `${name.padEnd(32)} ${String(rows).padStart(10)} rows${range}`;
    });
}

function contentLines(content: BackupContent): readonly string[] {
  const { database, targetHolds } = content;
  return [
    `Made ${new Date(content.createdMs).toISOString()} by version ${content.appVersion}`,
    `from ${database.name} (${database.kind} ${database.version}, schema ${content.schema}), ${content.fileBytes} bytes.`,
    ...content.sites.map(({ ref, name }) => `site ${ref}  ${name}`),
    ...countLines(content.relations),
    ...content.migratesForward.map((name) => `would apply ${name}`),
    ...content.leftOut.map((name) => `left out when it was made: ${name}`),
    ...(content.auditChainIntact ? [] : ['The log was broken already when the backup was made.']),
    ...(targetHolds ?? []).map(({ name, rows }) => `in the way: ${name}, ${rows} rows`),
    'The file is whole and as it was written.',
  ];
}
