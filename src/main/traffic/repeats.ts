import { randomUUID } from 'node:crypto';
import type { Publication, RepeatState } from '../../shared/contract/traffic-parts.ts';
import { AppError, reportOf } from '../../shared/domain/app-error.ts';
import type { Closable } from '../foundation/disposer.ts';
import { Listeners } from '../foundation/listeners.ts';
import { pause } from '../foundation/watch-state.ts';
import { endedRepeatsAtMost, repeatsAtMost } from './limits.ts';
import { outgoing } from './publication.ts';
import { publishOnce, type PublishingParts } from './publishing.ts';
import type { OutgoingMessage } from './source.ts';

export interface RepeatWish {
  readonly source: string;
  readonly publication: Publication;
  readonly intervalMs: number;
  /** `null` until it is stopped. */
  readonly times: number | null;
}

interface Repeat {
  state: RepeatState;
  readonly stop: AbortController;
  running: Promise<void>;
}

/** Messages that are published again and again. One that fails is counted, and the next one is tried at its time. */
export class Repeats implements Closable {
  readonly #parts: PublishingParts;
  readonly #changes = new Listeners<void>();
  readonly #repeats = new Map<string, Repeat>();
  #starting = 0;

  constructor(parts: PublishingParts) {
    this.#parts = parts;
  }

  /** The newest last. */
  states(): readonly RepeatState[] {
    return [...this.#repeats.values()].map(({ state }) => state);
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** Resolves when the first message is sent. @throws AppError `traffic.too-many`, and as `publishOnce` */
  async start(wish: RepeatWish, signal: AbortSignal): Promise<string> {
    const { source, publication, intervalMs, times } = wish;
    const running = this.states().filter((state) => state.running).length + this.#starting;
    if (running >= repeatsAtMost)
      throw new AppError('traffic.too-many', 'Too many messages are repeated already.', {
        what: 'repeats',
        most: repeatsAtMost,
      });
    this.#starting++;
    const leave = this.#parts.sources.get(source).hold();
    try {
      await publishOnce(this.#parts, source, publication, signal);
    } catch (error) {
      leave();
      throw error;
    } finally {
      this.#starting--;
    }
    const id = randomUUID();
    const repeat: Repeat = {
      state: {
        id,
        source,
        topic: publication.topic,
        intervalMs,
        times,
        sent: 1,
        failed: 0,
        running: true,
        error: null,
      },
      stop: new AbortController(),
      running: Promise.resolve(),
    };
    this.#repeats.set(id, repeat);
    this.#forgetOld();
    repeat.running = this.#run(repeat, outgoing(publication)).finally(() => {
      leave();
      this.#set(repeat, { running: false });
    });
    return id;
  }

  /** Ends it, or takes one that is over from the list. */
  async stop(id: string): Promise<void> {
    const repeat = this.#repeats.get(id);
    if (repeat === undefined) return;
    const wasOver = !repeat.state.running;
    repeat.stop.abort();
    await repeat.running;
    if (wasOver) this.#repeats.delete(id);
    this.#changes.tell();
  }

  async close(): Promise<void> {
    for (const { stop } of this.#repeats.values()) stop.abort();
    await Promise.all([...this.#repeats.values()].map(({ running }) => running));
    this.#repeats.clear();
  }

  /** Each at its own time since the start: what is late does not move the ones after it, and never doubles them. */
  async #run(repeat: Repeat, message: OutgoingMessage): Promise<void> {
    const { source, intervalMs, times } = repeat.state;
    const { signal } = repeat.stop;
    let due = performance.now() + intervalMs;
    this.#changes.tell();
    const left = times ?? Infinity;
    for (let tried = 1; tried < left; tried++) {
      await pause(Math.max(0, due - performance.now()), signal);
      if (signal.aborted) return;
      due = Math.max(due + intervalMs, performance.now());
      try {
        await this.#parts.sources.get(source).publish(message, signal);
        this.#set(repeat, { sent: repeat.state.sent + 1 });
      } catch (error) {
        if (signal.aborted) return;
        this.#set(repeat, { failed: repeat.state.failed + 1, error: reportOf(error) });
        // The profile was removed: it does not come back.
        if (error instanceof AppError && error.code === 'traffic.source-unknown') return;
      }
    }
  }

  #set(repeat: Repeat, part: Partial<RepeatState>): void {
    repeat.state = { ...repeat.state, ...part };
    this.#changes.tell();
  }

  #forgetOld(): void {
    const over = [...this.#repeats.values()].filter(({ state }) => !state.running);
    for (const { state } of over.slice(0, Math.max(0, over.length - endedRepeatsAtMost)))
      this.#repeats.delete(state.id);
  }
}
