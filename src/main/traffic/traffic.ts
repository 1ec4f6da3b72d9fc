import { join } from 'node:path';
import type { Handlers } from '../../shared/contract/contract.ts';
import type { Clock } from '../foundation/clock.ts';
import { AsyncDisposer, type Closable } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import type { SecretStore } from '../foundation/platform.ts';
import type { OwnBroker, SettledMessage } from './embedded-source.ts';
import { KeptStore } from './kept-store.ts';
import { trafficHandlers } from './traffic-handlers.ts';
import { TrafficParts } from './traffic-parts.ts';
import { Sources, type TrafficStack } from './traffic-sources.ts';

export interface TrafficOptions {
  /** The application's data folder. */
  readonly dataFolder: string;
  readonly secrets: SecretStore;
  /** The broker in this process, whether it is the chosen one or not. */
  readonly broker: OwnBroker;
  readonly stack: TrafficStack;
  readonly clock: Clock;
  readonly log: Log;
}

/** Live MQTT traffic of the stack's broker and of others. */
export class Traffic implements Closable {
  readonly handlers: Handlers['traffic'];
  readonly #sources: Sources;
  readonly #disposer: AsyncDisposer;

  private constructor(sources: Sources, handlers: Handlers['traffic'], disposer: AsyncDisposer) {
    this.#sources = sources;
    this.handlers = handlers;
    this.#disposer = disposer;
  }

  static async open(options: TrafficOptions): Promise<Traffic> {
    const { dataFolder, secrets, broker, stack, clock, log } = options;
    const disposer = new AsyncDisposer();
    const kept = disposer.use(
      'kept traffic',
      await KeptStore.open(join(dataFolder, 'traffic.json'), secrets, log.from('app')),
    );
    const sources = disposer.use('sources', new Sources({ broker, stack, profiles: kept, clock }));
    const parts = disposer.use(
      'traffic parts',
      new TrafficParts({ sources, kept, clock, folder: join(dataFolder, 'recordings') }),
    );
    const handlers = { ...trafficHandlers({ sources, broker, clock }), ...parts.handlers };
    return new Traffic(sources, handlers, disposer);
  }

  /** Messages that the ingest committed, from whichever broker. */
  committed(messages: readonly SettledMessage[]): void {
    this.#sources.committed(messages);
  }

  close(): Promise<void> {
    return this.#disposer.close();
  }
}
