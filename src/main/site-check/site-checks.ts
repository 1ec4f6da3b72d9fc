import type { Handlers } from '../../shared/contract/contract.ts';
import type { Device, Site, Zone } from '../../shared/contract/devices.ts';
import type { CheckProgress, SiteCheck } from '../../shared/contract/site-check.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { decodeMessage } from '../../shared/domain/decode-message.ts';
import {
  checkDevice,
  hasEnough,
  type CheckedFacts,
  type CheckWish,
  type RetainedStatus,
} from '../../shared/domain/device-health/site-check.ts';
import type { Thresholds } from '../../shared/domain/device-health/thresholds.ts';
import { sensorTopic } from '../../shared/domain/topics.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import { pause } from '../foundation/watch-state.ts';
import { QuestionPool, type Database, type Queryable } from '../storage/index.ts';
import { loadDevices, loadSites, loadZones } from '../storage/queries/board-snapshot.ts';
import { writeAudit } from '../storage/queries/device-changes.ts';
import {
  getCheck,
  insertCheck,
  keptStatus,
  listChecks,
  removeCheck,
} from '../storage/queries/site-checks.ts';
import { checkCsv } from './check-file.ts';

type Ask = <T>(work: (connection: Queryable) => Promise<T>) => Promise<T>;
type Run = Parameters<Handlers['siteCheck']['run']>[0];

/** Between two looks at what arrived; longer where a look takes long. */
const lookMs = 1_000;
const lookShare = 5;
const usualIntervalMs = 60_000;
/** Beyond the readings' own time, for the first one and for a late last one. */
const spareMs = 60_000;
const longestRunMs = 6 * 3_600_000;

export interface SiteCheckOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Devices of a site as the database shows them now. */
  readonly lookAt: (
    devices: readonly Device[],
    zones: readonly Zone[],
    thresholds: Thresholds,
    ask: Ask,
    nowMs: number,
  ) => Promise<ReadonlyMap<string, Omit<CheckedFacts, 'retained'>>>;
  readonly thresholdsOf: (siteRef: string, connection: Queryable) => Promise<Thresholds>;
  /** The broker is the embedded one: what it retains is in the database. */
  readonly ownBroker: () => boolean;
}

interface Subject {
  readonly site: Site;
  readonly devices: readonly Device[];
  readonly zones: readonly Zone[];
  readonly thresholds: Thresholds;
}

/** Commissioning checks: the acceptance list over all devices of a site, and what former ones found. */
export class SiteChecks {
  readonly #options: SiteCheckOptions;
  readonly #running = new Set<string>();
  #owner: Database | undefined;
  #pool: QuestionPool | undefined;

  constructor(options: SiteCheckOptions) {
    this.#options = options;
  }

  open(owner: Database): void {
    this.#owner = owner;
    this.#pool = new QuestionPool({ address: owner.address, log: this.#options.log });
  }

  /** A run under way fails. */
  async detach(): Promise<void> {
    const pool = this.#pool;
    this.#owner = undefined;
    this.#pool = undefined;
    await pool?.close();
  }

  readonly handlers: Handlers['siteCheck'] = {
    run: (wish, signal) => this.#run(wish, signal),

    list: async ({ siteRef, beforeId, limit }) => ({
      items: await listChecks(this.#database(), siteRef ?? null, beforeId ?? null, limit),
    }),

    get: ({ id }) => this.#get(id),

    export: async ({ id, format }) => {
      const check = await this.#get(id);
      const day = new Date(check.finishedMs).toISOString().slice(0, 10);
      const text = format === 'csv' ? checkCsv(check) : `${JSON.stringify(check, null, 2)}\n`;
      const type = format === 'csv' ? 'text/csv' : 'application/json';
      return {
        fileName: `check-${check.siteRef}-${day}-${id}.${format}`,
        file: new Blob([text], { type }),
      };
    },

    remove: async ({ id }) => {
      await this.#database().transaction(async (connection) => {
        const siteRef = await removeCheck(connection, id);
        if (siteRef === undefined) throw unknown(id);
        await writeAudit(connection, 'site-check.remove', siteRef, { id });
      });
      return {};
    },
  };

  async *#run(wish: Run, signal: AbortSignal): AsyncGenerator<CheckProgress, void, undefined> {
    const { siteRef } = wish;
    if (this.#running.has(siteRef))
      throw new AppError('site-check.busy', `A check of ${siteRef} is under way.`, { siteRef });
    this.#running.add(siteRef);
    try {
      yield* this.#check(wish, signal);
    } finally {
      this.#running.delete(siteRef);
    }
  }

  async *#check(wish: Run, signal: AbortSignal): AsyncGenerator<CheckProgress, void, undefined> {
    const { clock } = this.#options;
    const startedMs = clock.now();
    const subject = await this.#subject(wish.siteRef, signal);
    const held: CheckWish = {
      readings: wish.readings,
      rssiLeastDbm: wish.rssiLeastDbm ?? subject.thresholds.rssiWatchDbm,
      firmware: wish.firmware ?? null,
      fromMs: wish.mode === 'fresh' ? startedMs : 0,
    };
    let found = await this.#look(subject, signal);
    const untilMs = wish.mode === 'stored' ? startedMs : startedMs + waitFor(found, wish.readings);
    for (;;) {
      const ready = [...found.values()].filter((device) => hasEnough(device, held)).length;
      yield { type: 'progress', ready, devices: subject.devices.length, untilMs };
      const nowMs = clock.now();
      if (ready === subject.devices.length || nowMs >= untilMs) break;
      const tookMs = await this.#timed(async () => {
        found = await this.#look(subject, signal);
      });
      await pause(Math.min(Math.max(lookMs, tookMs * lookShare), Math.max(0, untilMs - nowMs)), signal);
      if (signal.aborted) return;
    }
    if (signal.aborted) return;
    const check = resultOf(subject, found, held, wish, startedMs, clock.now());
    const id = await this.#database().transaction(async (connection) => {
      const inserted = await insertCheck(connection, check);
      const { siteRef, passed, devices, passedDevices } = check;
      await writeAudit(connection, 'site-check.run', siteRef, {
        id: inserted,
        passed,
        devices,
        passedDevices,
      });
      return inserted;
    });
    yield { type: 'done', check: { ...check, id } };
  }

  async #subject(siteRef: string, signal: AbortSignal): Promise<Subject> {
    return this.#ask(signal)(async (connection) => {
      const site = (await loadSites(connection)).find(({ ref }) => ref === siteRef);
      if (site === undefined) throw new AppError('site.unknown', `There is no site ${siteRef}.`, { siteRef });
      const devices = (await loadDevices(connection)).filter((device) => device.siteRef === siteRef);
      if (devices.length === 0)
        throw new AppError('site-check.no-devices', `The site ${siteRef} has no devices.`, { siteRef });
      const thresholds = await this.#options.thresholdsOf(siteRef, connection);
      return { site, devices, zones: await loadZones(connection), thresholds };
    });
  }

  async #look(
    { devices, zones, thresholds }: Subject,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, CheckedFacts>> {
    const ask = this.#ask(signal);
    const looks = await this.#options.lookAt(devices, zones, thresholds, ask, this.#options.clock.now());
    const retained = this.#options.ownBroker()
      ? await ask((connection) => retainedOf(connection, devices))
      : null;
    return new Map(
      [...looks].map(([mac, look]) => [
        mac,
        {
          ...look,
          retained: retained === null ? { kind: 'unknown' } : (retained.get(mac) ?? { kind: 'nothing' }),
        },
      ]),
    );
  }

  async #timed(work: () => Promise<void>): Promise<number> {
    const fromMs = performance.now();
    await work();
    return performance.now() - fromMs;
  }

  async #get(id: number): Promise<SiteCheck> {
    const check = await getCheck(this.#database(), id);
    if (check === undefined) throw unknown(id);
    return check;
  }

  #ask(signal: AbortSignal): Ask {
    const pool = this.#pool;
    if (pool === undefined) throw notRunning();
    return (work) => pool.askLong(signal, work);
  }

  #database(): Database {
    if (this.#owner === undefined) throw notRunning();
    return this.#owner;
  }
}

/** As long as the slowest device needs for its readings, and something to spare. */
function waitFor(found: ReadonlyMap<string, CheckedFacts>, readings: number): number {
  const intervals = [...found.values()].map(({ judgement }) => judgement.intervalMs ?? usualIntervalMs);
  return Math.min(longestRunMs, Math.max(...intervals) * (readings + 1) + spareMs);
}

async function retainedOf(
  connection: Queryable,
  devices: readonly Device[],
): Promise<ReadonlyMap<string, RetainedStatus>> {
  const byTopic = new Map(devices.map(({ mac }) => [sensorTopic(mac, 'status'), mac]));
  const found = new Map<string, RetainedStatus>();
  for (const { topic, payload } of await keptStatus(connection, [...byTopic.keys()])) {
    const decoded = decodeMessage(topic, payload, 0);
    const status = decoded.kind === 'status' ? decoded.status : null;
    found.set(byTopic.get(topic) ?? '', { kind: 'kept', status });
  }
  return found;
}

function resultOf(
  { site, devices, zones, thresholds }: Subject,
  found: ReadonlyMap<string, CheckedFacts>,
  held: CheckWish,
  { mode, technician }: Run,
  startedMs: number,
  finishedMs: number,
): Omit<SiteCheck, 'id'> {
  const items = devices.flatMap(({ mac, name, position, zoneId }) => {
    const facts = found.get(mac);
    if (facts === undefined) return [];
    const lines = checkDevice(facts, held, thresholds, finishedMs);
    const zone = zones.find(({ id }) => id === zoneId)?.name ?? null;
    return [{ mac, name, position, zone, passed: lines.every(({ result }) => result !== 'fail'), lines }];
  });
  const passedDevices = items.filter(({ passed }) => passed).length;
  return {
    siteRef: site.ref,
    siteName: site.name,
    startedMs,
    finishedMs,
    technician,
    readings: held.readings,
    mode,
    rssiLeastDbm: held.rssiLeastDbm,
    firmware: held.firmware,
    devices: items.length,
    passedDevices,
    passed: passedDevices === items.length,
    items,
  };
}

function unknown(id: number): AppError {
  return new AppError('site-check.unknown', `There is no check ${id}.`, { id });
}

function notRunning(): AppError {
  return new AppError('stack.not-running', 'The database is not running.');
}
