import { setImmediate } from 'node:timers/promises';
import type { Handlers } from '../../shared/contract/contract.ts';
import type { Device, Site, Zone } from '../../shared/contract/devices.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { ListeningSince } from '../../shared/domain/device-health/facts.ts';
import type { Clock } from '../foundation/clock.ts';
import { drop } from '../foundation/drop.ts';
import type { Log } from '../foundation/log.ts';
import { pause } from '../foundation/watch-state.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { QuestionPool, type Database } from '../storage/index.ts';
import { insertEvents, lastEvents } from '../storage/queries/device-events.ts';
import { BoardCommands } from './board-commands.ts';
import { HealthChanges } from './changes.ts';
import type { DeviceWindow } from './device-window.ts';
import { fillWindows } from './fill-windows.ts';
import { Fleet, placesOf } from './fleet.ts';
import { fleetCsv } from './fleet-csv.ts';
import { viewHandlers } from './fleet-views.ts';
import type { SettledMessage } from './settled-message.ts';
import { loadThresholds, thresholdHandlers } from './thresholds.ts';
import { timelinePage } from './timeline.ts';
import { watchFleet } from './watch-fleet.ts';

const tickMs = 500;
const writeEveryTicks = 20;
/** Judged without a pause: some milliseconds. What comes over the broker meanwhile waits no longer than that. */
const devicesAtOnce = 100;
/** Who asks right after a start waits for what is stored, but not for ever. */
const fillWaitMs = 5_000;

/** The devices, and where they are. */
export interface KnownPlaces {
  readonly devices: readonly Device[];
  readonly sites: readonly Site[];
  readonly zones: readonly Zone[];
  onPlaces(listener: () => void): () => void;
}

export interface HealthOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly places: KnownPlaces;
  readonly publish: (topic: string, payload: string) => Promise<void>;
}

/** What is known of every device's health, judged as messages come and as time passes. */
export class Health {
  readonly fleet = new Fleet();
  readonly #options: HealthOptions;
  readonly #changes = new HealthChanges();
  readonly #commands: BoardCommands;
  readonly #queue = new SerialQueue();
  #owner: Database | undefined;
  #pool: QuestionPool | undefined;
  #closing: AbortController | undefined;
  #stops: (() => void)[] = [];
  #ticks = 0;
  #lookMs = 0;
  /** The rest of a look at many devices. */
  #looking: Promise<void> | undefined;
  /** Resolves when everything that was stored is known. */
  #filled: Promise<void> = Promise.resolve();

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#commands = new BoardCommands({
      clock: options.clock,
      publish: options.publish,
      row: (mac) => this.fleet.entries.get(mac)?.row,
      lastReadingMs: (mac) =>
        this.fleet.entries.get(mac)?.window.facts(null, options.clock.now()).readings.at(-1)?.receivedMs ??
        null,
    });
    this.fleet.onChange(({ removed }) => this.#changes.forget(removed));
  }

  /**
   * From here on this database says what was before, and messages what is now. What was stored is read beside: `filled`
   * resolves after it.
   *
   * @param listening `always` judges by age alone, for who only looks at a database
   */
  async open(owner: Database, listening: ListeningSince): Promise<void> {
    const { clock, log, places } = this.#options;
    this.#owner = owner;
    this.#pool = new QuestionPool({ address: owner.address, log });
    this.#closing = new AbortController();
    this.fleet.setThresholds(await loadThresholds(owner));
    this.#changes.restore(await lastEvents(owner));
    this.fleet.setListening(listening);
    // A stack that was stopped and started again may have stored things that nobody here heard.
    this.fleet.setPlaces([]);
    this.#follow();
    this.#stops.push(places.onPlaces(() => this.#follow()));
    this.tick(clock.now());
    if (listening === 'always') return;
    const timer = setInterval(() => this.tick(clock.now()), tickMs);
    this.#stops.push(() => clearInterval(timer));
  }

  get filled(): Promise<void> {
    return this.#filled;
  }

  /** Verdicts stay as they were, and new silence is nobody's fault. */
  async detach(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    this.#closing?.abort();
    await this.#pool?.close();
    await this.#filled;
    await this.#queue.run(() => this.#write());
    this.#owner = undefined;
    this.#pool = undefined;
    this.fleet.setListening(null);
    this.#look(this.#options.clock.now());
    await this.#looking;
  }

  accept(messages: readonly SettledMessage[]): void {
    this.fleet.accept(messages);
    this.#commands.accept(messages);
  }

  /** Nobody could be heard until now. */
  heardAgain(nowMs: number): void {
    if (typeof this.fleet.listening === 'number') this.fleet.setListening(nowMs);
  }

  refusedLogin(mac: string): void {
    this.fleet.refusedLogin(mac, this.#options.clock.now());
  }

  tick(nowMs: number): void {
    this.#look(nowMs);
    this.#changes.look(this.fleet, nowMs);
    if (++this.#ticks % writeEveryTicks !== 0) return;
    drop(
      this.#queue.run(() => this.#write()),
      this.#options.log,
      'noting what changed about devices',
    );
  }

  readonly handlers: Handlers['health'] = {
    watch: (_input, signal) => this.#watch(signal),

    timeline: async ({ mac, beforeMs, limit }, signal) => {
      const pool = this.#pool;
      if (pool === undefined) throw notRunning();
      const entry = this.fleet.entries.get(mac);
      if (entry === undefined) throw new AppError('device.unknown', `There is no device ${mac}.`, { mac });
      const { reasons, intervalMs } = entry.judgement;
      const silent = reasons.find(({ code }) => code === 'silent' || code === 'said-offline');
      await this.#queue.run(() => this.#write());
      return pool.ask(signal, (connection) =>
        timelinePage(connection, {
          mac,
          beforeMs: beforeMs ?? this.#options.clock.now() + 1,
          limit,
          intervalMs,
          silentSinceMs: silent?.sinceMs ?? null,
        }),
      );
    },

    command: (input, signal) => this.#command(input, signal),

    ...thresholdHandlers(
      () => this.#database(),
      (thresholds) => this.fleet.setThresholds(thresholds),
    ),
    ...viewHandlers(() => this.#database()),

    exportCsv: ({ macs, columns }) => {
      const { devices, sites, zones } = this.#options.places;
      const byMac = new Map<string, Device>(devices.map((device) => [device.mac, device]));
      const rows = (macs ?? devices.map(({ mac }) => mac)).flatMap((mac) => {
        const device = byMac.get(mac);
        const health = this.fleet.entries.get(mac)?.row;
        if (device === undefined || health === undefined) return [];
        const site = sites.find(({ ref }) => ref === device.siteRef);
        return [{ device, health, site, zone: zones.find(({ id }) => id === device.zoneId) }];
      });
      const day = new Date(this.#options.clock.now()).toISOString().slice(0, 10);
      const file = new Blob([fleetCsv(columns, rows)], { type: 'text/csv' });
      return Promise.resolve({ fileName: `devices-${day}.csv`, file });
    },
  };

  /** What is stored is read just after a start: until then everybody would seem never to have been heard. */
  async *#watch(signal: AbortSignal): ReturnType<typeof watchFleet> {
    const known = new AbortController();
    drop(
      this.#filled.then(() => known.abort()),
      this.#options.log,
      'waiting for what is stored',
    );
    await pause(fillWaitMs, AbortSignal.any([signal, known.signal]));
    // What was read is judged now, not at the next tick.
    if (this.#owner !== undefined) this.#look(this.#options.clock.now());
    await this.#looking;
    yield* watchFleet(this.fleet, signal);
  }

  async *#command(
    { mac, command }: Parameters<Handlers['health']['command']>[0],
    signal: AbortSignal,
  ): ReturnType<BoardCommands['run']> {
    for await (const progress of this.#commands.run(mac, command, signal)) {
      // When it was sent, and what is known of its arrival, each once.
      this.#changes.add({
        mac,
        timeMs: progress.timeMs,
        topic: 'command',
        value: command.cmd,
        data: { state: progress.state },
      });
      yield progress;
    }
  }

  #look(nowMs: number): void {
    this.fleet.beginLook(nowMs);
    this.#lookMs = nowMs;
    if (this.#looking === undefined && this.fleet.judgeSome(nowMs, devicesAtOnce))
      this.#looking = this.#judgeTheRest();
  }

  /** Thousands of devices at once would hold up everything else in this process. */
  async #judgeTheRest(): Promise<void> {
    try {
      do await setImmediate();
      while (this.fleet.judgeSome(this.#lookMs, devicesAtOnce));
    } finally {
      this.#looking = undefined;
    }
  }

  #follow(): void {
    const { devices, zones } = this.#options.places;
    const added = this.fleet.setPlaces(placesOf(devices, zones));
    if (added.size === 0) return;
    this.fleet.hold(added.keys());
    this.#filled = Promise.all([this.#filled, this.#fill(added)]).then(() => undefined);
  }

  /** Never rejects: without the past, the present is judged alone. */
  async #fill(windows: ReadonlyMap<string, DeviceWindow>): Promise<void> {
    const pool = this.#pool;
    const closing = this.#closing;
    if (pool === undefined || closing === undefined) {
      this.fleet.release(windows.keys());
      return;
    }
    const { signal } = closing;
    try {
      await fillWindows(windows, (work) => pool.askLong(signal, work), this.#options.clock.now());
    } catch (error) {
      if (!signal.aborted) this.#options.log.warn('the past of devices could not be read', { error });
    } finally {
      this.fleet.release(windows.keys());
    }
  }

  async #write(): Promise<void> {
    const events = this.#owner === undefined ? [] : this.#changes.take();
    try {
      if (this.#owner !== undefined) await insertEvents(this.#owner, events);
    } catch (error) {
      this.#changes.putBack(events);
      this.#options.log.debug('changes of devices wait for the database', { error });
    }
  }

  #database(): Database {
    if (this.#owner === undefined) throw notRunning();
    return this.#owner;
  }
}

function notRunning(): AppError {
  return new AppError('stack.not-running', 'The database is not running.');
}
