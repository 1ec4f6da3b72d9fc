import { AppError, isAppError, reportOf, type ErrorCode } from '../../../shared/domain/app-error.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { StackState } from '../../../shared/contract/stack.ts';
import { AsyncDisposer } from '../../foundation/disposer.ts';
import { drop } from '../../foundation/drop.ts';
import { Listeners } from '../../foundation/listeners.ts';
import { SerialQueue } from '../../foundation/serial-queue.ts';
import { pause } from '../../foundation/watch-state.ts';
import type { Database } from '../../storage/index.ts';
import type { LocalStack, StackBroker } from '../local-stack.ts';
import type { DockerEngine, PublishedPort } from './engine/docker-engine.ts';
import {
  attachPublished,
  awayError,
  refusedUse,
  type AttachedPublished,
  type PublishedAttachParts,
} from './published-attach.ts';
import type { PublishedKeys } from './published-keys.ts';
import { lookAtPublished, publishedParts, type PublishedLook } from './published-place.ts';
import { publishedStateOf } from './published-state.ts';

export interface PublishedInUseOptions extends PublishedAttachParts {
  readonly openEngine: (address: string, signal: AbortSignal) => Promise<DockerEngine>;
  readonly settings: () => Settings;
  readonly keys: PublishedKeys;
}

const lookMs = 2_000;
const againMs = 3_000;
/** Beside `engine.*`: what may be otherwise in a moment. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'docker.published-away',
  'docker.no-engine',
  'database.unreachable',
  'mqtt.unreachable',
]);

/**
 * The published project's own containers, used as they are: connected to and looked at. Nothing here makes, starts,
 * stops or changes one. While they are away the state says so, and the application connects again by itself.
 */
export class PublishedInUse implements LocalStack {
  readonly #options: PublishedInUseOptions;
  readonly #changes = new Listeners<void>();
  readonly #queue = new SerialQueue();
  #running = new AsyncDisposer();
  #attached: AttachedPublished | undefined;
  #starting: AbortController | undefined;
  #retrying: AbortController | undefined;
  #phase: StackState['phase'] = 'stopped';
  #step: StackState['step'] = null;
  #sinceMs: number;
  #error: StackState['error'] = null;

  constructor(options: PublishedInUseOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.now();
  }

  readonly broker: StackBroker = {
    publish: async (...args) => {
      if (this.#attached === undefined)
        throw new AppError('stack.not-running', 'The broker is not connected to.');
      await this.#attached.link.publish(...args);
    },
    access: () => this.#attached?.link.access,
    // Its accounts are not this application's.
    disconnectAccount: () => undefined,
    // Its log is not read: all of its boards have the same account.
    onLogin: () => () => undefined,
  };

  state(): ReturnType<LocalStack['state']> {
    return publishedStateOf({
      phase: this.#phase,
      sinceMs: this.#sinceMs,
      step: this.#step,
      error: this.#error,
      attached: this.#attached,
    });
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  owner(): Database | undefined {
    return this.#attached?.database.owner;
  }

  /** The one account of its boards, while it is connected to. */
  account(): AttachedPublished['boards'] | undefined {
    return this.#attached?.boards;
  }

  /** Where boards find its broker, while it is connected to; `host` where that is another machine. */
  brokerPlace(): (PublishedPort & { readonly host: string | null }) | undefined {
    const place = this.#attached?.look.broker.published;
    if (this.#attached === undefined || place === undefined) return undefined;
    const { remote, host } = this.#attached.engine;
    return { ...place, host: remote ? host : null };
  }

  start(): Promise<void> {
    this.#retrying?.abort();
    return this.#queue.run(async () => {
      if (this.#phase === 'running') return;
      const starting = new AbortController();
      this.#starting = starting;
      this.#setPhase('starting');
      try {
        await this.#open(starting.signal);
      } catch (error) {
        await this.#letGo();
        this.#error = starting.signal.aborted ? null : reportOf(error);
        this.#setPhase(starting.signal.aborted ? 'stopped' : 'failed');
        if (starting.signal.aborted) throw new AppError('engine.cancelled', 'The start was called off.');
        this.#options.log.error('the published stack cannot be used', { error });
        if (passes(error)) this.#tryAgain();
        throw error;
      } finally {
        this.#starting = undefined;
      }
    });
  }

  /** Lets go; its containers go on. */
  stop(): Promise<void> {
    this.#starting?.abort();
    this.#retrying?.abort();
    return this.#queue.run(async () => {
      if (this.#phase === 'stopped') return;
      this.#setPhase('stopping');
      await this.#letGo();
      this.#error = null;
      this.#setPhase('stopped');
    });
  }

  close(): Promise<void> {
    return this.stop();
  }

  async #open(signal: AbortSignal): Promise<void> {
    const { openEngine, settings, keys } = this.#options;
    const access = await keys.get();
    if (access === undefined) throw refusedUse('no-env', 'The .env of the published stack was not given.');
    const running = new AsyncDisposer();
    this.#running = running;
    this.#setStep('docker-check');
    const engine = running.use('engine', await openEngine(settings().dockerEngine, signal));
    this.#setStep('docker-connect');
    const attached = await attachPublished(engine, access, this.#options, running, signal);
    signal.throwIfAborted();
    const tell = (): void => this.#changes.tell();
    running.defer('listening to the broker', attached.link.onChange(tell));
    running.defer('listening to the subscriber', attached.subscriber.onChange(tell));
    const stop = new AbortController();
    running.defer('watching the containers', () => stop.abort());
    this.#attached = attached;
    this.#setStep(null);
    this.#setPhase('running');
    drop(this.#watch(attached, stop.signal), this.#options.log, 'watching the published stack');
  }

  /** Broker and database connections come back by themselves where they were; elsewhere all is connected anew. */
  async #watch(attached: AttachedPublished, signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(lookMs, signal);
      if (signal.aborted) return;
      try {
        const look = await lookAtPublished(attached.engine);
        const away = awayError(look);
        if (away === undefined && moved(attached.look, look)) {
          this.#lose(attached, new AppError('docker.published-away', 'Its ports are others now.', {}));
          return;
        }
        // The ports of one that is stopped are unknown; they are those of before until it runs again.
        attached.look = away === undefined ? look : withPortsOf(look, attached.look);
        this.#error = away === undefined ? null : reportOf(away);
        this.#changes.tell();
      } catch (error) {
        if (!isAppError(error)) throw error;
        this.#lose(attached, error);
        return;
      }
    }
  }

  #lose(attached: AttachedPublished, error: AppError): void {
    drop(
      this.#queue.run(async () => {
        if (this.#attached !== attached) return;
        await this.#letGo();
        this.#error = reportOf(error);
        this.#setPhase('failed');
        this.#tryAgain();
      }),
      this.#options.log,
      'letting go of the published stack',
    );
  }

  /** Until it is there again, or something is wrong that does not pass. */
  #tryAgain(): void {
    const retrying = new AbortController();
    this.#retrying = retrying;
    const { signal } = retrying;
    const attempt = async (): Promise<boolean> => {
      if (signal.aborted || this.#phase !== 'failed') return true;
      try {
        await this.#open(signal);
        return true;
      } catch (error) {
        await this.#letGo();
        if (signal.aborted) return true;
        this.#error = reportOf(error);
        this.#changes.tell();
        return !passes(error);
      }
    };
    const loop = async (): Promise<void> => {
      do await pause(againMs, signal);
      while (!signal.aborted && !(await this.#queue.run(attempt)));
    };
    drop(loop(), this.#options.log, 'connecting to the published stack again');
  }

  async #letGo(): Promise<void> {
    this.#attached = undefined;
    await this.#running
      .close()
      .catch((error: unknown) =>
        this.#options.log.warn('the published stack was not let go cleanly', { error }),
      );
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

function passes(error: unknown): boolean {
  return isAppError(error) && (error.code.startsWith('engine.') || passing.has(error.code));
}

function moved(before: PublishedLook, now: PublishedLook): boolean {
  return publishedParts.some((part) => {
    const [was, is] = [before[part].published, now[part].published];
    return was?.address !== is?.address || was?.port !== is?.port;
  });
}

function withPortsOf(look: PublishedLook, before: PublishedLook): PublishedLook {
  const one = (part: (typeof publishedParts)[number]) => ({
    ...look[part],
    published: look[part].published ?? before[part].published,
  });
  return { database: one('database'), broker: one('broker') };
}
