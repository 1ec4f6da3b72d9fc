import type { z } from 'zod';
import type { App } from '../../src/main/app.ts';
import { trafficLiveContract, type TrafficState } from '../../src/shared/contract/traffic.ts';
import { until } from './until.ts';

type Live = typeof trafficLiveContract;
type Question = Exclude<keyof Live, 'watch'>;

/** Asks as a screen does: what is left out of the question is added, and the answer is held against the contract. */
export async function ask<Name extends Question>(
  app: App,
  name: Name,
  question: z.input<Live[Name]['input']>,
  signal = new AbortController().signal,
): Promise<z.output<Live[Name]['output']>> {
  const { input, output } = trafficLiveContract[name];
  const handler = app.handlers.traffic[name] as (asked: unknown, signal: AbortSignal) => Promise<unknown>;
  return output.parse(await handler(input.parse(question), signal)) as z.output<Live[Name]['output']>;
}

export interface Watched {
  /** The newest. */
  state(): TrafficState;
  until(condition: (state: TrafficState) => boolean, what: string): Promise<TrafficState>;
  stop(): Promise<void>;
  /** The end of the stream, or its failure. */
  readonly over: Promise<void>;
}

/** Watches a source as an open screen does, until it is stopped. */
export async function watchTraffic(app: App, source: string): Promise<Watched> {
  const stop = new AbortController();
  let newest: TrafficState | undefined;
  const over = (async () => {
    for await (const state of app.handlers.traffic.watch({ source }, stop.signal))
      newest = trafficLiveContract.watch.item.parse(state);
  })();
  over.catch(() => undefined);
  await until(() => newest, { what: 'the first state' });
  const state = (): TrafficState => {
    if (newest === undefined) throw new Error('no state');
    return newest;
  };
  return {
    over,
    state,
    until: async (condition, what) => {
      await until(() => condition(state()), { what, timeoutMs: 30_000 }).catch((error: unknown) => {
        throw new Error(`${what}: ${JSON.stringify(newest)}`, { cause: error });
      });
      return state();
    },
    stop: async () => {
      stop.abort();
      await over;
    },
  };
}
