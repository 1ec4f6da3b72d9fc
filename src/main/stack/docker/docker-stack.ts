import type { DockerStackState, PublishedContainer } from '../../../shared/contract/docker.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { StackState } from '../../../shared/contract/stack.ts';
import { AppError, reportOf } from '../../../shared/domain/app-error.ts';
import type { Clock } from '../../foundation/clock.ts';
import { Listeners } from '../../foundation/listeners.ts';
import type { Log } from '../../foundation/log.ts';
import { SerialQueue } from '../../foundation/serial-queue.ts';
import type { Database } from '../../storage/index.ts';
import type { LocalStack, SeenLogin, StackBroker, StackTenant } from '../local-stack.ts';
import type { StackInUse } from './attach.ts';
import { DockerSession } from './docker-session.ts';
import { stackStateOf } from './docker-stack-state.ts';
import type { DockerEngine, EngineDescription, ReachedPort } from './engine/docker-engine.ts';
import type { DatabaseWork } from './prepare-database.ts';
import { publishedContainers, stopProject, type UpProgress } from './project/index.ts';
import { putSecretsIntoEffect } from './rotate-secrets.ts';
import { ServiceLogs } from './service-logs.ts';
import type { WatchedServices } from './service-watch.ts';
import type { StackDefinition } from './stack-definition.ts';

const stopLimitMs = 120_000;

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

type Tell = (progress: UpProgress) => void;

/** What work on the whole stack has to do with. */
export interface RebuildSite extends StackInUse {
  /** @param until instead of the signal of the whole work */
  readonly bringUp: (database?: DatabaseWork, until?: AbortSignal) => Promise<void>;
}

const connectMs = 60_000;

/** Broker, database, ingestor and dashboards in containers, local or on another machine. */
export class DockerStack implements LocalStack {
  readonly #options: DockerStackOptions;
  readonly #log: Log;
  readonly #changes = new Listeners<void>();
  readonly #logins = new Listeners<SeenLogin>();
  readonly #queue = new SerialQueue();
  #session: DockerSession | undefined;
  #starting: AbortController | undefined;
  /** A start that was interrupted leaves containers running. */
  #mayRun = false;
  readonly logs = new ServiceLogs();
  #engine: { readonly address: string; readonly description: EngineDescription | null } | null = null;
  #watched: WatchedServices = { services: [], drift: [] };
  #progress: UpProgress | null = null;
  #published: readonly PublishedContainer[] = [];
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
      const attached = this.#session?.attached;
      if (attached === undefined) throw new AppError('stack.not-running', 'The broker is not running.');
      await attached.link.publish(...args);
    },
    access: () => this.#session?.attached?.link.access,
    // As soon as it has read its accounts again it ends the connections of those that are gone.
    disconnectAccount: () => undefined,
    onLogin: (listener) => this.#logins.add(listener),
  };

  state(): ReturnType<LocalStack['state']> {
    return stackStateOf({
      settings: this.#options.settings(),
      phase: this.#phase,
      sinceMs: this.#sinceMs,
      step: this.#step,
      error: this.#error,
      watched: this.#watched,
      attached: this.#session?.attached,
      description: this.#engine?.description ?? null,
    });
  }

  /** After an account changed: resolves when the broker in its container knows. */
  async accountsChanged(): Promise<void> {
    await this.#session?.attached?.access.look();
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

  /** Where Grafana is opened from this machine, as long as the application is connected. */
  async grafana(): Promise<ReachedPort> {
    const { grafanaAddress: address, grafanaPort: port } = this.#options.settings();
    return (await this.#session?.attached?.engine.reach({ address, port })) ?? { host: '127.0.0.1', port };
  }

  /** What is there of the published project, also for the screen. */
  async lookForPublished(engine: DockerEngine): Promise<readonly PublishedContainer[]> {
    this.#published = await publishedContainers(engine);
    this.#changes.tell();
    return this.#published;
  }

  /** Its containers were removed. */
  removed(): void {
    this.#watched = { services: [], drift: [] };
    this.#changes.tell();
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  owner(): Database | undefined {
    return this.#session?.attached?.database.owner;
  }

  start(): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#phase === 'running') return;
      const starting = new AbortController();
      this.#starting = starting;
      const session = this.#newSession();
      this.#session = session;
      this.#setPhase('starting');
      try {
        await this.#open(session, starting.signal);
        this.#setPhase('running');
      } catch (error) {
        this.#log.error('the Docker stack did not start', { error });
        await this.#letGo();
        this.#error = starting.signal.aborted ? null : reportOf(error);
        this.#setPhase(starting.signal.aborted ? 'stopped' : 'failed');
        if (starting.signal.aborted) throw new AppError('engine.cancelled', 'The start was called off.');
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
      if (this.#phase === 'stopped' && !this.#mayRun) return;
      this.#setPhase('stopping');
      await this.#letGo();
      this.#setStep('docker-stop');
      try {
        await this.#stopContainers(AbortSignal.timeout(stopLimitMs));
        this.#error = null;
        this.#setPhase('stopped');
      } catch (error) {
        this.#error = reportOf(error);
        this.#setPhase('failed');
        throw error;
      } finally {
        this.#setStep(null);
      }
    });
  }

  async #stopContainers(signal: AbortSignal): Promise<void> {
    const engine = await this.#options.openEngine(this.#options.settings().dockerEngine, signal);
    try {
      await stopProject(engine, await this.#options.definition.project(), signal);
    } finally {
      await engine.close();
    }
    this.#mayRun = false;
    this.#watched = { services: [], drift: [] };
  }

  /** Lets go of the stack; its containers go on, so that readings are stored while no application is there. */
  close(): Promise<void> {
    this.#starting?.abort();
    return this.#queue.run(async () => {
      await this.#letGo();
      this.#setPhase('stopped');
    });
  }

  /** Makes the containers as defined, and connects anew where one was made anew. */
  apply(tell: Tell, signal: AbortSignal, database: DatabaseWork = {}): Promise<void> {
    return this.rebuild(tell, signal, ({ bringUp: bring }) => bring(database));
  }

  /**
   * Work that may bring the stack up again, more than once where it has to go back. The application stays connected
   * until it first does so, and is connected again when the work is done.
   *
   * @throws what the work throws; a stack that was brought up is let go then
   */
  rebuild<T>(tell: Tell, signal: AbortSignal, work: (site: RebuildSite) => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      const { definition } = this.#options;
      const session = this.#newSession();
      const begun = { yet: false };
      try {
        const engine = await session.openEngine(signal);
        const project = await definition.project();
        const use = { engine, project, ...(await definition.filesOn(engine)) };
        const bring = async (database: DatabaseWork = {}, until = signal): Promise<void> => {
          if (!begun.yet) {
            begun.yet = true;
            await this.#letGo();
            this.#session = session;
            this.#setPhase('starting');
            session.observe(engine, project);
            this.#mayRun = true;
          }
          await session.bringUp(use, tell, until, database);
        };
        const result = await work({ ...use, bringUp: bring });
        if (begun.yet) {
          // What was put back after it was cancelled is connected all the same.
          await session.attach(use, signal.aborted ? AbortSignal.timeout(connectMs) : signal);
          this.#setPhase('running');
        }
        return result;
      } catch (error) {
        if (begun.yet) {
          await this.#letGo();
          this.#error = reportOf(error);
          this.#setPhase('failed');
        } else await session.close();
        throw error;
      }
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

  /**
   * New passwords for everything, in use at once; sensors go on publishing.
   *
   * @throws AppError `stack.not-running`
   */
  rotateSecrets(signal: AbortSignal): Promise<void> {
    return this.#queue.run(async () => {
      const { definition } = this.#options;
      const attached = this.#session?.attached;
      if (attached === undefined) throw new AppError('stack.not-running', 'The stack is not running.');
      const { engine, project, database } = attached;
      await definition.adopt(engine);
      await definition.renewSecrets();
      const { files, credentials } = await definition.files(engine);
      await putSecretsIntoEffect({ engine, project, owner: database.owner, files, credentials }, signal);
      // What is open stays so; what is opened from now on needs the new passwords.
      await this.#letGo();
      const session = this.#newSession();
      this.#session = session;
      try {
        const again = await session.openEngine(signal);
        session.observe(again, project);
        await session.attach({ engine: again, project, files, credentials }, signal);
      } catch (error) {
        await this.#letGo();
        this.#error = reportOf(error);
        this.#setPhase('failed');
        throw error;
      }
    });
  }

  async #open(session: DockerSession, signal: AbortSignal): Promise<void> {
    const { definition } = this.#options;
    this.#setStep('docker-check');
    const engine = await session.openEngine(signal);
    await this.lookForPublished(engine);
    const project = await definition.project();
    const use = { engine, project, ...(await definition.filesOn(engine)) };
    session.observe(engine, project);
    this.#mayRun = true;
    await session.bringUp(use, (progress) => this.#setProgress(progress), signal);
    this.#setStep('docker-connect');
    await session.attach(use, signal);
    this.#setStep(null);
  }

  #newSession(): DockerSession {
    return new DockerSession(this.#options, this.logs, {
      engine: (engine) => {
        this.#engine = engine;
      },
      watched: (services) => {
        this.#watched = services;
        if (this.#phase === 'running') this.#error = null;
        this.#changes.tell();
      },
      failed: (error) => {
        this.#error = error;
        this.#changes.tell();
      },
      login: (login) => this.#logins.tell(login),
      changed: () => this.#changes.tell(),
    });
  }

  async #letGo(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
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
