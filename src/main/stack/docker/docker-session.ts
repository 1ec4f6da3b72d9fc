import { isAppError, reportOf } from '../../../shared/domain/app-error.ts';
import type { StackState } from '../../../shared/contract/stack.ts';
import { AsyncDisposer } from '../../foundation/disposer.ts';
import { drop } from '../../foundation/drop.ts';
import type { SeenLogin } from '../local-stack.ts';
import { attach, type Attached, type StackInUse } from './attach.ts';
import type { ComposeProject } from './compose/index.ts';
import type { DockerStackOptions } from './docker-stack.ts';
import type { DockerEngine, EngineDescription } from './engine/docker-engine.ts';
import { databasePlace, prepareDatabase, type DatabaseWork } from './prepare-database.ts';
import {
  bringUp,
  cutOffError,
  cutOffVolume,
  emptyCutOffVolume,
  existing,
  step,
  type UpProgress,
} from './project/index.ts';
import type { ServiceLogs } from './service-logs.ts';
import { ServiceWatch, type WatchedServices } from './service-watch.ts';

export interface SessionListeners {
  readonly engine: (engine: { readonly address: string; readonly description: EngineDescription }) => void;
  readonly watched: (services: WatchedServices) => void;
  readonly failed: (error: StackState['error']) => void;
  readonly login: (login: SeenLogin) => void;
  readonly changed: () => void;
}

/**
 * One time of having to do with an engine: opened, watched, the stack brought up and connected to. Closing lets go of
 * all of it; the containers go on.
 */
export class DockerSession {
  readonly #options: DockerStackOptions;
  readonly #logs: ServiceLogs;
  readonly #tell: SessionListeners;
  readonly #running = new AsyncDisposer();
  attached: Attached | undefined;

  constructor(options: DockerStackOptions, logs: ServiceLogs, tell: SessionListeners) {
    this.#options = options;
    this.#logs = logs;
    this.#tell = tell;
  }

  async openEngine(signal: AbortSignal): Promise<DockerEngine> {
    const { openEngine, settings } = this.#options;
    const engine = this.#running.use('engine', await openEngine(settings().dockerEngine, signal));
    this.#tell.engine({ address: engine.address, description: await engine.describe(signal) });
    return engine;
  }

  /** States and log lines of the containers, from before they start until the end of the session. */
  observe(engine: DockerEngine, project: ComposeProject): void {
    const { clock, log } = this.#options;
    const stop = new AbortController();
    this.#running.defer('watching the services', () => stop.abort());
    const failed = (error: unknown): void => {
      if (isAppError(error)) this.#tell.failed(reportOf(error));
    };
    const services = new ServiceWatch(engine, project, clock);
    drop(services.run(this.#tell.watched, failed, stop.signal), log, 'watching the services');
    drop(this.#logs.follow(engine, project, stop.signal), log, 'following the logs');
  }

  async bringUp(
    use: StackInUse,
    tell: (progress: UpProgress) => void,
    signal: AbortSignal,
    database: DatabaseWork = {},
  ): Promise<void> {
    const { engine, project, files, credentials } = use;
    const { settings, sqlFolder, appVersion, log } = this.#options;
    // Known before anything is made: a database out of reach would be of no use.
    await databasePlace({ engine, settings: settings() });
    const onHealthy = async (service: string, container: string, until: AbortSignal): Promise<void> => {
      if (service !== 'postgres') return;
      tell(step('schema', service));
      const { secrets } = credentials;
      const parts = { engine, settings: settings(), secrets, sqlFolder, appVersion, log };
      await prepareDatabase(parts, container, database, until);
    };
    const isHopeless = { postgres: (log: string): boolean => startsOver(log) > 1 };
    const bring = (): Promise<void> =>
      bringUp({ engine, project, files, onHealthy, isHopeless }, tell, signal);
    try {
      await bring();
    } catch (error) {
      if (!mayBeCutOff(error)) throw error;
      const found = await cutOffVolume(engine, project, 'postgres', signal).catch(() => undefined);
      if (found === undefined) throw error;
      if (database.repair !== true || !found.withoutData) throw cutOffError(found, error);
      const container = (await existing(engine, project, 'postgres'))?.Id ?? '';
      await emptyCutOffVolume(engine, project, 'postgres', container, signal);
      log.warn('a volume of which the first start was cut off was emptied', { volume: found.volume });
      await bring();
    }
  }

  async attach(use: StackInUse, signal: AbortSignal): Promise<void> {
    const { login, changed } = this.#tell;
    this.attached = await attach(use, this.#options, { login, changed }, this.#running, signal);
    await this.#options.definition.settled();
    this.#tell.watched(await new ServiceWatch(use.engine, use.project, this.#options.clock).look(signal));
  }

  async close(): Promise<void> {
    this.attached = undefined;
    await this.#running
      .close()
      .catch((error: unknown) =>
        this.#options.log.warn('the Docker stack was not let go cleanly', { error }),
      );
  }
}

/** Either the server does not start, or it does and lacks what belongs to every one. */
function mayBeCutOff(error: unknown): boolean {
  if (isAppError(error, 'docker.service-exited')) return error.data['service'] === 'postgres';
  // One that is only slow may be making its data folder just now; it says nothing of this kind meanwhile.
  if (isAppError(error, 'docker.service-unhealthy')) return startsOver(String(error.data['log'])) > 0;
  return isAppError(error, 'engine.refused') || (isAppError(error) && error.code.startsWith('database.'));
}

/**
 * How often PostgreSQL's last log lines tell of all its processes ended by one of them (postmaster.c). It starts over
 * by itself, for ever: to the engine its container runs.
 */
const startsOver = (log: string): number => log.split('all server processes terminated').length - 1;
