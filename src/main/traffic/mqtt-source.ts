import type { SourceState } from '../../shared/contract/traffic-messages.ts';
import { reportOf, type AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { Listeners } from '../foundation/listeners.ts';
import { pause } from '../foundation/watch-state.ts';
import { gatherRetained } from './gather-retained.ts';
import { MqttSession } from './mqtt-session.ts';
import type { MqttTarget } from './mqtt-target.ts';
import { connectionFailure } from './profile-connection.ts';
import type { OutgoingMessage, RetainedCopies, SeenMessage, TrafficSource } from './source.ts';
import { SysValues } from './sys-values.ts';
import { sourceAway, whenConnected } from './when-connected.ts';

const firstRetryMs = 500;
const longestRetryMs = 15_000;
/** A connection that lasted so long is taken to be good: the next attempt waits for no longer than the first did. */
const goodAfterMs = 2_000;
const usualLingerMs = 60_000;

export interface MqttSourceOptions {
  readonly id: string;
  readonly kind: 'docker' | 'profile';
  readonly name: () => string;
  /** Read for each connection; `undefined` where the broker does not run, and `poke` will say when it does. */
  readonly target: () => Promise<MqttTarget | undefined>;
  readonly clock: Clock;
  /** So long it stays connected without a holder; a minute unless given. */
  readonly lingerMs?: number;
}

/** A broker that is connected to as long as somebody looks at it. */
export class MqttSource implements TrafficSource {
  readonly id: string;
  readonly #options: MqttSourceOptions;
  readonly #changes = new Listeners<void>();
  readonly #messages = new Listeners<SeenMessage>();
  readonly #idle = new Listeners<void>();
  readonly #sys = new SysValues();
  #holders = 0;
  #linger: NodeJS.Timeout | undefined;
  #running: { readonly stop: AbortController; readonly over: Promise<void> } | undefined;
  #session: MqttSession | undefined;
  #wake: () => void = () => undefined;
  #phase: SourceState['phase'] = 'idle';
  #retryMs: number | null = null;
  #error: SourceState['error'] = null;
  #losses = 0;

  constructor(options: MqttSourceOptions) {
    this.#options = options;
    this.id = options.id;
  }

  state(): SourceState {
    return {
      id: this.id,
      kind: this.#options.kind,
      name: this.#options.name(),
      phase: this.#phase,
      retryMs: this.#retryMs,
      error: this.#error,
      losses: this.#losses,
      sys: this.#sys.list(),
    };
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  onMessage(listener: (message: SeenMessage) => void): () => void {
    return this.#messages.add(listener);
  }

  /** Nobody looks any more, and the connection is closed. */
  onIdle(listener: () => void): () => void {
    return this.#idle.add(listener);
  }

  /** No broker but the embedded one says what becomes of a message. */
  onOutcomes(): () => void {
    return () => undefined;
  }

  hold(): () => void {
    this.#holders++;
    clearTimeout(this.#linger);
    this.#linger = undefined;
    this.#start();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders--;
      if (this.#holders > 0) return;
      this.#linger = setTimeout(() => void this.close(), this.#options.lingerMs ?? usualLingerMs);
      this.#linger.unref();
    };
  }

  async publish(
    message: OutgoingMessage,
    signal: AbortSignal,
  ): Promise<{ readonly reasonCode: number | null }> {
    const letGo = this.hold();
    try {
      await whenConnected(this, signal);
      const session = this.#session;
      if (session === undefined) throw sourceAway(this);
      return await session.publish(message);
    } finally {
      letGo();
    }
  }

  async retained(signal: AbortSignal): Promise<RetainedCopies> {
    const target = await this.#options.target();
    if (target === undefined) throw sourceAway(this);
    return gatherRetained(target.options, target.filter, signal);
  }

  /** What it connects to may be another by now: ends the connection, and tries at once where it is held. */
  poke(): void {
    const session = this.#session;
    if (session === undefined) this.#wake();
    else void session.close().then(() => this.#wake());
    this.#changes.tell();
  }

  /** Disconnects; whoever holds it still connects it again by `poke`. */
  async close(): Promise<void> {
    clearTimeout(this.#linger);
    const running = this.#running;
    this.#running = undefined;
    running?.stop.abort();
    await this.#session?.close();
    await running?.over;
    if (this.#running !== undefined) return;
    this.#sys.clear();
    this.#losses = 0;
    this.#set('idle', null);
    if (running !== undefined) this.#idle.tell();
  }

  #start(): void {
    if (this.#running !== undefined) return;
    const stop = new AbortController();
    this.#running = { stop, over: this.#keepConnected(stop.signal) };
  }

  async #keepConnected(signal: AbortSignal): Promise<void> {
    let delay = firstRetryMs;
    while (!signal.aborted) {
      this.#set('connecting', this.#error);
      const { lastedMs, error } = await this.#connectOnce(signal);
      if (signal.aborted) return;
      if (lastedMs > goodAfterMs) delay = firstRetryMs;
      if (error === null) {
        this.#set('stopped', null);
        await this.#pauseUntilWoken(undefined, signal);
        continue;
      }
      const wait = delay / 2 + (Math.random() * delay) / 2;
      this.#set('waiting', reportOf(error), this.#options.clock.now() + wait);
      // A changed profile is tried at once, as if it were the first time.
      delay = (await this.#pauseUntilWoken(wait, signal))
        ? firstRetryMs
        : Math.min(2 * delay, longestRetryMs);
    }
  }

  /** One connection; `error: null` where there is nothing to connect to. `lastedMs` counts from the subscription on. */
  async #connectOnce(signal: AbortSignal): Promise<{ lastedMs: number; error: AppError | null }> {
    let target: MqttTarget | undefined;
    try {
      target = await this.#options.target();
    } catch (error) {
      return { lastedMs: 0, error: connectionFailure(error, { host: '', port: 0 }) };
    }
    if (target === undefined || signal.aborted) return { lastedMs: 0, error: null };
    let connectedMs: number | undefined;
    const session = new MqttSession(
      target,
      {
        connected: () => {
          connectedMs = performance.now();
          this.#set('connected', null);
        },
        message: (message) => this.#messages.tell(message),
        sys: (topic, payload) => this.#sys.set(topic, payload),
      },
      () => this.#options.clock.now(),
    );
    this.#session = session;
    const error = await session.ended;
    // Another one may have begun since this one was closed.
    if (this.#session === session) this.#session = undefined;
    if (connectedMs === undefined) return { lastedMs: 0, error };
    if (!signal.aborted) this.#losses++;
    return { lastedMs: performance.now() - connectedMs, error };
  }

  /** @returns `true` where it was woken before the time was over */
  async #pauseUntilWoken(ms: number | undefined, signal: AbortSignal): Promise<boolean> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const either = AbortSignal.any([signal, woken.signal]);
    if (ms === undefined) {
      await new Promise<void>((resolve) => {
        if (either.aborted) resolve();
        else either.addEventListener('abort', () => resolve(), { once: true });
      });
    } else await pause(ms, either);
    this.#wake = () => undefined;
    return woken.signal.aborted;
  }

  #set(phase: SourceState['phase'], error: SourceState['error'], retryMs: number | null = null): void {
    this.#phase = phase;
    this.#error = error;
    this.#retryMs = retryMs;
    this.#changes.tell();
  }
}
