import { connectAsync, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { AppError } from '../../shared/domain/app-error.ts';
import { pause } from '../foundation/watch-state.ts';
import { retainedBytesAtMost, retainedLimitMs, retainedMessagesAtMost, retainedQuietMs } from './limits.ts';
import type { RetainedCopies, RetainedCopy } from './source.ts';

const connectLimitMs = 10_000;
const lookEveryMs = 20;

/**
 * What a broker retains below a filter, by a connection of its own: a new subscription is answered with a copy of each
 * (MQTT 3.1.1, section 3.8.4). Asked for with QoS 0 first, since brokers bound what waits for a client with QoS 1 and 2
 * (Mosquitto's `max_queued_messages`) and leave out the rest in silence; then once more with QoS 2, which tells the QoS
 * of as many as come. `complete` is false beyond 50 000 messages or 32 MB, and where they do not end within 20 s.
 *
 * @throws AppError `traffic.source-away`
 */
export async function gatherRetained(
  options: IClientOptions,
  filter: string,
  signal: AbortSignal,
): Promise<RetainedCopies> {
  let client: MqttClient;
  try {
    client = await connectAsync({
      ...options,
      clientId: `${options.clientId ?? 'datayoti'}-r${Math.random().toString(36).slice(2, 8)}`,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: connectLimitMs,
      resubscribe: false,
    });
  } catch (error) {
    throw away(error);
  }
  const ended = new AbortController();
  client.on('error', () => ended.abort());
  client.on('close', () => ended.abort());
  const stop = AbortSignal.any([signal, ended.signal]);
  try {
    const gathered = new Gathered();
    client.on('message', (_topic, _payload, packet) => gathered.take(packet));
    const complete = await answered(client, filter, 0, gathered, stop);
    if (complete && gathered.size > 0) {
      gathered.again();
      await answered(client, filter, 2, gathered, stop);
    }
    signal.throwIfAborted();
    return { messages: gathered.messages(), complete: complete && !gathered.full };
  } catch (error) {
    signal.throwIfAborted();
    throw away(error);
  } finally {
    client.removeAllListeners('message');
    await client.endAsync(true).catch(() => undefined);
  }
}

class Gathered {
  readonly #copies = new Map<string, RetainedCopy>();
  #bytes = 0;
  /** Those that were heard the first time, and not yet the second. */
  #awaited: Set<string> | undefined;
  full = false;
  heardMs = performance.now();

  take({ topic, payload, qos, retain }: IPublishPacket): void {
    if (!retain || this.full) return;
    this.heardMs = performance.now();
    this.#awaited?.delete(topic);
    const before = this.#copies.get(topic);
    const bytes = Buffer.from(payload);
    this.#bytes += bytes.length - (before?.payload.length ?? 0);
    this.full =
      this.#bytes > retainedBytesAtMost ||
      (before === undefined && this.#copies.size >= retainedMessagesAtMost);
    if (!this.full)
      this.#copies.set(topic, { topic, payload: bytes, qos: Math.max(qos, before?.qos ?? 0) as 0 | 1 | 2 });
  }

  get size(): number {
    return this.#copies.size;
  }

  /** All of the first time came once more: nothing is left to wait for. */
  get whole(): boolean {
    return this.#awaited?.size === 0;
  }

  again(): void {
    this.#awaited = new Set(this.#copies.keys());
  }

  messages(): readonly RetainedCopy[] {
    return [...this.#copies.values()];
  }
}

/** @returns whether they came to an end */
async function answered(
  client: MqttClient,
  filter: string,
  qos: 0 | 2,
  gathered: Gathered,
  stop: AbortSignal,
): Promise<boolean> {
  const untilMs = performance.now() + retainedLimitMs;
  await client.subscribeAsync(filter, { qos });
  gathered.heardMs = performance.now();
  while (!gathered.full && performance.now() < untilMs) {
    const left = gathered.heardMs + retainedQuietMs - performance.now();
    if (left <= 0 || gathered.whole) return true;
    await pause(Math.min(left, lookEveryMs), stop);
    if (stop.aborted) throw new Error('the connection ended');
  }
  return false;
}

function away(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('traffic.source-away', `The broker is not connected: ${reason}.`, { reason }, cause);
}
