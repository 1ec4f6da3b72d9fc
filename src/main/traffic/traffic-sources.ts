import type { SourceState } from '../../shared/contract/traffic-messages.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Closable } from '../foundation/disposer.ts';
import { Listeners } from '../foundation/listeners.ts';
import { EmbeddedSource, type OwnBroker, type SettledMessage } from './embedded-source.ts';
import { MqttSource } from './mqtt-source.ts';
import { profileTarget, stackTarget } from './mqtt-target.ts';
import type { ProfileSource, TrafficSource, TrafficSources } from './source.ts';
import { StackSource, type StackSourceParts } from './stack-source.ts';
import { TrafficLog } from './traffic-log.ts';

export const stackSourceId = 'stack';

export interface TrafficStack {
  readonly place: StackSourceParts['place'];
  onChange(listener: () => void): () => void;
  /** Of a broker that is not in this process; `undefined` while it does not run. */
  access(): Parameters<typeof stackTarget>[0] | undefined;
}

export interface TrafficSourcesOptions {
  readonly broker: OwnBroker;
  readonly stack: TrafficStack;
  readonly profiles: ProfileSource;
  readonly clock: Clock;
  /** So long a broker stays connected without anybody who looks; a minute unless given. */
  readonly lingerMs?: number;
}

/** A source that says when what was kept of it is no longer of use. */
interface KeptSource extends TrafficSource {
  onIdle(listener: () => void): () => void;
}

interface Entry {
  readonly source: KeptSource;
  readonly stop: () => void;
  log: TrafficLog | undefined;
}

/** The stack's broker and those of the profiles, with what is kept of each one's messages. */
export class Sources implements TrafficSources, Closable {
  readonly #options: TrafficSourcesOptions;
  readonly #changes = new Listeners<void>();
  readonly #embedded: EmbeddedSource;
  readonly #stack: Entry;
  readonly #container: MqttSource;
  readonly #profiles = new Map<string, Entry & { readonly source: MqttSource }>();

  constructor(options: TrafficSourcesOptions) {
    const { broker, stack, profiles, clock } = options;
    this.#options = options;
    this.#embedded = new EmbeddedSource(stackSourceId, broker, clock);
    this.#container = this.#mqtt(
      stackSourceId,
      'docker',
      () => '',
      () => {
        const access = stack.access();
        return Promise.resolve(access === undefined ? undefined : stackTarget(access));
      },
    );
    this.#stack = this.#enter(
      new StackSource({
        id: stackSourceId,
        embedded: this.#embedded,
        container: this.#container,
        place: stack.place,
        onStackChange: (listener) => stack.onChange(listener),
      }),
    );
    for (const { id } of profiles.profiles()) this.#addProfile(id);
    profiles.onChange((id) => this.#profileChanged(id));
  }

  state(): readonly SourceState[] {
    return this.items().map((source) => source.state());
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  items(): readonly TrafficSource[] {
    const order = this.#options.profiles.profiles();
    return [this.#stack.source, ...order.flatMap(({ id }) => this.#profiles.get(id)?.source ?? [])];
  }

  get(id: string): TrafficSource {
    return this.#entry(id).source;
  }

  /** What is kept of a source's messages. @throws AppError `traffic.source-unknown` */
  log(id: string): TrafficLog {
    const entry = this.#entry(id);
    entry.log ??= new TrafficLog(this.#options.clock);
    return entry.log;
  }

  /** What the ingest committed. */
  committed(messages: readonly SettledMessage[]): void {
    this.#embedded.committed(messages);
  }

  async close(): Promise<void> {
    const mqtt = [this.#container, ...[...this.#profiles.values()].map(({ source }) => source)];
    await Promise.all(mqtt.map((source) => source.close()));
    this.#stack.stop();
    for (const { stop } of this.#profiles.values()) stop();
  }

  #entry(id: string): Entry {
    const entry = id === stackSourceId ? this.#stack : this.#profiles.get(id);
    if (entry === undefined)
      throw new AppError('traffic.source-unknown', 'There is no such broker here.', { source: id });
    return entry;
  }

  #enter<T extends KeptSource>(source: T): Entry & { readonly source: T } {
    const entry: Entry & { readonly source: T } = {
      source,
      log: undefined,
      stop: () => stops.forEach((stop) => stop()),
    };
    const logOf = (): TrafficLog => (entry.log ??= new TrafficLog(this.#options.clock));
    const stops = [
      source.onMessage((message) => logOf().add(message)),
      source.onOutcomes((outcomes) => entry.log?.settle(outcomes)),
      source.onChange(() => this.#changes.tell()),
      source.onIdle(() => {
        entry.log = undefined;
      }),
    ];
    return entry;
  }

  #addProfile(id: string): void {
    const { profiles, clock } = this.#options;
    const profile = () => profiles.profiles().find((one) => one.id === id);
    const source = this.#mqtt(
      id,
      'profile',
      () => profile()?.name ?? '',
      async () => {
        const now = profile();
        return now === undefined ? undefined : profileTarget(now, profiles, clock.now());
      },
    );
    this.#profiles.set(id, this.#enter(source));
  }

  #profileChanged(id: string): void {
    const entry = this.#profiles.get(id);
    const there = this.#options.profiles.profiles().some((profile) => profile.id === id);
    if (entry === undefined) {
      if (there) this.#addProfile(id);
    } else if (there) {
      // Another broker, maybe: what is kept of it is of no use.
      entry.log = undefined;
      entry.source.poke();
    } else {
      this.#profiles.delete(id);
      void entry.source.close().then(() => entry.stop());
    }
    this.#changes.tell();
  }

  #mqtt(
    id: string,
    kind: 'docker' | 'profile',
    name: () => string,
    target: ConstructorParameters<typeof MqttSource>[0]['target'],
  ): MqttSource {
    const { clock, lingerMs } = this.#options;
    return new MqttSource({
      id,
      kind,
      name,
      target,
      clock,
      ...(lingerMs === undefined ? {} : { lingerMs }),
    });
  }
}
