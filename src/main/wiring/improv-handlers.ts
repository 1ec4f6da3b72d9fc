import type { Handlers } from '../../shared/contract/contract.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { improvFactsOf, joinByImprov, withImprov } from '../provisioning/improv/index.ts';
import type { LineOpener } from '../serial/index.ts';

export interface ImprovParts {
  readonly opener: LineOpener;
  /** Lets go of a port that a person only watches. */
  readonly releaseMonitor: (address: string) => Promise<void>;
}

/** Each question has the line to itself: one that comes early waits for the last to let go of it. */
export function improvHandlers({ opener, releaseMonitor }: ImprovParts): Handlers['improv'] {
  const queues = new Map<string, SerialQueue>();
  const inTurn = <T>(address: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const queue = queues.get(address) ?? new SerialQueue();
    queues.set(address, queue);
    return queue.run(async () => {
      signal.throwIfAborted();
      await releaseMonitor(address);
      return work();
    });
  };
  return {
    info: ({ address }, signal) =>
      inTurn(address, signal, async () => ({
        facts: await withImprov(
          opener,
          address,
          signal,
          (client, state) => improvFactsOf(client, state, signal),
          () => null,
        ),
      })),
    scan: ({ address }, signal) =>
      inTurn(address, signal, async () => ({
        networks: await withImprov(opener, address, signal, (client) => client.scan(signal)),
      })),
    join: ({ address, ...wish }, signal) =>
      inTurn(address, signal, async () => ({
        urls: await withImprov(opener, address, signal, (client) => joinByImprov(client, wish, signal)),
      })),
  };
}
