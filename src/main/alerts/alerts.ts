import { randomUUID } from 'node:crypto';
import { alertRules, type Alert, type AlertRules, type AlertsState } from '../../shared/contract/alerts.ts';
import type { Handlers } from '../../shared/contract/contract.ts';
import { defaultAlertRules } from '../../shared/domain/alert-rules.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { drop } from '../foundation/drop.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Log } from '../foundation/log.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { watchState } from '../foundation/watch-state.ts';
import type { Database } from '../storage/index.ts';
import { activeAlerts, alertsBefore, storeAlerts } from '../storage/queries/alerts.ts';
import { writeAudit } from '../storage/queries/device-changes.ts';
import { readSetting, writeSetting } from '../storage/queries/kept-settings.ts';
import { AlertEngine } from './alert-engine.ts';
import type { StackSigns } from './conditions.ts';
import { engineInput, type JudgedFleet } from './engine-input.ts';
import type { Notifications } from './notifications.ts';

const tickMs = 1_000;
const watchIntervalMs = 200;
const longestSnoozeMs = 30 * 86_400_000;
/** A tick that comes so much later than the one before, or earlier: the machine slept, or its clock was set. */
const sleptMs = 30_000;
const graceMs = 180_000;
const rulesKey = 'alerts.rules';

export interface AlertsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly fleet: JudgedFleet;
  readonly stack: () => StackSigns;
  /** Devices that send and were neither adopted nor ignored. */
  readonly strangers: () => readonly {
    readonly mac: string;
    readonly firstSeenMs: number;
    readonly ignored: boolean;
  }[];
  readonly notifications: Notifications | undefined;
}

/** What somebody should know now, and what was. Goes on while the database is away, and writes it down afterwards. */
export class Alerts {
  readonly engine = new AlertEngine(randomUUID);
  readonly #options: AlertsOptions;
  readonly #changes = new Listeners<void>();
  readonly #queue = new SerialQueue();
  #rules: AlertRules = defaultAlertRules;
  #owner: Database | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastTickMs: number;
  #graceUntilMs: number;

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#lastTickMs = options.clock.now();
    this.#graceUntilMs = this.#lastTickMs + graceMs;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.tick(this.#options.clock.now()), tickMs);
  }

  /** From here on alerts are kept in this database; those that were active go on. */
  async open(owner: Database): Promise<void> {
    this.#rules = await storedRules(owner);
    this.engine.restore(await activeAlerts(owner));
    this.#graceUntilMs = Math.max(this.#graceUntilMs, this.#options.clock.now() + graceMs);
    this.#owner = owner;
    this.#changes.tell();
  }

  /** What changes from here on waits for the next database. */
  async detach(): Promise<void> {
    await this.#queue.run(() => this.#store());
    this.#owner = undefined;
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    return Promise.resolve();
  }

  tick(nowMs: number): void {
    if (Math.abs(nowMs - this.#lastTickMs) > sleptMs) this.#graceUntilMs = nowMs + graceMs;
    this.#lastTickMs = nowMs;
    const { fleet, stack, strangers, notifications } = this.#options;
    const input = engineInput(fleet, stack(), strangers(), this.#graceUntilMs, nowMs);
    this.engine.tick(input, this.#rules);
    notifications?.add(this.engine.alerts.takeRaised().filter(({ kind }) => this.#rules[kind].notify));
    if (notifications !== undefined)
      drop(notifications.flush(nowMs), this.#options.log, 'showing a notification');
    if (!this.engine.alerts.hasChanged) return;
    this.#changes.tell();
    this.#storeSoon();
  }

  state(): AlertsState {
    const nowMs = this.#options.clock.now();
    const active = this.engine.alerts.list();
    const open = active.filter(
      ({ acknowledged, snoozedUntilMs }) => acknowledged === null && (snoozedUntilMs ?? 0) <= nowMs,
    );
    return {
      active: [...active],
      open: open.length,
      graceUntilMs: nowMs < this.#graceUntilMs ? this.#graceUntilMs : null,
    };
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  readonly handlers: Handlers['alerts'] = {
    watch: (_input, signal) => watchState(this, watchIntervalMs, signal),

    log: async ({ kind, mac, siteRef, beforeMs, limit }) => {
      const owner = this.#database();
      await this.#queue.run(() => this.#store());
      const before = beforeMs ?? this.#options.clock.now() + 1;
      const filter = { kind: kind ?? null, mac: mac ?? null, siteRef: siteRef ?? null };
      const found = await alertsBefore(owner, filter, before, limit + 1);
      // Alerts of one moment stay on one page where that is possible.
      const items = found.slice(0, limit);
      return { items, nextBeforeMs: found.length > limit ? (items.at(-1)?.raisedMs ?? null) : null };
    },

    acknowledge: ({ ids, by, note }) =>
      this.#decide('alerts.acknowledge', ids, { by, note }, () =>
        this.engine.alerts.decide(ids, { acknowledged: { timeMs: this.#options.clock.now(), by, note } }),
      ),

    snooze: ({ ids, untilMs }) => {
      const nowMs = this.#options.clock.now();
      if (untilMs !== null && (untilMs <= nowMs || untilMs > nowMs + longestSnoozeMs))
        throw new AppError('request.invalid', 'A snooze ends within 30 days.', { field: 'untilMs' });
      return this.#decide('alerts.snooze', ids, { untilMs }, () =>
        this.engine.alerts.decide(ids, { snoozedUntilMs: untilMs }),
      );
    },

    rules: () => Promise.resolve({ rules: this.#rules, defaults: defaultAlertRules }),

    saveRules: async ({ rules }) => {
      await this.#database().transaction(async (connection) => {
        await writeSetting(connection, rulesKey, rules);
        await writeAudit(connection, rulesKey, '', { before: this.#rules, rules });
      });
      this.#rules = rules;
      return {};
    },
  };

  async #decide(
    action: string,
    ids: readonly string[],
    details: Readonly<Record<string, unknown>>,
    change: () => void,
  ): Promise<Record<string, never>> {
    change();
    this.#changes.tell();
    // While the database is down, somebody can still take note of that.
    const owner = this.#owner;
    if (owner !== undefined) {
      await this.#queue.run(() => this.#store());
      await owner
        .transaction((connection) => writeAudit(connection, action, '', { ...details, ids }))
        .catch((error: unknown) =>
          this.#options.log.warn('a decision about alerts was not logged', { error }),
        );
    }
    return {};
  }

  #storeSoon(): void {
    drop(
      this.#queue.run(() => this.#store()),
      this.#options.log,
      'storing alerts',
    );
  }

  async #store(): Promise<void> {
    const owner = this.#owner;
    if (owner === undefined) return;
    const changed: readonly Alert[] = this.engine.alerts.takeChanged();
    if (changed.length === 0) return;
    try {
      await owner.transaction((connection) => storeAlerts(connection, changed));
    } catch (error) {
      this.engine.alerts.putBack(changed);
      this.#options.log.debug('alerts wait for the database', { error });
    }
  }

  #database(): Database {
    if (this.#owner === undefined) throw new AppError('stack.not-running', 'The database is not running.');
    return this.#owner;
  }
}

/** Rules that an older application stored may lack a kind: that one is the default. */
async function storedRules(owner: Database): Promise<AlertRules> {
  const stored = await readSetting(owner, rulesKey);
  const merged = alertRules.safeParse({ ...defaultAlertRules, ...(stored as object | undefined) });
  return merged.success ? merged.data : defaultAlertRules;
}
