import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type {
  BackupFile,
  BackupState,
  BackupContent,
  RestoreResult,
} from '../../../shared/contract/backup.ts';
import type { Handlers } from '../../../shared/contract/contract.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import { AppError, isAppError, reportOf } from '../../../shared/domain/app-error.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Closable } from '../../foundation/disposer.ts';
import { drop } from '../../foundation/drop.ts';
import { Listeners } from '../../foundation/listeners.ts';
import type { Log } from '../../foundation/log.ts';
import { toldWork } from '../../foundation/told-work.ts';
import { watchState } from '../../foundation/watch-state.ts';
import type { Database } from '../../storage/index.ts';
import { backupName, removeAbandoned } from './backup-files.ts';
import { totalRows } from './backup-manifest.ts';
import { nextBackup } from './backup-schedule.ts';
import { cancelled, type Tell } from './backup-work.ts';
import { inspectBackup, relationCounts } from './inspect-backup.ts';
import { fileFrom, keptBackups, removeBackup, thinBackups } from './kept-backups.ts';
import { restoreBackup } from './restore-backup.ts';
import { rowsFound } from './restore-target.ts';
import { writeBackup } from './write-backup.ts';

export interface BackupsOptions {
  /** The owner's connections of the stack that runs; `undefined` while none does. */
  readonly database: () => Database | undefined;
  /** Tells when `database` may have changed. */
  readonly onDatabaseChange: (listener: () => void) => () => void;
  /** After a restore: whatever holds rows in memory reads them anew. */
  readonly restored: () => Promise<void>;
  readonly settings: () => Settings;
  readonly onSettingsChange: (listener: () => void) => () => void;
  readonly defaultFolder: string;
  readonly sqlFolder: string;
  readonly appVersion: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Keeps the machine awake until the returned function is called. */
  readonly keepAwake?: (() => () => void) | undefined;
}

type Kind = 'backup' | 'restore' | 'check';

const watchIntervalMs = 200;
const scheduleIntervalMs = 20_000;

/** Backups of the database of the stack: by hand, by schedule, and back again; one piece of work at a time. */
export class Backups implements Closable {
  readonly #options: BackupsOptions;
  readonly #log: Log;
  readonly #changes = new Listeners<void>();
  readonly #closing = new AbortController();
  readonly #stops: (() => void)[] = [];
  #running: BackupState['running'] = null;
  #current: AbortController | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #last: BackupFile | null = null;
  #lastError: BackupState['lastError'] = null;
  #openSinceMs: number | null = null;
  #looked: string | undefined;

  constructor(options: BackupsOptions) {
    this.#options = options;
    this.#log = options.log.from('database');
    const timer = setInterval(() => this.#tick(), scheduleIntervalMs);
    this.#stops.push(
      () => clearInterval(timer),
      options.onDatabaseChange(() => this.#tick()),
      options.onSettingsChange(() => this.#tick()),
    );
    this.#tick();
  }

  state(): BackupState {
    const { nowMs, next } = this.#due();
    const open = this.#options.database() !== undefined;
    return {
      running: this.#running,
      last: this.#last,
      nextMs: next,
      atNextStart: !open && next !== null && next <= nowMs,
      lastError: this.#lastError,
      folder: this.folder,
    };
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  get folder(): string {
    const chosen = this.#options.settings().backupFolder;
    return chosen === '' ? this.#options.defaultFolder : chosen;
  }

  /** @throws AppError as `writeBackup`; `backup.busy`, `stack.not-running`, `request.invalid` for a folder that is none */
  run(tell: Tell, signal: AbortSignal): Promise<BackupFile> {
    return this.#alone('backup', tell, signal, async (tellAll, joined) => {
      const { clock, appVersion } = this.#options;
      const { folder } = this;
      if (!isAbsolute(folder))
        throw new AppError('request.invalid', 'The folder for backups must be a full path.', {
          field: 'backupFolder',
        });
      // What is wrong with the folder, the writing says better.
      await removeAbandoned(folder, clock.now()).catch(() => undefined);
      // Names tell seconds: a second backup within one takes the next that is free.
      let at = clock.now();
      while (existsSync(join(folder, backupName(at)))) at += 1_000;
      const name = backupName(at);
      const written = await writeBackup(
        { database: this.#database(), file: join(folder, name), appVersion, clock, log: this.#options.log },
        tellAll,
        joined,
      );
      this.#log.info('backup written and checked', { file: written.file, bytes: written.bytes });
      const made = fileFrom(written.file, name, written.bytes, written.manifest);
      this.#last = made;
      this.#lastError = null;
      await thinBackups(folder, this.#options.settings().backupsKept, made.path).catch((error: unknown) =>
        this.#log.warn('an old backup could not be removed', { error }),
      );
      return made;
    });
  }

  inspect(path: string, tell: Tell, signal: AbortSignal): Promise<BackupContent> {
    const { sqlFolder, appVersion, database } = this.#options;
    return this.#alone('check', tell, signal, (tellAll, joined) =>
      inspectBackup({ file: path, sqlFolder, appVersion, target: database() }, tellAll, joined),
    );
  }

  /** @throws AppError as `restoreBackup`; `backup.busy`, `stack.not-running` */
  restore(path: string, tell: Tell, signal: AbortSignal): Promise<RestoreResult> {
    return this.#alone('restore', tell, signal, async (tellAll, joined) => {
      const { sqlFolder, appVersion, log } = this.#options;
      const { manifest, migrated, skipped, auditChainIntact } = await restoreBackup(
        { database: this.#database(), file: path, sqlFolder, appVersion, log },
        tellAll,
        joined,
      );
      this.#log.info('backup restored', { file: path, rows: totalRows(manifest) });
      await this.#options.restored();
      return {
        path,
        rows: totalRows(manifest),
        relations: relationCounts(manifest),
        migrated: [...migrated],
        skipped: [...skipped],
        auditChainIntact,
      };
    });
  }

  /** Newest first; a file that cannot be opened is there too, and not verified. */
  list(): Promise<readonly BackupFile[]> {
    return keptBackups(this.folder);
  }

  /**
   * Of the folder of now, for good.
   *
   * @param name as `list` gives it
   * @throws AppError as `removeBackup`; `backup.busy` while a file is being read
   */
  async remove(name: string): Promise<void> {
    const kind = this.#running?.kind;
    if (kind === 'restore' || kind === 'check') throw busy(kind);
    await removeBackup(this.folder, name);
    this.#log.info('backup removed', { file: join(this.folder, name) });
    if (this.#last?.name !== name) return;
    this.#looked = undefined;
    await this.#lookForLast();
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#closing.abort();
    await this.#work;
  }

  readonly handlers: Handlers['backup'] = {
    watch: (_input, signal) => watchState(this, watchIntervalMs, signal),
    list: async () => ({ items: [...(await this.list())] }),
    remove: async ({ name }) => {
      await this.remove(name);
      return {};
    },
    run: (_input, signal) => toldWork((tell, joined) => this.run(tell, joined), signal),
    inspect: ({ path }, signal) => toldWork((tell, joined) => this.inspect(path, tell, joined), signal),
    restore: ({ path }, signal) => toldWork((tell, joined) => this.restore(path, tell, joined), signal),
  };

  #database(): Database {
    const database = this.#options.database();
    if (database === undefined) throw new AppError('stack.not-running', 'The database is not running.');
    return database;
  }

  async #alone<T>(
    kind: Kind,
    tell: Tell,
    signal: AbortSignal,
    work: (tell: Tell, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (this.#running !== null) throw busy(this.#running.kind);
    if (this.#closing.signal.aborted) throw cancelled();
    this.#running = { kind, progress: null };
    this.#changes.tell();
    const current = new AbortController();
    this.#current = current;
    const letSleep = this.#options.keepAwake?.();
    const running = work(
      (progress) => {
        this.#running = { kind, progress };
        this.#changes.tell();
        tell(progress);
      },
      AbortSignal.any([signal, current.signal, this.#closing.signal]),
    );
    this.#work = running.catch(() => undefined);
    try {
      return await running;
    } catch (error) {
      if (kind === 'backup' && !isAppError(error, 'backup.cancelled')) {
        this.#log.error('the backup failed', { error });
        this.#lastError = { timeMs: this.#options.clock.now(), error: reportOf(error) };
      }
      throw error;
    } finally {
      letSleep?.();
      this.#running = null;
      this.#current = undefined;
      this.#changes.tell();
    }
  }

  #due(): { readonly nowMs: number; readonly next: number | null } {
    const { backupDaily, backupAtMinute } = this.#options.settings();
    const nowMs = this.#options.clock.now();
    const next = nextBackup({
      nowMs,
      daily: backupDaily,
      atMinute: backupAtMinute,
      lastMs: this.#last?.createdMs ?? null,
      openSinceMs: this.#openSinceMs,
      failedMs: this.#lastError?.timeMs ?? null,
    });
    return { nowMs, next };
  }

  #tick(): void {
    const open = this.#options.database() !== undefined;
    const opened = open && this.#openSinceMs === null;
    if (opened) this.#openSinceMs = this.#options.clock.now();
    if (!open) {
      this.#openSinceMs = null;
      // A stack that stops is no failure; what is just being read can go on at the next start.
      this.#current?.abort();
    }
    drop(this.#makeDue(opened), this.#log, 'the daily backup');
  }

  async #makeDue(opened: boolean): Promise<void> {
    await this.#lookForLast();
    const { nowMs, next } = this.#due();
    const database = this.#options.database();
    if (this.#running !== null || database === undefined || next === null) return;
    // The first start with rows that were never backed up makes up for what was missed before.
    const never = opened && this.#last === null && this.#lastError === null;
    if (next > nowMs && !never) return;
    if ((await rowsFound(database, undefined)).length === 0) return;
    if (this.#closing.signal.aborted || this.#busy()) return;
    // The failure is in the state, where every screen shows it.
    await this.run(() => undefined, this.#closing.signal).catch(() => undefined);
  }

  #busy(): boolean {
    return this.#running !== null;
  }

  /** Once for each folder: what is made from then on is known. */
  async #lookForLast(): Promise<void> {
    const { folder } = this;
    if (this.#looked === folder) return;
    this.#looked = folder;
    const found = await this.list().catch(() => []);
    this.#last = found.find(({ verified }) => verified) ?? null;
    this.#changes.tell();
  }
}

function busy(kind: Kind): AppError {
  return new AppError('backup.busy', 'A backup or a restore is under way.', { kind });
}
