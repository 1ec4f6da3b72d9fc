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
  readonly isEmbedded: () => boolean;
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
  #embedded: boolean;
  #access = '';

  constructor(parts: StackSourceParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.#embedded = parts.isEmbedded();
    parts.onStackChange(() => this.#look());
  }

  state(): SourceState {
    return this.#current.state();
  }

  onChange(listener: () => void): () => void {
    const { embedded, container } = this.#parts;
    const stops = [embedded, container, this].map((part) =>
      part === this ? this.#changes.add(listener) : part.onChange(listener),
    );
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

  get #current(): TrafficSource {
    return this.#embedded ? this.#parts.embedded : this.#parts.container;
  }

  #look(): void {
    const embedded = this.#parts.isEmbedded();
    if (embedded === this.#embedded) return;
    this.#embedded = embedded;
    this.#switched.tell();
    this.#holdWhatIsThere();
    if (embedded) void this.#parts.container.close();
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
