import type { Handlers } from '../../shared/contract/contract.ts';
import type { Quarantined, Site } from '../../shared/contract/devices.ts';
import type { CommissioningRecord } from '../../shared/contract/provisioning.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Database } from '../storage/index.ts';
import { loadBoard, loadCandidates, loadDevices } from '../storage/queries/board-snapshot.ts';
import {
  auditChainIsIntact,
  insertCommissioningRecord,
  listCommissioningRecords,
  type NewCommissioningRecord,
} from '../storage/queries/commissioning-records.ts';
import * as changes from '../storage/queries/device-changes.ts';
import { noteMove, placeOf } from '../storage/queries/history-annotations.ts';
import { discardQuarantined, listQuarantine, quarantineTotals } from '../storage/queries/quarantine-reads.ts';
import { temperatureBuckets } from '../storage/queries/sparklines.ts';
import { DeviceBoard, type SettledMessage } from './device-board.ts';
import { requireSite, requireZone, unknownDevice } from './place-checks.ts';
import { payloadPreview } from './payload-preview.ts';
import { ForeignAdoptions, type ForeignChange } from './foreign-adoptions.ts';
import { siteHandlers } from './site-handlers.ts';
import { replayQuarantine, type ReplayResult } from './quarantine-replay.ts';

export interface DevicesOptions {
  readonly clock: Clock;
  /** Tells the ingest that a device was adopted; resolves when its messages go to the tables. */
  readonly refreshKnownDevices: () => Promise<void>;
}

export interface DemoSite {
  readonly site: Omit<Site, 'demo'>;
  readonly zone: { readonly name: string; readonly temperatureMin: number; readonly temperatureMax: number };
  readonly devices: readonly { readonly mac: MacAddress; readonly name: string; readonly position: string }[];
}

/** Devices, sites and zones: what is known, what is live, and what a person decides about them. */
export class Devices {
  readonly board = new DeviceBoard();
  readonly #options: DevicesOptions;
  readonly #foreign = new ForeignAdoptions(this.board);
  #owner: Database | undefined;

  constructor(options: DevicesOptions) {
    this.#options = options;
  }

  /** From here on the board shows this database. */
  async open(owner: Database): Promise<void> {
    this.#owner = owner;
    this.board.load(await loadBoard(owner));
  }

  /** After rows were written past the ingest. Does nothing while no database is open. */
  async reload(): Promise<void> {
    if (this.#owner !== undefined) this.board.load(await loadBoard(this.#owner));
  }

  /** The board keeps what it last knew; questions are answered with `stack.not-running`. */
  async detach(): Promise<void> {
    this.#owner = undefined;
    await this.#foreign.stop();
  }

  /**
   * Another process may have adopted or removed devices: the board follows, and what waited in quarantine for an
   * adopted one is stored. Without a change it only looks whether anything still waits.
   *
   * @throws the database's errors
   */
  async followForeign(change: ForeignChange = { added: [], removed: [] }): Promise<void> {
    if (this.#owner !== undefined) await this.#foreign.follow(this.#owner, change);
  }

  accept(messages: readonly SettledMessage[]): void {
    this.board.accept(messages);
  }

  /** Registers a demo site and its devices; again does nothing. */
  async createDemoSite(demo: DemoSite): Promise<void> {
    const owner = this.#database();
    await owner.transaction(async (connection) => {
      await changes.insertSite(connection, { ...demo.site, demo: true });
      const { name, temperatureMin, temperatureMax } = demo.zone;
      const zoneId = await changes.saveZone(connection, {
        id: null,
        siteRef: demo.site.ref,
        name,
        temperatureMin,
        temperatureMax,
        humidityMin: null,
        humidityMax: null,
      });
      for (const { mac, name: label, position } of demo.devices) {
        await changes.insertDevice(connection, mac, demo.site.ref);
        await changes.saveProfile(connection, { mac, name: label, position, zoneId: zoneId ?? null });
        await changes.removeCandidate(connection, mac);
      }
    });
    await this.#options.refreshKnownDevices();
    this.board.load(await loadBoard(owner));
  }

  /** Removes everything of a site that is marked as demo; any other site is left alone. */
  async removeDemoSite(ref: string): Promise<void> {
    const owner = this.#database();
    if (!(await changes.isDemoSite(owner, ref))) return;
    await owner.transaction((connection) => changes.removeSiteCompletely(connection, ref));
    await this.#options.refreshKnownDevices();
    this.board.load(await loadBoard(owner));
  }

  /** @throws AppError `site.unknown`, `request.invalid` (zone of another site), `stack.not-running` */
  async checkPlace({
    siteRef,
    zoneId,
  }: {
    readonly siteRef: string;
    readonly zoneId: number | null;
  }): Promise<void> {
    await requireSite(this.#database(), siteRef);
    await requireZone(this.#database(), zoneId, siteRef);
  }

  /**
   * Makes a freshly provisioned board a device of its site, or gives a known one its new place. Taking over from
   * another device ends that one: its readings stay under its own address, and the takeover is noted.
   *
   * @throws AppError `site.unknown`, `request.invalid`, `stack.not-running`
   */
  async commission(wanted: {
    readonly mac: string;
    readonly siteRef: string;
    readonly name: string;
    readonly position: string;
    readonly zoneId: number | null;
    readonly replaces: string | null;
  }): Promise<void> {
    const owner = this.#database();
    const { mac, siteRef, name, position, zoneId, replaces } = wanted;
    await this.#foreign.byUs([mac], async () => {
      await owner.transaction(async (connection) => {
        await requireSite(connection, siteRef);
        await requireZone(connection, zoneId, siteRef);
        const before = await placeOf(connection, mac);
        if (!(await changes.insertDevice(connection, mac, siteRef)))
          await changes.moveDevice(connection, mac, siteRef);
        await changes.saveProfile(connection, { mac, name, position, zoneId });
        await noteMove(connection, mac, before, this.#options.clock.now());
        await changes.removeCandidate(connection, mac);
        await changes.forgetReplacement(connection, mac);
        if (replaces !== null && replaces !== mac) await changes.noteReplacement(connection, replaces, mac);
        await changes.writeAudit(connection, 'device.commission', mac, { siteRef, name, position, replaces });
      });
      // First the ingest, then the replay, as with an adoption.
      await this.#options.refreshKnownDevices();
      await this.#replay({ mac });
      this.board.load(await loadBoard(owner));
    });
  }

  /** @throws AppError `stack.not-running` */
  async keepRecord(record: NewCommissioningRecord): Promise<void> {
    await this.#database().transaction((connection) => insertCommissioningRecord(connection, record));
  }

  /** @throws AppError `stack.not-running` */
  async recordsOf(
    mac: string | null,
    limit: number,
  ): Promise<{ readonly items: readonly CommissioningRecord[]; readonly chainIntact: boolean }> {
    const owner = this.#database();
    return {
      items: await listCommissioningRecords(owner, mac, limit),
      chainIntact: await auditChainIsIntact(owner),
    };
  }

  readonly handlers: Handlers['devices'] = {
    watch: (_input, signal) => this.board.watch(signal),

    adopt: async ({ mac, siteRef, name, zoneId }) => {
      const owner = this.#database();
      return this.#foreign.byUs([mac], async () => {
        await owner.transaction(async (connection) => {
          await requireSite(connection, siteRef);
          await requireZone(connection, zoneId, siteRef);
          if (!(await changes.insertDevice(connection, mac, siteRef))) {
            throw new AppError('device.already-adopted', `${mac} is a device already.`, { mac });
          }
          await changes.saveProfile(connection, { mac, name, position: '', zoneId });
          await changes.removeCandidate(connection, mac);
          await changes.writeAudit(connection, 'device.adopt', mac, { siteRef, name });
        });
        // First the ingest, then the replay: a message in between goes to its table, none is left behind in quarantine.
        await this.#options.refreshKnownDevices();
        const result = await this.#replay({ mac });
        await this.#reload(mac);
        return result;
      });
    },

    ignore: async ({ mac, ignored }) => {
      const owner = this.#database();
      if (!(await changes.setIgnored(owner, mac, ignored))) throw unknownDevice(mac);
      this.board.replaceLists({ candidates: await loadCandidates(owner) });
      return {};
    },

    update: async ({ mac, name, position, siteRef, zoneId }) => {
      const owner = this.#database();
      await owner.transaction(async (connection) => {
        await requireSite(connection, siteRef);
        await requireZone(connection, zoneId, siteRef);
        const before = await placeOf(connection, mac);
        if (!(await changes.moveDevice(connection, mac, siteRef))) throw unknownDevice(mac);
        await changes.saveProfile(connection, { mac, name, position, zoneId });
        await noteMove(connection, mac, before, this.#options.clock.now());
      });
      await this.#reload(mac);
      return {};
    },

    sparklines: async ({ macs, hours, buckets }) => {
      const toMs = this.#options.clock.now();
      const fromMs = toMs - hours * 3_600_000;
      const series: Record<string, (number | null)[]> = Object.fromEntries(
        macs.map((mac) => [mac, Array.from({ length: buckets }, () => null)]),
      );
      for (const { mac, bucket, mean } of await temperatureBuckets(
        this.#database(),
        macs,
        fromMs,
        toMs,
        buckets,
      )) {
        const values = series[mac];
        if (values !== undefined) values[bucket] = mean;
      }
      return { fromMs, toMs, series };
    },

    quarantine: async ({ mac, reason, beforeId, limit }) => {
      const owner = this.#database();
      const kept = await listQuarantine(owner, { mac, reason }, beforeId ?? null, limit);
      const totals = await quarantineTotals(owner, mac ?? null);
      const items = kept.map(
        ({ payload, ...rest }) => ({ ...rest, preview: payloadPreview(payload) }) as Quarantined,
      );
      return { items, ...totals };
    },

    replayQuarantine: async ({ mac }, signal) => {
      const result = await this.#replay({ mac }, signal);
      this.board.load(await loadBoard(this.#database()));
      return result;
    },

    discardQuarantine: async ({ mac, reason }) => {
      const owner = this.#database();
      const removed = await owner.transaction(async (connection) => {
        const count = await discardQuarantined(connection, { mac, reason });
        await changes.writeAudit(connection, 'quarantine.discard', mac ?? '', {
          reason: reason ?? null,
          removed: count,
        });
        return count;
      });
      this.board.replaceLists({ candidates: await loadCandidates(owner) });
      return { removed };
    },

    ...siteHandlers(() => this.#database(), this.board),
  };

  #replay(filter: { readonly mac?: string | undefined }, signal?: AbortSignal): Promise<ReplayResult> {
    return replayQuarantine(this.#database(), filter, signal);
  }

  async #reload(mac: string): Promise<void> {
    const owner = this.#database();
    for (const device of await loadDevices(owner, mac)) this.board.putDevice(device);
    this.board.replaceLists({ candidates: await loadCandidates(owner) });
  }

  #database(): Database {
    if (this.#owner === undefined) throw new AppError('stack.not-running', 'The database is not running.');
    return this.#owner;
  }
}
