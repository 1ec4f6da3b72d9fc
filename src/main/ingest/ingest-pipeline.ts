import type { IngestCounters } from '../../shared/contract/ingest.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { decodeMessage } from '../../shared/domain/decode-message.ts';
import type { InboundMessage, MessageDone, MessageSink } from '../../shared/domain/inbound-message.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Closable } from '../foundation/disposer.ts';
import { drop } from '../foundation/drop.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Log } from '../foundation/log.ts';
import { daysPerTransaction, fittingDays } from '../storage/index.ts';
import type { QuarantineBounds } from '../storage/queries/quarantine-writes.ts';
import { BatchWriter } from './batch-writer.ts';
import { rowTime, type Entry } from './batch.ts';
import { DayBudget } from './day-budget.ts';
import { IngestStatistics } from './ingest-statistics.ts';
import type { IngestStore } from './ingest-store.ts';
import { KnownDevices, type KnownDevicesChange } from './known-devices.ts';
import * as limits from './limits.ts';
import { QuarantineTrim } from './quarantine-trim.ts';
import { SideNotes } from './side-notes.ts';

export interface IngestPipelineOptions {
  readonly store: IngestStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Read at each trim, so that a changed setting counts at once. */
  readonly quarantineBounds: () => QuarantineBounds;
  /** Days without a partition that may get one per hour. */
  readonly newDaysPerHour?: number;
}

/** Messages whose fate is durable, in order of arrival; `reason` is set for those in quarantine. */
export type CommittedMessage = Pick<Entry, 'decoded' | 'reason'> & {
  readonly message: Pick<InboundMessage, 'receivedMs' | 'keptCopy'>;
};

/**
 * Decodes, gathers, writes, and only then says `done`: what was acknowledged is on disk. A database that is
 * away is waited for, and a row that it will never take goes to quarantine alone.
 */
export class IngestPipeline implements MessageSink, Closable {
  readonly #store: IngestStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #trimmer: QuarantineTrim;
  readonly #writer: BatchWriter;
  readonly #statistics: IngestStatistics;
  readonly #notes: SideNotes;
  readonly #committed = new Listeners<readonly CommittedMessage[]>();
  readonly #knownRead = new Listeners<KnownDevicesChange>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #known: KnownDevices;
  readonly #days: DayBudget;
  #waiting: Entry[] = [];
  #flushTimer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  /** As many as the last batch had are not made to wait: senders with a window have sent all they may. */
  #enough = limits.leastBatchRows;
  #accepting = true;
  #closed: Promise<void> | undefined;

  constructor(options: IngestPipelineOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log.from('ingest');
    this.#notes = new SideNotes(options.store);
    this.#known = new KnownDevices(options.store, options.clock);
    this.#days = new DayBudget(options.store, options.newDaysPerHour ?? limits.newDaysPerHour);
    this.#statistics = new IngestStatistics(options.clock.now());
    this.#trimmer = new QuarantineTrim(options.quarantineBounds, (bounds) => this.#trim(bounds), this.#log);
    this.#writer = new BatchWriter({
      store: options.store,
      notes: this.#notes,
      statistics: this.#statistics,
      log: this.#log,
      onCommitted: (batch, inserted, replaced) => this.#afterCommit(batch, inserted, replaced),
      onFailed: (batch, error) => this.#afterFailure(batch, error),
    });
  }

  /** Reads the known devices and starts the periodic work. @throws the database's errors */
  async open(): Promise<void> {
    await this.refreshKnownDevices();
    await this.#days.refresh();
    this.#every(limits.dayBudgetMs, 'reading the days', () => this.#days.refresh());
    this.#every(limits.factsIntervalMs, 'writing device facts', () => this.#writeNotes());
    this.#every(limits.knownDevicesRefreshMs, 'reading the known devices', () => this.#readKnownDevices());
  }

  submit(message: InboundMessage, done: MessageDone): void {
    const statistics = this.#statistics;
    statistics.countReceived(message.receivedMs);
    if (
      !this.#accepting ||
      statistics.backlog >= limits.backlogMessages ||
      statistics.backlogBytes >= limits.backlogBytes
    ) {
      statistics.failed++;
      done(this.#refusal());
      return;
    }
    statistics.backlog++;
    statistics.backlogBytes += message.payload.length;
    this.#waiting.push(this.#entry(message, done));
    this.#schedule();
  }

  /** After an adoption: messages of the new device go to their table from now on. */
  async refreshKnownDevices(): Promise<void> {
    const change = await this.#lookAtKnownDevices();
    if (change.added.length + change.removed.length > 0) this.#knownRead.tell(change);
  }

  /** Told each half minute, and at once when a look found other devices than before; what is told may be nothing new. */
  onKnownDevices(listener: (change: KnownDevicesChange) => void): () => void {
    return this.#knownRead.add(listener);
  }

  onCommitted(listener: (messages: readonly CommittedMessage[]) => void): () => void {
    return this.#committed.add(listener);
  }

  counters(): IngestCounters {
    return this.#statistics.counters(this.#clock.now());
  }

  perMinute(minutes: number): { startMs: number; perMinute: number[] } {
    return this.#statistics.perMinute(this.#clock.now(), minutes);
  }

  seedMinute(minute: number, count: number): void {
    this.#statistics.seedMinute(minute, count);
  }

  /** Resolves when everything submitted so far is written. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0 || this.#writing !== undefined) {
      this.#startWriting();
      await this.#writing;
    }
  }

  /** Takes nothing more, writes what is there within a deadline, and gives back the rest unacknowledged. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#accepting = false;
    for (const timer of this.#timers) clearInterval(timer);
    const giveUp = setTimeout(() => this.#writer.giveUp(), limits.closeDeadlineMs);
    await this.flush();
    await this.#trimmer.settled();
    await this.#writeNotes().catch(() => undefined);
    clearTimeout(giveUp);
    this.#writer.giveUp();
  }

  #entry(message: InboundMessage, done: MessageDone): Entry {
    const decoded = decodeMessage(message.topic, message.payload, message.receivedMs, message.keptCopy);
    const entry: Entry = { message, decoded, done, reason: null, detail: '', evicted: false };
    if (decoded.kind === 'rejected') {
      entry.reason = decoded.reason;
      entry.detail = decoded.detail;
    } else if (
      (decoded.kind === 'reading' || decoded.kind === 'heartbeat') &&
      !this.#known.has(decoded.mac)
    ) {
      entry.reason = 'unknown-device';
      this.#lookForNewDevices();
    }
    if (entry.reason !== null) {
      const sender = 'mac' in decoded && decoded.mac !== null ? decoded.mac : '';
      entry.evicted = this.#notes.holdsBack(entry.reason, sender, message.receivedMs);
    }
    return entry;
  }

  #lookForNewDevices(): void {
    if (this.#known.isDue) drop(this.refreshKnownDevices(), this.#log, 'reading the known devices');
  }

  async #readKnownDevices(): Promise<void> {
    this.#knownRead.tell(await this.#lookAtKnownDevices());
  }

  async #lookAtKnownDevices(): Promise<KnownDevicesChange> {
    const change = await this.#known.refresh();
    // What is on its way was judged by the older list; it must lie in quarantine before an adoption replays it.
    if (!this.#statistics.stalled) await this.#writing;
    return change;
  }

  #schedule(): void {
    if (this.#writing !== undefined) return;
    if (this.#waiting.length >= Math.min(this.#enough, limits.batchRows)) {
      this.#startWriting();
      return;
    }
    this.#flushTimer ??= setTimeout(() => this.#startWriting(), limits.flushIntervalMs);
  }

  /** One batch at a time: while it is on its way the next one gathers, so batches grow with the load. */
  #startWriting(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#writing !== undefined || this.#waiting.length === 0) return;
    const batch = this.#takeBatch();
    this.#enough = Math.max(batch.length, limits.leastBatchRows);
    this.#writing = this.#writer.write(batch).then(() => {
      this.#writing = undefined;
      if (this.#waiting.length > 0) this.#startWriting();
    });
  }

  #takeBatch(): readonly Entry[] {
    const first =
      this.#waiting.length <= limits.batchRows ? this.#waiting : this.#waiting.slice(0, limits.batchRows);
    for (const entry of first) this.#judgeAgain(entry);
    const fitting = fittingDays(first, rowTime, daysPerTransaction);
    const batch = fitting === first.length ? first : first.slice(0, fitting);
    this.#waiting = batch.length === this.#waiting.length ? [] : this.#waiting.slice(batch.length);
    return batch;
  }

  /** A device may have been adopted since its message came in; and a row's day may be one too many. */
  #judgeAgain(entry: Entry): void {
    const { decoded, message } = entry;
    if (decoded.kind !== 'reading' && decoded.kind !== 'heartbeat') return;
    if (entry.reason === 'unknown-device' && this.#known.has(decoded.mac)) entry.reason = null;
    if (entry.reason !== null || this.#days.admits(decoded.timeMs, message.receivedMs)) return;
    entry.reason = 'too-many-days';
    entry.evicted = this.#notes.holdsBack(entry.reason, decoded.mac, message.receivedMs);
  }

  #afterCommit(batch: readonly Entry[], inserted: number, replaced: number): void {
    const statistics = this.#statistics;
    const now = this.#clock.now();
    statistics.stored += inserted;
    statistics.replaced += replaced;
    statistics.lastCommitMs = now;
    // Messages of one chunk from the wire carry the same time: their latency is counted once.
    let receivedMs = batch[0]?.message.receivedMs ?? now;
    let alike = 0;
    for (const entry of batch) {
      if (entry.message.receivedMs !== receivedMs) {
        statistics.countCommitted(now - receivedMs, alike);
        receivedMs = entry.message.receivedMs;
        alike = 0;
      }
      alike++;
      if (entry.reason !== null) {
        statistics.countQuarantined(entry.reason);
        this.#trimmer.countAdded();
      } else {
        if (entry.decoded.kind !== 'status') this.#notes.note(entry.decoded, entry.message);
        if (entry.decoded.kind === 'status' || entry.decoded.kind === 'passed') statistics.passed++;
      }
      this.#settle(entry);
    }
    statistics.countCommitted(now - receivedMs, alike);
    this.#committed.tell(batch);
    this.#trimmer.startWhenDue();
  }

  #afterFailure(batch: readonly Entry[], error: unknown): void {
    for (const entry of batch) this.#settle(entry, error instanceof Error ? error : this.#refusal());
    this.#statistics.failed += batch.length;
  }

  #settle(entry: Entry, error?: Error): void {
    this.#statistics.backlog--;
    this.#statistics.backlogBytes -= entry.message.payload.length;
    entry.done(error);
  }

  async #trim(bounds: QuarantineBounds): Promise<void> {
    await this.#notes.writeEvictions();
    await this.#store.trimQuarantine(bounds);
  }

  /** While the database is away they wait without a word. */
  async #writeNotes(): Promise<void> {
    if (this.#statistics.stalled) return;
    await this.#notes.writeFacts();
    await this.#notes.writeEvictions();
  }

  #every(intervalMs: number, what: string, work: () => Promise<void>): void {
    this.#timers.push(setInterval(() => drop(work(), this.#log, what), intervalMs));
  }

  #refusal(): AppError {
    return this.#accepting
      ? new AppError('ingest.overloaded', 'Too many messages wait for the database.', {
          waiting: this.#statistics.backlog,
        })
      : new AppError('ingest.closed', 'The ingest is closing.');
  }
}
