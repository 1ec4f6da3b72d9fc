import { createReadStream } from 'node:fs';
import type { ReplayState } from '../../shared/contract/traffic-parts.ts';
import { AppError, isAppError, reportOf } from '../../shared/domain/app-error.ts';
import type { Closable } from '../foundation/disposer.ts';
import { Listeners } from '../foundation/listeners.ts';
import { pause } from '../foundation/watch-state.ts';
import { replayWindow } from './limits.ts';
import { mustBePublishable } from './publication.ts';
import { recordedLines } from './recording-lines.ts';
import { whenConnected } from './when-connected.ts';
import type { TrafficSource, TrafficSources } from './source.ts';

export interface ReplayWish {
  readonly source: string;
  readonly name: string;
  /** 1: as it was; `null`: as fast as the broker takes it. */
  readonly speed: number | null;
  readonly prefix: string;
}

export interface ReplaysParts {
  readonly sources: TrafficSources;
  /** @throws AppError `traffic.recording-unknown` */
  readonly readable: (name: string) => Promise<{ readonly path: string; readonly bytes: number }>;
}

interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** A timer knows no longer wait (24.8 days). */
const longestWaitMs = 2_000_000_000;

/** Publishes recordings, one at a time. The file is read as it is sent: what comes after a bad line is not. */
export class Replays implements Closable {
  readonly #parts: ReplaysParts;
  readonly #changes = new Listeners<void>();
  #state: ReplayState | null = null;
  #running: Running | undefined;
  #starting = false;

  constructor(parts: ReplaysParts) {
    this.#parts = parts;
  }

  /** The one that runs, or the last one. */
  state(): ReplayState | null {
    return this.#state;
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  isReplayed(name: string): boolean {
    return this.#running !== undefined && this.#state?.name === name;
  }

  /** Resolves when it has begun. @throws AppError `traffic.recording-unknown`, `traffic.replay-busy`, `traffic.source-away` */
  async start(wish: ReplayWish, signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined || this.#starting)
      throw new AppError('traffic.replay-busy', 'A recording is being replayed already.');
    this.#starting = true;
    try {
      const source = this.#parts.sources.get(wish.source);
      const { path, bytes } = await this.#parts.readable(wish.name);
      const letGo = source.hold();
      try {
        await whenConnected(source, signal);
      } catch (error) {
        letGo();
        throw error;
      }
      const stop = new AbortController();
      this.#state = {
        name: wish.name,
        source: wish.source,
        speed: wish.speed,
        phase: 'running',
        sent: 0,
        atMs: 0,
        readBytes: 0,
        totalBytes: bytes,
        error: null,
      };
      const done = this.#run(wish, source, { path, bytes }, stop.signal).finally(() => {
        letGo();
        this.#running = undefined;
        this.#changes.tell();
      });
      this.#running = { stop, done };
      this.#changes.tell();
    } finally {
      this.#starting = false;
    }
  }

  /** Resolves when nothing more is sent. */
  async cancel(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.done;
  }

  close(): Promise<void> {
    return this.cancel();
  }

  async #run(
    wish: ReplayWish,
    source: TrafficSource,
    file: { readonly path: string; readonly bytes: number },
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#send(wish, source, file, signal);
      this.#set({ phase: signal.aborted ? 'cancelled' : 'done' });
    } catch (error) {
      if (signal.aborted) this.#set({ phase: 'cancelled' });
      else this.#set({ phase: 'failed', error: reportOf(readFailure(error, file.path)) });
    }
  }

  async #send(
    { speed, prefix }: ReplayWish,
    source: TrafficSource,
    { path, bytes }: { readonly path: string; readonly bytes: number },
    signal: AbortSignal,
  ): Promise<void> {
    if (bytes === 0) return;
    const inFlight = new Set<Promise<void>>();
    const state: { failed?: AppError } = {};
    const startedMs = performance.now();
    let firstMs: number | undefined;
    let lastQos: 0 | 1 | 2 = 0;
    const lines = recordedLines(createReadStream(path, { end: bytes - 1, highWaterMark: 262_144 }));
    try {
      for await (const { timeMs, message, readBytes } of lines) {
        firstMs ??= timeMs;
        const atMs = timeMs - firstMs;
        if (speed !== null) await until(startedMs + atMs / speed, signal);
        // A broker passes QoS 2 on when its exchange is over, and what is sent meanwhile would overtake it.
        if (message.qos !== 2 && lastQos === 2) await Promise.all(inFlight);
        lastQos = message.qos;
        while (inFlight.size >= replayWindow) await Promise.race(inFlight);
        if (signal.aborted || state.failed !== undefined) break;
        const topic = prefix + message.topic;
        mustBePublishable(topic);
        const sending = source
          .publish({ ...message, topic }, signal)
          .then(
            () => this.#set({ sent: (this.#state?.sent ?? 0) + 1, atMs, readBytes }),
            (error: unknown) => void (state.failed ??= failureOf(error)),
          )
          .finally(() => inFlight.delete(sending));
        inFlight.add(sending);
      }
    } finally {
      // What is on its way is still counted, also where a later line is damaged.
      await Promise.all(inFlight);
    }
    if (state.failed !== undefined) throw state.failed;
    if (!signal.aborted) this.#set({ readBytes: bytes });
  }

  #set(part: Partial<ReplayState>): void {
    if (this.#state === null) return;
    this.#state = { ...this.#state, ...part };
    this.#changes.tell();
  }
}

async function until(dueMs: number, signal: AbortSignal): Promise<void> {
  for (let wait = dueMs - performance.now(); wait > 0 && !signal.aborted; wait = dueMs - performance.now())
    await pause(Math.min(wait, longestWaitMs), signal);
}

function failureOf(error: unknown): AppError {
  if (isAppError(error)) return error;
  return new AppError('traffic.source-away', 'The message could not be sent.', {}, error);
}

function readFailure(error: unknown, path: string): unknown {
  if (isAppError(error) || !(error instanceof Error && 'syscall' in error)) return error;
  return new AppError('file.unreadable', `${path} cannot be read.`, { file: path }, error);
}
