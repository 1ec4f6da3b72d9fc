import type { Client } from '../../../shared/contract/contract.ts';
import type { TrafficState } from '../../../shared/contract/traffic.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { dataFolder, passwordFrom } from './answer.ts';
import { untilSignal } from './board-work.ts';
import type { SourceOptions } from './traffic-options.ts';

export type TrafficClient = Client['traffic'];

export interface TrafficSession {
  readonly client: TrafficClient;
  /** The id of the source that was asked for. */
  readonly source: string;
}

/**
 * Works with the broker that the options name: through the application of the data folder (the one that runs, else one
 * inside this process, whose stack is stopped again), or directly.
 *
 * @param onEnd as `untilSignal`
 */
export async function withTraffic<T>(
  options: SourceOptions,
  work: (session: TrafficSession, signal: AbortSignal) => Promise<T>,
  onEnd: 'cancel' | 'finish' = 'cancel',
): Promise<T | undefined> {
  return untilSignal(async (signal) => {
    const { mqtt } = options;
    const opened =
      mqtt === undefined ? await ofApplication(options, signal) : await direct({ ...options, mqtt });
    try {
      return await work(opened, signal);
    } finally {
      await opened.close();
    }
  }, onEnd);
}

type Opened = TrafficSession & { close(): Promise<void> };

async function ofApplication(options: SourceOptions, signal: AbortSignal): Promise<Opened> {
  const { applicationClient } = await import('./application-client.ts');
  const started = options.source === 'stack';
  const application = await applicationClient(dataFolder(options), signal, { started });
  try {
    const client = application.client.traffic;
    const { items } = await client.sources({}, { signal });
    const found = items.find(({ id, name }) => id === options.source || name === options.source);
    if (found === undefined)
      throw new AppError(
        'traffic.source-unknown',
        `There is no profile ${options.source}: ${items.map(({ id, name }) => (name === '' ? id : name)).join(', ')}.`,
        { source: options.source },
      );
    return { client, source: found.id, close: () => application.close() };
  } catch (error) {
    await application.close();
    throw error;
  }
}

async function direct(options: SourceOptions & { readonly mqtt: string }): Promise<Opened> {
  const { directTraffic } = await import('./traffic-direct.ts');
  const password = await passwordFrom(options.mqttPasswordFile, 'DATAYOTI_MQTT_PASSWORD');
  return directTraffic(options, password);
}

/**
 * Keeps the source connected until the signal. @returns its state once it is
 * @throws AppError why it is not: after the first try for a broker that never answered
 */
export async function connected(
  { client, source }: TrafficSession,
  signal: AbortSignal,
): Promise<TrafficState> {
  const states = await client.watch({ source }, { signal });
  const iterator = states[Symbol.asyncIterator]();
  for (;;) {
    const next: IteratorResult<TrafficState, unknown> = await iterator.next();
    if (next.done === true) throw new AppError('connection.lost', 'The application ended.');
    const { value } = next;
    const { phase, error } = value.source;
    if (phase === 'connected') {
      void readOn(iterator);
      return value;
    }
    if (phase !== 'stopped' && (phase !== 'waiting' || error === null)) continue;
    await iterator.return?.();
    throw error === null
      ? new AppError('traffic.source-away', 'The broker is not running.', { source })
      : new AppError(error.code, error.message, error.data);
  }
}

/** Who stops reading lets the source go. */
async function readOn(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    while ((await iterator.next()).done !== true);
  } catch {
    // The end of the command is the end of it.
  }
}
