import { join } from 'node:path';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { StackState } from '../../../shared/contract/stack.ts';
import { AppError, reportOf } from '../../../shared/domain/app-error.ts';
import type { DiskSpace } from '../../../shared/domain/disk-level.ts';
import type { MessageSink } from '../../../shared/domain/inbound-message.ts';
import type { Clock } from '../../foundation/clock.ts';
import { AsyncDisposer } from '../../foundation/disposer.ts';
import { drop } from '../../foundation/drop.ts';
import { keptPassword } from '../../foundation/file-secrets.ts';
import { Listeners } from '../../foundation/listeners.ts';
import type { Log } from '../../foundation/log.ts';
import type { Platform } from '../../foundation/platform.ts';
import { SerialQueue } from '../../foundation/serial-queue.ts';
import {
  createPartitionsAhead,
  Database,
  databaseKind,
  databaseSizeBytes,
  migrate,
  serverVersion,
  setRolePasswords,
  type DatabaseKind,
} from '../../storage/index.ts';
import { loadRetained, saveRetained } from '../../storage/queries/retained-messages.ts';
import type { LocalStack, StackTenant } from '../local-stack.ts';
import { EmbeddedBroker, type AccountStore, type CertificateAuthority } from './broker/index.ts';
import { DiskWatch } from './disk-watch.ts';
import { PartitionMaintenance } from './partition-maintenance.ts';
import { EmbeddedPostgres, ownerName } from './postgres/index.ts';
import { StackUsage } from './stack-usage.ts';

export interface EmbeddedStackOptions {
  readonly platform: Platform;
  readonly settings: () => Settings;
  readonly accounts: AccountStore;
  readonly authority: CertificateAuthority;
  readonly tenant: StackTenant;
  readonly log: Log;
  readonly clock: Clock;
  /** Of the disk that a folder lies on; the system's own answer unless given. */
  readonly diskSpace?: (folder: string) => Promise<DiskSpace>;
}

const databaseName = 'datayoti_db';
const ownerPoolSize = 8;
const ingestorPoolSize = 4;
const measureIntervalMs = 15_000;

/** Database, broker and everything between them, started and stopped as one. */
export class EmbeddedStack implements LocalStack {
  readonly postgres: EmbeddedPostgres;
  readonly broker: EmbeddedBroker;
  readonly #options: EmbeddedStackOptions;
  readonly #log: Log;
  readonly #changes = new Listeners<void>();
  readonly #queue = new SerialQueue();
  readonly #usage: StackUsage;
  #sink: MessageSink | undefined;
  #owner: Database | undefined;
  #running: AsyncDisposer | undefined;
  #starting: AbortController | undefined;
  #phase: StackState['phase'] = 'stopped';
  #sinceMs: number;
  #step: StackState['step'] = null;
  #error: StackState['error'] = null;
  #kind: DatabaseKind | null = null;
  #version: string | null = null;
  #sizeBytes: number | null = null;
  readonly #disk: DiskWatch;

  constructor(options: EmbeddedStackOptions) {
    const { platform, log, clock } = options;
    this.#options = options;
    this.#log = log;
    this.#sinceMs = clock.now();
    this.#disk = new DiskWatch(log.from('database'), options.diskSpace);
    this.postgres = new EmbeddedPostgres({
      binaries: platform.paths.postgres,
      dataFolder: join(platform.paths.data, 'postgres'),
      databaseName,
      ownerPassword: () => keptPassword(platform.secrets, 'postgres.owner'),
      log,
      clock,
    });
    this.broker = new EmbeddedBroker({
      sink: { submit: (message, done) => this.#submit(message, done) },
      retained: {
        load: () => loadRetained(this.#database()),
        save: (messages) => saveRetained(this.#database(), messages),
      },
      accounts: options.accounts,
      authority: options.authority,
      log,
      clock,
    });
    this.#usage = new StackUsage({
      serverPid: () => this.postgres.pid,
      owner: () => this.#owner,
      folder: () => this.postgres.state().folder,
    });
    this.postgres.onChange(() => {
      this.#noticeGivenUp();
      this.#changes.tell();
    });
    this.broker.onChange(() => this.#changes.tell());
  }

  state(): Omit<StackState, 'demo'> {
    const postgres = this.postgres.state();
    return {
      kind: 'embedded',
      phase: this.#phase,
      sinceMs: this.#sinceMs,
      step: postgres.step ?? this.#step,
      broker: this.broker.state(),
      database: {
        phase: postgres.phase,
        kind: this.#kind,
        version: this.#version,
        address: '127.0.0.1',
        port: postgres.port,
        databaseName,
        user: ownerName,
        sizeBytes: this.#sizeBytes,
        error: postgres.error,
      },
      freeDiskBytes: this.#disk.space?.freeBytes ?? null,
      totalDiskBytes: this.#disk.space?.totalBytes ?? null,
      use: this.#usage.state(),
      error: this.#error,
    };
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** The owner's connections to the migrated database; `undefined` unless the stack runs. */
  owner(): Database | undefined {
    return this.#phase === 'running' ? this.#owner : undefined;
  }

  /** Resolves when sensors can publish. @throws the error of the part that did not start; nothing stays open then */
  start(): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#phase === 'running') return;
      const starting = new AbortController();
      this.#starting = starting;
      this.#running = new AsyncDisposer();
      this.#setPhase('starting');
      try {
        await this.#open(this.#running, starting.signal);
        this.#setPhase('running');
      } catch (error) {
        this.#log.error('the stack did not start', { error });
        await this.#shut();
        this.#error = starting.signal.aborted ? null : reportOf(error);
        this.#setPhase(starting.signal.aborted ? 'stopped' : 'failed');
        throw error;
      } finally {
        this.#starting = undefined;
      }
    });
  }

  /** Flushes what was received, then stops; nothing acknowledged is lost. Interrupts a start. */
  stop(): Promise<void> {
    this.#starting?.abort();
    return this.#queue.run(async () => {
      if (this.#running === undefined && this.#phase === 'stopped') return;
      this.#setPhase('stopping');
      await this.#shut();
      this.#error = null;
      this.#setPhase('stopped');
    });
  }

  close(): Promise<void> {
    return this.stop();
  }

  /** A database that is given up while the stack runs takes the stack with it, so that a start starts it again. */
  #noticeGivenUp(): void {
    if (this.#phase !== 'running' || this.postgres.state().phase !== 'failed') return;
    drop(
      this.#queue.run(async () => {
        const { phase, error } = this.postgres.state();
        if (this.#phase !== 'running' || phase !== 'failed') return;
        await this.#shut();
        this.#error = error;
        this.#setPhase('failed');
      }),
      this.#log,
      'stopping after the end of the database',
    );
  }

  async #open(running: AsyncDisposer, signal: AbortSignal): Promise<void> {
    const { settings, platform, tenant } = this.#options;
    const config = settings();
    running.defer('database server', () => this.postgres.stop(), 30_000);
    const otherPorts = [config.mqttPort, config.mqttsPort, config.websocketPort];
    await this.postgres.start({ port: config.postgresPort, otherPorts }, signal);

    this.#setStep('schema');
    const owner = running.use('owner connections', this.#connect('owner', ownerPoolSize));
    this.#owner = owner;
    running.defer('owner reference', () => {
      this.#owner = undefined;
    });
    await migrate(
      owner,
      { folder: platform.paths.sql, appVersion: platform.appVersion, log: this.#log },
      signal,
    );
    const ingestorPassword = await keptPassword(platform.secrets, 'postgres.mqtt_ingestor');
    await setRolePasswords(owner, {
      ingestor: ingestorPassword,
      grafana: await keptPassword(platform.secrets, 'postgres.grafana_reader'),
    });
    await createPartitionsAhead(owner, this.#options.clock.now());
    this.#kind = await databaseKind(owner);
    this.#version = await serverVersion(owner);
    const ingestor = running.use(
      'ingest connections',
      this.#connect('ingestor', ingestorPoolSize, ingestorPassword),
    );
    const opened = await tenant.open({ owner, ingestor, storedByAnother: false }, signal);
    running.defer('ingest', () => opened.close(), 15_000);
    this.#sink = opened.sink;
    signal.throwIfAborted();

    this.#setStep('broker-start');
    running.defer('broker', () => this.broker.stop());
    await this.broker.start(
      {
        address: config.brokerAddress,
        mqttPort: config.mqttPort,
        mqttsPort: config.tlsEnabled ? config.mqttsPort : null,
        websocketPort: config.websocketEnabled ? config.websocketPort : null,
        maxPacketBytes: config.maxPacketBytes,
        announce: config.announce,
      },
      signal,
    );
    this.#setStep(null);
    this.#every(running, measureIntervalMs, 'measuring the disk', () => this.#measure());
    this.#keepMaintained(running);
    running.defer(
      'watching the processes',
      this.#usage.start(() => this.#changes.tell()),
    );
    await this.#measure();
  }

  #connect(role: 'owner' | 'ingestor', poolSize: number, password?: string): Database {
    const address = this.postgres.address();
    return new Database({
      address:
        role === 'owner' || password === undefined
          ? address
          : { ...address, user: 'mqtt_ingestor', password },
      applicationName: `DataYoti Field ${role}`,
      poolSize,
      log: this.#log.from('database'),
    });
  }

  #submit: MessageSink['submit'] = (message, done) => {
    if (this.#sink === undefined) done(new AppError('ingest.closed', 'The ingest is not running.'));
    else this.#sink.submit(message, done);
  };

  #database(): Database {
    if (this.#owner === undefined) throw new AppError('stack.not-running', 'The database is not running.');
    return this.#owner;
  }

  async #measure(): Promise<void> {
    const folder = this.postgres.state().folder ?? this.#options.platform.paths.data;
    await this.#disk.measure(folder);
    this.#sizeBytes = await databaseSizeBytes(this.#database());
    this.#changes.tell();
  }

  #keepMaintained(running: AsyncDisposer): void {
    const { settings, clock } = this.#options;
    const maintenance = new PartitionMaintenance({
      database: () => (this.#running === running ? this.#owner : undefined),
      retention: settings,
      clock,
      log: this.#log,
    });
    running.defer('maintaining partitions', () => maintenance.stop());
    maintenance.start();
  }

  #every(running: AsyncDisposer, intervalMs: number, what: string, work: () => Promise<void>): void {
    const timer = setInterval(() => drop(work(), this.#log, what), intervalMs);
    running.defer(what, () => clearInterval(timer));
  }

  async #shut(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#setStep('broker-stop');
    await running
      ?.close()
      .catch((error: unknown) => this.#log.warn('the stack did not close cleanly', { error }));
    this.#sink = undefined;
    this.#setStep(null);
  }

  #setStep(step: StackState['step']): void {
    this.#step = step;
    this.#changes.tell();
  }

  #setPhase(phase: StackState['phase']): void {
    this.#phase = phase;
    this.#sinceMs = this.#options.clock.now();
    if (phase === 'running' || phase === 'starting') this.#error = null;
    this.#changes.tell();
  }
}
