import type { HandlersOf } from '../../shared/contract/procedure.ts';
import type { trafficLiveContract, TrafficState } from '../../shared/contract/traffic.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { pause } from '../foundation/watch-state.ts';
import type { OwnBroker } from './embedded-source.ts';
import { fieldOfTopic, nextMessages, oneMessage, pageOfMessages } from './message-queries.ts';
import { nodeView } from './message-view.ts';
import { rateStepMs } from './rate-steps.ts';
import { stackSourceId, type Sources } from './traffic-sources.ts';
import { listTree } from './tree-listing.ts';

type Handlers = HandlersOf<{ traffic: typeof trafficLiveContract }>['traffic'];

const watchEveryMs = 500;

export interface TrafficHandlerParts {
  readonly sources: Sources;
  readonly broker: OwnBroker;
  readonly clock: Clock;
}

/** What is looked at: messages, topics, the clients of the embedded broker. */
export function trafficHandlers({ sources, broker, clock }: TrafficHandlerParts): Handlers {
  return {
    sources: () => Promise.resolve({ items: sources.state() }),
    watch: ({ source }, signal) => watchSource(sources, source, signal),
    next: async ({ source, ...question }, signal) => nextMessages(sources.log(source), question, signal),
    page: async ({ source, ...question }, signal) => pageOfMessages(sources.log(source), question, signal),
    message: async ({ source, seq }) => oneMessage(sources.log(source), seq),
    latest: async ({ source, topic }) => {
      const seq = sources.log(source).ring.newestOfTopic(topic);
      return { seq: seq === 0 ? null : seq };
    },
    field: async ({ source, ...question }, signal) => fieldOfTopic(sources.log(source), question, signal),
    tree: async ({ source, ...question }) => {
      const log = sources.log(source);
      const { rows, total, matching } = listTree(log.tree, question);
      const now = clock.now();
      const { windowMs } = log.rates.perSecond(now);
      return {
        rows: rows.map((row) => nodeView(log, row, now, windowMs)),
        total,
        matching,
        topics: log.tree.topics,
        topicsEvicted: log.tree.topicsEvicted,
      };
    },
    locate: async ({ source, topic }) => ({
      nodes: sources
        .log(source)
        .tree.path(topic)
        .map(({ id }) => id),
    }),
    rates: async ({ source }) => ({ stepMs: rateStepMs, ...sources.log(source).rates.list(clock.now()) }),
    ...clientHandlers(sources, broker),
  };
}

function clientHandlers(
  sources: Sources,
  broker: OwnBroker,
): Pick<Handlers, 'clients' | 'disconnectClient' | 'refusedLogins'> {
  const isThere = (): boolean => sources.get(stackSourceId).state().kind === 'embedded';
  return {
    clients: async ({ from, count, filter }) => {
      const text = filter.toLowerCase();
      const found = broker
        .clients()
        .filter(({ id, account, address }) =>
          [id, account, address].some((field) => field.toLowerCase().includes(text)),
        )
        .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.sinceMs - b.sinceMs));
      const available = isThere();
      return {
        available,
        items: available ? found.slice(from, from + count) : [],
        total: available ? found.length : 0,
      };
    },
    disconnectClient: async ({ clientId }) => {
      if (!broker.disconnectClient(clientId))
        throw new AppError('traffic.client-unknown', 'No such client is connected.', { clientId });
      return {};
    },
    refusedLogins: async () => {
      const available = isThere();
      return { available, items: available ? broker.refusedLogins() : [] };
    },
  };
}

/** Holds the source while somebody looks: its state now, and then after changes. */
async function* watchSource(
  sources: Sources,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<TrafficState, void, undefined> {
  const letGo = sources.get(id).hold();
  let before = '';
  try {
    while (!signal.aborted) {
      // A profile may be removed while it is watched.
      const state = sources.log(id).state(sources.get(id).state());
      const now = JSON.stringify(state);
      if (now !== before) yield state;
      before = now;
      if (!signal.aborted) await pause(watchEveryMs, signal);
    }
  } finally {
    letGo();
  }
}
