import type { SourceState } from '../../shared/contract/traffic-messages.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { EmbeddedSource } from './embedded-source.ts';
import type { MqttSource } from './mqtt-source.ts';
import type { OutgoingMessage, RetainedCopies, SeenMessage, SeenOutcome, TrafficSource } from './source.ts';

export interface StackSourceParts {
  readonly id: string;
  readonly embedded: EmbeddedSource;
  /** For a stack whose broker is in a container. */
  readonly container: MqttSource;
  /** Which one is chosen, and how its broker is reached now: another text, another broker. */
  readonly place: () => { readonly kind: 'embedded' | 'docker' | 'published'; readonly address: string };
  /** The stack changed: another one may be chosen, or its broker have come or gone. */
  readonly onStackChange: (listener: () => void) => () => void;
}

/** The broker of whichever stack is chosen; who holds it holds that one. */
export class StackSource implements TrafficSource {
  readonly id: string;
  readonly #parts: StackSourceParts;
  readonly #switched = new Listeners<void>();
  readonly #changes = new Listeners<void>();
  readonly #holders = new Set<object>();
  #letGo: (() => void) | undefined;
  #place: ReturnType<StackSourceParts['place']>;

  constructor(parts: StackSourceParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.#place = parts.place();
    parts.onStackChange(() => this.#look());
  }

  state(): SourceState {
    return this.#current.state();
  }

  onChange(listener: () => void): () => void {
    const { embedded, container } = this.#parts;
    const stops = [embedded.onChange(listener), container.onChange(listener), this.#changes.add(listener)];
    return () => stops.forEach((stop) => stop());
  }

  onMessage(listener: (message: SeenMessage) => void): () => void {
    const { embedded, container } = this.#parts;
    const stops = [
      embedded.onMessage((message) => {
        if (this.#embedded) listener(message);
      }),
      container.onMessage(listener),
    ];
    return () => stops.forEach((stop) => stop());
  }

  onOutcomes(listener: (outcomes: readonly SeenOutcome[]) => void): () => void {
    return this.#parts.embedded.onOutcomes(listener);
  }

  /** What was known is of another broker, or of one that nobody looks at. */
  onIdle(listener: () => void): () => void {
    const stops = [this.#switched.add(listener), this.#parts.container.onIdle(listener)];
    return () => stops.forEach((stop) => stop());
  }

  hold(): () => void {
    const holder = {};
    this.#holders.add(holder);
    this.#holdWhatIsThere();
    return () => {
      this.#holders.delete(holder);
      this.#holdWhatIsThere();
    };
  }

  publish(message: OutgoingMessage, signal: AbortSignal): Promise<{ readonly reasonCode: number | null }> {
    return this.#embedded
      ? this.#parts.embedded.publish(message)
      : this.#parts.container.publish(message, signal);
  }

  retained(signal: AbortSignal): Promise<RetainedCopies> {
    return this.#embedded ? this.#parts.embedded.retained() : this.#parts.container.retained(signal);
  }

  get #embedded(): boolean {
    return this.#place.kind === 'embedded';
  }

  get #current(): TrafficSource {
    return this.#embedded ? this.#parts.embedded : this.#parts.container;
  }

  #look(): void {
    const before = this.#place;
    const now = this.#parts.place();
    if (before.kind === now.kind && before.address === now.address) return;
    this.#place = now;
    if (before.kind !== now.kind) this.#switched.tell();
    this.#holdWhatIsThere();
    if (this.#embedded) void this.#parts.container.close();
    else this.#parts.container.poke();
    this.#changes.tell();
  }

  #holdWhatIsThere(): void {
    const wanted = this.#holders.size > 0 && !this.#embedded;
    if (wanted) this.#letGo ??= this.#parts.container.hold();
    else {
      this.#letGo?.();
      this.#letGo = undefined;
    }
  }
}
