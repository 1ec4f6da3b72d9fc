import type { Handlers } from '../../shared/contract/contract.ts';
import type { SyncAddress, SyncProgress, SyncState, SyncTarget } from '../../shared/contract/sync.ts';
import { AppError, isAppError, reportOf } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Closable } from '../foundation/disposer.ts';
import { drop } from '../foundation/drop.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Log } from '../foundation/log.ts';
import type { SecretStore } from '../foundation/platform.ts';
import { toldWork } from '../foundation/told-work.ts';
import { watchState } from '../foundation/watch-state.ts';
import type { Database } from '../storage/index.ts';
import { countOpenConflicts, decideConflicts, listConflicts } from '../storage/queries/sync-conflicts.ts';
import { lastDone, listRuns } from '../storage/queries/sync-ledger.ts';
import { listTargets, type StoredTarget } from '../storage/queries/sync-targets.ts';
import { openCentral } from './central.ts';
import { importBundle, takeReceipt } from './import-bundle.ts';
import { conflictsShown, countEveryMs, runsShown } from './limits.ts';
import type { SyncRelation } from './relations.ts';
import { countUnsynced, runSync, settleNotes, type SyncSite } from './sync-run.ts';
import { TargetSecrets } from './target-secrets.ts';
import { addTarget, changeTarget, markAllAgain, removeTarget, samePlace, targetOf } from './targets.ts';
import { writeBundle } from './write-bundle.ts';

export interface SyncOptions {
  /** What is synced; capabilities with tables of their own add to it. */
  readonly relations: readonly SyncRelation[];
  readonly secrets: SecretStore;
  readonly appVersion: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Keeps the machine awake until the returned function is called. */
  readonly keepAwake?: (() => () => void) | undefined;
}

const watchIntervalMs = 250;

/** Rows of the local database to a central one, and how many are still to go. */
export class Sync implements Closable {
  readonly #options: SyncOptions;
  readonly #secrets: TargetSecrets;
  readonly #listeners = new Listeners<void>();
  readonly #working = new Set<Promise<unknown>>();
  #closing = new AbortController();
  #owner: Database | undefined;
  #timer: NodeJS.Timeout | undefined;
  #counting: Promise<void> | undefined;
  #state: SyncState = { targets: [], running: null, failed: null };

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#secrets = new TargetSecrets(options.secrets);
  }

  readonly handlers: Handlers['sync'] = {
    watch: (_, signal) =>
      watchState(
        { state: () => this.#state, onChange: (listener) => this.#listeners.add(listener) },
        watchIntervalMs,
        signal,
      ),
    probe: async ({ target, address, password, ownTables }) => {
      const { database, relations, clock, log } = this.#site();
      const stored = target === undefined ? undefined : await targetOf(database, target);
      const central = await openCentral({
        address,
        password: password ?? (await this.#passwordFor(stored, address)),
        relations,
        ownTables,
        makes: false,
        local: database,
        clock,
        log,
      });
      await central.close();
      return central.facts;
    },
    addTarget: async ({ password, ...target }) => {
      const { database } = this.#site();
      const id = await addTarget(database, target);
      await this.#keepPassword(target.address, password);
      await this.#count();
      return { target: id };
    },
    changeTarget: async ({ target: id, password, ...target }) => {
      const { database } = this.#site();
      const before = await targetOf(database, id);
      await changeTarget(database, before, target);
      if (before.address !== null && !samePlace(before.address, target.address))
        await this.#secrets.delete(before.address);
      await this.#keepPassword(target.address, password);
      await this.#count();
      return {};
    },
    removeTarget: async ({ target: id }) => {
      const { database } = this.#site();
      const target = await targetOf(database, id);
      await removeTarget(database, target);
      if (target.address !== null) await this.#secrets.delete(target.address);
      await this.#count();
      return {};
    },
    markAll: async ({ target }) => {
      const { database } = this.#site();
      await markAllAgain(database, await targetOf(database, target));
      await this.#count();
      return {};
    },
    run: ({ target: id, dryRun }, signal) =>
      this.#told(id, signal, async (site, target, tell, joined) =>
        runSync(site, { target, password: await this.#passwordOf(target), dryRun }, tell, joined),
      ),
    runs: async () => ({ items: [...(await listRuns(this.#site().database, runsShown))] }),
    conflicts: async ({ target }) => ({
      items: [
        ...(await listConflicts(this.#site().database, target, { decision: null, limit: conflictsShown })),
      ],
    }),
    decide: async ({ target, conflict, decision }) => {
      const decided = await decideConflicts(this.#site().database, target, conflict ?? null, decision);
      await this.#count();
      return { decided };
    },
    writeBundle: ({ target: id, path }, signal) =>
      this.#told(id, signal, (site, target, tell, joined) =>
        writeBundle(site, { target, path, appVersion: this.#options.appVersion }, tell, joined),
      ),
    importBundle: ({ target: id, path }, signal) =>
      this.#told(id, signal, async (site, target, tell, joined) =>
        importBundle(site, { target, path, password: await this.#passwordOf(target) }, tell, joined),
      ),
    takeReceipt: async ({ path }) => {
      const result = await takeReceipt(this.#site(), path);
      await this.#count();
      return result;
    },
  };

  /** From here on rows come from this database. */
  open(owner: Database): void {
    this.#owner = owner;
    this.#closing = new AbortController();
    const count = (): void => drop(this.#count(), this.#options.log, 'counting what is to sync');
    this.#timer = setInterval(count, countEveryMs);
    this.#timer.unref();
    count();
  }

  /** A run under way ends; what was confirmed stays so. */
  async detach(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    await Promise.allSettled([...this.#working, this.#counting]);
    this.#owner = undefined;
    this.#change({ targets: [], running: null, failed: null });
  }

  close(): Promise<void> {
    return this.detach();
  }

  #site(): SyncSite & { readonly database: Database } {
    const { relations, clock, log } = this.#options;
    if (this.#owner === undefined) throw new AppError('stack.not-running', 'The database is not running.');
    return { database: this.#owner, relations, clock, log: log.from('database') };
  }

  #told<T>(
    id: number,
    signal: AbortSignal,
    work: (
      site: SyncSite,
      target: StoredTarget,
      tell: (progress: SyncProgress) => void,
      signal: AbortSignal,
    ) => Promise<T>,
  ): ReturnType<typeof toldWork<SyncProgress, T>> {
    return toldWork((tell, joined) => {
      const running = this.#run(id, AbortSignal.any([joined, this.#closing.signal]), tell, work);
      const ended = running.catch(() => undefined);
      this.#working.add(ended);
      void ended.then(() => this.#working.delete(ended));
      return running;
    }, signal);
  }

  async #run<T>(
    id: number,
    signal: AbortSignal,
    tell: (progress: SyncProgress) => void,
    work: (
      site: SyncSite,
      target: StoredTarget,
      tell: (progress: SyncProgress) => void,
      signal: AbortSignal,
    ) => Promise<T>,
  ): Promise<T> {
    const site = this.#site();
    const target = await targetOf(site.database, id);
    if (this.#state.running !== null) throw new AppError('sync.busy', 'Another sync is under way.');
    const letSleep = this.#options.keepAwake?.();
    this.#change({ running: { target: id, progress: null }, failed: null });
    try {
      const told = (progress: SyncProgress): void => {
        this.#change({ running: { target: id, progress } });
        tell(progress);
      };
      return await work(site, target, told, signal);
    } catch (error) {
      if (!isAppError(error, 'sync.cancelled'))
        this.#change({ failed: { target: id, error: reportOf(error) } });
      throw error;
    } finally {
      letSleep?.();
      this.#change({ running: null });
      await this.#count().catch(() => undefined);
    }
  }

  /** One at a time; who comes meanwhile waits for one that began after. */
  async #count(): Promise<void> {
    await this.#counting?.catch(() => undefined);
    this.#counting ??= this.#countNow().finally(() => (this.#counting = undefined));
    await this.#counting;
  }

  async #countNow(): Promise<void> {
    const owner = this.#owner;
    if (owner === undefined) return;
    const { relations } = this.#options;
    const targets: SyncTarget[] = [];
    for (const target of await listTargets(owner)) {
      await settleNotes(owner, target);
      targets.push({
        id: target.id,
        name: target.name,
        address: target.address,
        ownTables: target.ownTables,
        hasPassword: target.address !== null && (await this.#secrets.get(target.address)) !== undefined,
        unsynced: await countUnsynced(owner, target, relations),
        openConflicts: await countOpenConflicts(owner, target.id),
        syncedMs: await lastDone(owner, target.id),
      });
    }
    this.#change({ targets });
  }

  #change(change: Partial<SyncState>): void {
    this.#state = { ...this.#state, ...change };
    this.#listeners.tell();
  }

  async #keepPassword(address: SyncAddress | null, password: string | undefined): Promise<void> {
    if (address !== null && password !== undefined) await this.#secrets.set(address, password);
  }

  /** What is stored is for its own address only. */
  async #passwordFor(stored: StoredTarget | undefined, address: SyncAddress): Promise<string> {
    return stored !== undefined && samePlace(stored.address, address) ? this.#passwordOf(stored) : '';
  }

  async #passwordOf({ address }: StoredTarget): Promise<string> {
    return address === null ? '' : ((await this.#secrets.get(address)) ?? '');
  }
}
