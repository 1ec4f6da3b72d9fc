import type { DockerStackState } from '../../../shared/contract/docker.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { StackState } from '../../../shared/contract/stack.ts';
import { AppError, isAppError, reportOf } from '../../../shared/domain/app-error.ts';
import type { Clock } from '../../foundation/clock.ts';
import { AsyncDisposer } from '../../foundation/disposer.ts';
import { drop } from '../../foundation/drop.ts';
import { Listeners } from '../../foundation/listeners.ts';
import type { Log } from '../../foundation/log.ts';
import { SerialQueue } from '../../foundation/serial-queue.ts';
import type { Database } from '../../storage/index.ts';
import type { LocalStack, SeenLogin, StackBroker, StackTenant } from '../local-stack.ts';
import { AccessKeeper } from './access-keeper.ts';
import { BrokerLink } from './broker-link.ts';
import type { DockerEngine, EngineDescription } from './engine/docker-engine.ts';
import { followLogins } from './login-log.ts';
import { bringUp, findPublishedStack, nameOf, stopProject, type UpProgress } from './project/index.ts';
import { ServiceWatch, type WatchedServices } from './service-watch.ts';
import type { StackDefinition } from './stack-definition.ts';
import { openStackDatabase, type StackDatabase } from './stack-database.ts';
import { setOwnerPassword } from './owner-password.ts';
import { databaseName, ownerName } from './stack-variables.ts';

export interface DockerStackOptions {
  readonly definition: StackDefinition;
  readonly openEngine: (address: string, signal: AbortSignal) => Promise<DockerEngine>;
  readonly settings: () => Settings;
  readonly tenant: StackTenant;
  readonly sqlFolder: string;
  readonly appVersion: string;
  /** The broker account of a board, by its address. */
  readonly accountOf: (mac: string) => string;
  readonly log: Log;
  readonly clock: Clock;
}

/** Broker, database, ingestor and dashboards in containers, local or on another machine. */
export class DockerStack implements LocalStack {
  readonly #options: DockerStackOptions;
  readonly #log: Log;
  readonly #changes = new Listeners<void>();
  readonly #logins = new Listeners<SeenLogin>();
  readonly #queue = new SerialQueue();
  #running: AsyncDisposer | undefined;
  #starting: AbortController | undefined;
  #database: StackDatabase | undefined;
  #link: BrokerLink | undefined;
  #engine: { readonly address: string; readonly description: EngineDescription | null } | null = null;
  #watched: WatchedServices = { services: [], drift: [] };
  #progress: UpProgress | null = null;
  #published: readonly string[] = [];
  #phase: StackState['phase'] = 'stopped';
  #step: StackState['step'] = null;
  #sinceMs: number;
  #error: StackState['error'] = null;

  constructor(options: DockerStackOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#sinceMs = options.clock.now();
  }

  readonly broker: StackBroker = {
    publish: async (...args) => {
      if (this.#link === undefined) throw new AppError('stack.not-running', 'The broker is not running.');
      await this.#link.publish(...args);
    },
    // As soon as it has read its accounts again it ends the connections of those that are gone.
    disconnectAccount: () => undefined,
    onLogin: (listener) => this.#logins.add(listener),
  };
  #access: AccessKeeper | undefined;

  state(): ReturnType<LocalStack['state']> {
    const settings = this.#options.settings();
    const phaseOf = (service: string): StackState['phase'] => {
      if (this.#phase === 'running' || this.#phase === 'failed') {
        const found = this.#watched.services.find(({ name }) => name === service)?.state;
        return found === 'healthy' || found === 'starting'
          ? 'running'
          : this.#phase === 'running'
            ? 'failed'
            : 'stopped';
      }
      return this.#phase;
    };
    return {
      kind: 'docker',
      phase: this.#phase,
      sinceMs: this.#sinceMs,
      step: this.#step,
      broker: {
        phase: phaseOf('mosquitto'),
        listeners: this.#phase === 'running' ? listenersOf(settings) : [],
        clients: this.#link?.clients ?? 0,
        refusedLogins: 0,
        refusedMessages: 0,
        refusedSubscriptions: 0,
        oversizedPackets: 0,
        refusedConnections: 0,
        queueOverflows: 0,
        retained: this.#link?.retained ?? 0,
        serviceName: null,
        error: null,
      },
      database: {
        phase: phaseOf('postgres'),
        kind: this.#database?.kind ?? null,
        version: this.#database?.version ?? null,
        address: settings.postgresAddress,
        port: this.#phase === 'running' ? settings.postgresPort : null,
        databaseName,
        sizeBytes: this.#database?.sizeBytes ?? null,
        error: null,
      },
      freeDiskBytes: this.#engine?.description?.freeDiskBytes ?? null,
      error: this.#error,
    };
  }

  /** After an account changed: resolves when the broker in its container knows. */
  async accountsChanged(): Promise<void> {
    await this.#access?.look();
  }

  /** What only this stack has, for the screen. */
  details(): DockerStackState {
    return {
      engine: this.#engine,
      project: this.#options.definition.projectName,
      progress: this.#progress,
      services: this.#watched.services,
      drift: this.#watched.drift,
      publishedStack: this.#published,
    };
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  owner(): Database | undefined {
    return this.#database?.owner;
  }

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
        this.#log.error('the Docker stack did not start', { error });
        await this.#detach();
        this.#error = starting.signal.aborted ? null : reportOf(error);
        this.#setPhase(starting.signal.aborted ? 'stopped' : 'failed');
        throw error;
      } finally {
        this.#starting = undefined;
      }
    });
  }

  /** Stops the containers; they, the network and the data stay. */
  stop(): Promise<void> {
    this.#starting?.abort();
    return this.#queue.run(async () => {
      if (this.#phase === 'stopped') return;
      this.#setPhase('stopping');
      await this.#detach();
      this.#setStep('docker-stop');
      const signal = AbortSignal.timeout(120_000);
      const engine = await this.#options.openEngine(this.#options.settings().dockerEngine, signal);
      try {
        await stopProject(engine, await this.#options.definition.project(), signal);
      } finally {
        await engine.close();
        this.#setStep(null);
      }
      this.#watched = { services: [], drift: [] };
      this.#error = null;
      this.#setPhase('stopped');
    });
  }

  /** Lets go of the stack; its containers go on, so that readings are stored while no application is there. */
  close(): Promise<void> {
    this.#starting?.abort();
    return this.#queue.run(async () => {
      await this.#detach();
      this.#setPhase('stopped');
    });
  }

  /**
   * Work on the project beside its start and stop, one after the other.
   *
   * @throws AppError `engine.*`
   */
  withEngine<T>(
    work: (engine: DockerEngine, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    return this.#queue.run(async () => {
      const engine = await this.#options.openEngine(this.#options.settings().dockerEngine, signal);
      try {
        return await work(engine, signal);
      } finally {
        await engine.close();
      }
    });
  }

  async #open(running: AsyncDisposer, signal: AbortSignal): Promise<void> {
    const { definition, openEngine, settings, tenant, clock, log } = this.#options;
    this.#setStep('docker-check');
    const engine = running.use('engine', await openEngine(settings().dockerEngine, signal));
    this.#engine = { address: engine.address, description: await engine.describe(signal) };
    this.#published = (await findPublishedStack(engine)).map(nameOf);
    const project = await definition.project();
    const { files, credentials } = await definition.files();
    await bringUp(
      {
        engine,
        project,
        files,
        onHealthy: async (service, container, until) => {
          if (service !== 'postgres') return;
          const owner = {
            user: ownerName,
            database: databaseName,
            password: credentials.secrets.pg_password,
          };
          await setOwnerPassword(engine, container, owner, until);
        },
      },
      (progress) => this.#setProgress(progress),
      signal,
    );
    this.#setStep('docker-connect');
    const database = await openStackDatabase(
      {
        engine,
        settings: settings(),
        secrets: credentials.secrets,
        sqlFolder: this.#options.sqlFolder,
        appVersion: this.#options.appVersion,
        log,
        now: () => clock.now(),
      },
      running,
      signal,
    );
    this.#database = database;
    running.defer('database reference', () => {
      this.#database = undefined;
    });
    const opened = await tenant.open(
      { owner: database.owner, ingestor: database.ingestor, storedByAnother: true },
      signal,
    );
    running.defer('ingest', () => opened.close(), 15_000);
    const access = new AccessKeeper({ engine, definition, project, log, written: files });
    this.#access = running.use('accounts', access);
    const target = { host: engine.host, port: settings().mqttPort, ...credentials.app };
    const link = running.use('broker link', new BrokerLink(target));
    this.#link = link;
    link.onChange(() => this.#changes.tell());
    running.use('subscriber', definition.subscriber(target, opened.sink, log, clock)).start();
    this.#watch(running, engine, project);
    this.#setStep(null);
  }

  #watch(
    running: AsyncDisposer,
    engine: DockerEngine,
    project: Parameters<typeof bringUp>[0]['project'],
  ): void {
    const stop = new AbortController();
    running.defer('watching the services', () => stop.abort());
    const services = new ServiceWatch(engine, project, this.#options.clock);
    const look = services.run(
      (watched) => {
        this.#watched = watched;
        this.#error = null;
        this.#changes.tell();
      },
      (error) => {
        this.#error = isAppError(error) ? reportOf(error) : this.#error;
        this.#changes.tell();
      },
      stop.signal,
    );
    drop(look, this.#log, 'watching the services');
    const logins = followLogins(
      engine,
      project,
      this.#options.accountOf,
      (login) => this.#logins.tell(login),
      stop.signal,
    );
    drop(logins, this.#log, 'following the logins');
  }

  async #detach(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running
      ?.close()
      .catch((error: unknown) => this.#log.warn('the Docker stack was not let go cleanly', { error }));
    this.#link = undefined;
    this.#access = undefined;
    this.#progress = null;
    this.#setStep(null);
  }

  #setProgress(progress: UpProgress): void {
    this.#progress = progress.step === 'done' ? null : progress;
    const steps: Partial<Record<UpProgress['step'], StackState['step']>> = {
      check: 'docker-check',
      images: 'docker-images',
      start: 'docker-start',
      healthy: 'docker-start',
    };
    this.#setStep(steps[progress.step] ?? 'docker-containers');
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

function listenersOf(settings: Settings): StackState['broker']['listeners'] {
  const { brokerAddress: address, mqttPort, mqttsPort, websocketPort } = settings;
  return [
    { name: 'mqtt', address, port: mqttPort, url: `mqtt://${address}:${mqttPort}` },
    { name: 'mqtts', address, port: mqttsPort, url: `mqtts://${address}:${mqttsPort}` },
    { name: 'websocket', address, port: websocketPort, url: `ws://${address}:${websocketPort}` },
  ];
}
