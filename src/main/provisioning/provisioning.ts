import { randomUUID } from 'node:crypto';
import type { HandlersOf } from '../../shared/contract/procedure.ts';
import type {
  provisioningContract,
  BatchBoard,
  BatchSettings,
  CommissioningRecord,
  LabelSize,
  ProvisioningState,
  RosterEntry,
  WifiNetwork,
} from '../../shared/contract/provisioning.ts';
import type { BoardIdentity } from '../../shared/contract/boards.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Closable } from '../foundation/disposer.ts';
import { drop } from '../foundation/drop.ts';
import { Listeners } from '../foundation/listeners.ts';
import { watchState } from '../foundation/watch-state.ts';
import type { ProfileStore } from './profiles/profile-store.ts';
import { nextFor, parseRoster } from './roster/roster-csv.ts';
import { jobReport } from './workflow/job-report.ts';
import { tellIntervalMs } from './workflow/limits.ts';
import { nextName } from '../../shared/domain/next-name.ts';
import type { JobParts, JobWish } from './workflow/job-parts.ts';
import { ProvisioningJob } from './workflow/provisioning-job.ts';

/** The boards that are plugged in now. */
export interface PortSource {
  boards(): readonly string[];
  onChange(listener: () => void): () => void;
}

export interface ProvisioningParts extends JobParts {
  readonly ports: PortSource;
  readonly profiles: ProfileStore;
  readonly labels: (
    macs: readonly string[],
    size: LabelSize,
    format: 'pdf' | 'png',
  ) => Promise<{ readonly fileName: string; readonly file: Blob }>;
  readonly recordsOf: (
    mac: string | null,
    limit: number,
  ) => Promise<{ readonly items: readonly CommissioningRecord[]; readonly chainIntact: boolean }>;
  /** Addresses under which boards can reach this machine's broker, best first. */
  readonly hosts: () => readonly { host: string; interfaceName: string; listening: boolean }[];
  readonly networks: (signal: AbortSignal) => Promise<readonly WifiNetwork[] | null>;
  readonly difference: (
    identity: BoardIdentity,
    board: BatchBoard,
    settings: BatchSettings,
  ) => readonly { key: string; before: string | null; after: string | null }[];
  /** Keeps the machine awake while boards are written; called again to let go. */
  readonly keepAwake: (() => () => void) | undefined;
}

interface AutoStart {
  readonly settings: BatchSettings;
  readonly wifiPassword: string;
  template: Omit<BatchBoard, 'address'>;
  /** Plugged in before, or done: not to be started by itself. */
  readonly seen: Set<string>;
}

/** The boards on the page: any number at once, none of which disturbs another. */
export class Provisioning implements Closable {
  readonly #parts: ProvisioningParts;
  readonly #changes = new Listeners<void>();
  readonly #running = new Map<string, Promise<void>>();
  #jobs: readonly ProvisioningJob[] = [];
  #roster: readonly RosterEntry[] = [];
  #autoStart: AutoStart | null = null;
  #locked = false;
  #startedMs: number | null = null;
  #letSleep: (() => void) | undefined;
  readonly #stopWatching: () => void;

  constructor(parts: ProvisioningParts) {
    this.#parts = parts;
    this.#stopWatching = parts.ports.onChange(() => this.#takePlugged());
  }

  state(): ProvisioningState {
    const count = (phase: ProvisioningJob['phase']): number =>
      this.#jobs.filter((job) => job.phase === phase).length;
    return {
      jobs: this.#jobs.map((job) => job.snapshot()),
      startedMs: this.#startedMs,
      autoStart: this.#autoStart !== null,
      locked: this.#locked,
      totals: {
        ready: count('ready'),
        running: count('running') + count('waiting'),
        needsYou: count('needs-you'),
        left: this.#roster.filter((entry) => !entry.used).length,
      },
    };
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** Addresses that a job works on: nothing else may open them. */
  isBusy(address: string): boolean {
    return this.#jobs.some((job) => job.address === address && this.#running.has(job.id));
  }

  /** Resolves when no board runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  async close(): Promise<void> {
    this.#stopWatching();
    this.#autoStart = null;
    for (const job of this.#jobs) if (this.#running.has(job.id)) job.cancel();
    await this.settled();
  }

  readonly handlers: HandlersOf<{ provisioning: typeof provisioningContract }>['provisioning'] = {
    watch: (_input, signal) => watchState(this, tellIntervalMs, signal),

    start: async ({ boards, settings, profileId }) => {
      this.#refuseLocked();
      const busy = boards.find(({ address }) => this.isBusy(address));
      if (busy !== undefined) throw boardBusy(busy.address);
      const wifiPassword = await this.#wifiPassword(settings, profileId);
      for (const board of boards) await this.#check({ board, settings, wifiPassword });
      const again = new Set(boards.map(({ address }) => address));
      this.#jobs = this.#jobs.filter((job) => !again.has(job.address));
      if (this.#running.size === 0) this.#startedMs = this.#parts.clock.now();
      for (const board of boards) this.#add({ board, settings, wifiPassword });
      return {};
    },

    cancel: async ({ id }) => {
      for (const job of this.#jobs)
        if ((id === null || job.id === id) && this.#running.has(job.id)) job.cancel();
      if (id === null) this.#autoStart = null;
      this.#changes.tell();
      return Promise.resolve({});
    },

    retry: async ({ id, wifi }) => {
      const job = this.#jobs.find((entry) => entry.id === id);
      if (job === undefined) throw new AppError('request.invalid', 'That board is not on the page any more.');
      if (this.isBusy(job.address)) throw boardBusy(job.address);
      if (wifi !== null) job.changeWifi(wifi.ssid, wifi.password);
      this.#run(job);
      return Promise.resolve({});
    },

    dismiss: async ({ id }) => {
      this.#refuseLocked();
      this.#jobs = this.#jobs.filter((job) => this.#running.has(job.id) || (id !== null && job.id !== id));
      this.#changes.tell();
      return Promise.resolve({});
    },

    setAutoStart: async ({ on, settings, profileId, template, lock }) => {
      if (!on) this.#autoStart = null;
      else if (settings === null || template === null)
        throw new AppError('request.invalid', 'Starting by itself needs settings.', { field: 'settings' });
      else {
        const wifiPassword = await this.#wifiPassword(settings, profileId);
        await this.#check({ board: { ...template, address: 'any' }, settings, wifiPassword });
        this.#autoStart = {
          settings,
          wifiPassword,
          template,
          seen: new Set(this.#parts.ports.boards()),
        };
        this.#locked = lock;
        this.#startedMs ??= this.#parts.clock.now();
      }
      this.#changes.tell();
      return {};
    },

    unlock: async () => {
      this.#locked = false;
      this.#changes.tell();
      return Promise.resolve({});
    },

    roster: () => Promise.resolve({ items: this.#roster }),

    importRoster: async ({ csv }) => {
      this.#refuseLocked();
      const { entries, problems } = parseRoster(csv);
      if (entries.length > 0) this.#roster = entries;
      this.#changes.tell();
      return Promise.resolve({ taken: entries.length, problems });
    },

    suggestions: async (_input, signal) => {
      const networks = await this.#parts.networks(signal);
      return { hosts: this.#parts.hosts(), networks: networks ?? [], networksKnown: networks !== null };
    },

    profiles: async () => ({ items: await this.#parts.profiles.list() }),
    saveProfile: async (wanted) => ({ id: await this.#parts.profiles.save(wanted) }),
    removeProfile: async ({ id }) => {
      await this.#parts.profiles.remove(id);
      return {};
    },

    difference: ({ identity, board, settings }) =>
      Promise.resolve({ changes: this.#parts.difference(identity, board, settings) }),

    log: ({ id, after, max, waitMs }, signal) => {
      const job = this.#jobs.find((entry) => entry.id === id);
      return (
        job?.log.pull(after, max, waitMs, signal) ?? Promise.resolve({ items: [], next: after, dropped: 0 })
      );
    },

    records: ({ mac, limit }) => this.#parts.recordsOf(mac ?? null, limit),

    report: () =>
      Promise.resolve({
        fileName: `datayoti-boards-${new Date(this.#parts.clock.now()).toISOString().slice(0, 10)}.csv`,
        file: new Blob([jobReport(this.#jobs.map((job) => job.snapshot()))], { type: 'text/csv' }),
      }),

    label: ({ macs, size, format }) => this.#parts.labels(macs, size, format),

    decommission: async ({ mac }) => {
      await this.#parts.accounts.revoke(mac);
      return {};
    },
  };

  /** Everything that can be known to be wrong before a board is touched. */
  async #check(wish: JobWish): Promise<void> {
    this.#parts.configuration.check(wish);
    await this.#parts.register.check(wish.board);
  }

  async #wifiPassword(settings: BatchSettings, profileId: string | null): Promise<string> {
    if (settings.wifiPassword !== null) return settings.wifiPassword;
    return profileId === null ? '' : this.#parts.profiles.wifiPassword(profileId);
  }

  #add(wish: JobWish): void {
    const job = new ProvisioningJob(randomUUID(), wish, this.#parts, () => this.#changes.tell());
    this.#jobs = [...this.#jobs, job];
    this.#run(job);
  }

  #run(job: ProvisioningJob): void {
    this.#letSleep ??= this.#parts.keepAwake?.();
    const done = job.run().finally(() => {
      this.#running.delete(job.id);
      if (this.#running.size === 0) {
        this.#letSleep?.();
        this.#letSleep = undefined;
      }
      this.#changes.tell();
    });
    this.#running.set(job.id, done);
    drop(done, this.#parts.log, 'provisioning a board');
    this.#changes.tell();
  }

  /** A board that was plugged in after the mode was switched on is started, named from the roster or counted on. */
  #takePlugged(): void {
    const auto = this.#autoStart;
    if (auto === null) return;
    const plugged = new Set(this.#parts.ports.boards());
    for (const address of auto.seen) if (!plugged.has(address)) auto.seen.delete(address);
    for (const address of plugged) {
      if (auto.seen.has(address) || this.isBusy(address)) continue;
      auto.seen.add(address);
      this.#jobs = this.#jobs.filter((job) => job.address !== address || this.#running.has(job.id));
      const { settings, wifiPassword } = auto;
      const board = { ...auto.template, name: '', address };
      this.#add({ board, settings, wifiPassword, planFor: (mac) => this.#planFor(mac, auto) });
    }
  }

  /** The roster's line for that board, else its next free one, else the template's name counted on. */
  #planFor(mac: string, auto: AutoStart): Pick<BatchBoard, 'siteRef' | 'name' | 'position'> {
    const entry = nextFor(this.#roster, mac);
    if (entry === undefined) {
      const { siteRef, name, position } = auto.template;
      auto.template = { ...auto.template, name: nextName(name) };
      return { siteRef, name, position };
    }
    this.#roster = this.#roster.map((other) => (other === entry ? { ...other, used: true } : other));
    const { siteRef, name, position } = entry;
    return { siteRef, name, position };
  }

  #refuseLocked(): void {
    if (this.#locked) throw new AppError('provisioning.locked', 'The page is locked for the batch.');
  }
}

function boardBusy(address: string): AppError {
  return new AppError('provisioning.board-busy', `Another job works on ${address}.`, { address });
}
