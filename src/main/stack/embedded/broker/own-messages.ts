import { AppError } from '../../../../shared/domain/app-error.ts';
import { timeTopic } from '../../../../shared/domain/topics.ts';
import type { Clock } from '../../../foundation/clock.ts';
import { publishPacket, type BrokerCore } from './broker-core.ts';
import { ownClient, type BrokerTraffic } from './broker-traffic.ts';
import type { RetainedKeeper, RetainedMessage } from './retained-keeper.ts';

export interface OwnMessageParts {
  /** While the broker runs. */
  readonly core: () => BrokerCore | undefined;
  readonly retained: RetainedKeeper;
  readonly traffic: BrokerTraffic;
  readonly clock: Clock;
}

interface Wish {
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** What the application itself publishes on its broker. */
export class OwnMessages {
  readonly #parts: OwnMessageParts;

  constructor(parts: OwnMessageParts) {
    this.#parts = parts;
  }

  /** Does not pass the sink. @throws AppError `stack.not-running` */
  async publish(topic: string, payload: Uint8Array | string, options: Wish): Promise<void> {
    const core = this.#running();
    const body = Buffer.from(payload);
    this.#tell(topic, body, options);
    if (options.retain) {
      await new Promise<void>((resolve, reject) => {
        this.#parts.retained.keep({ topic, payload: body, qos: options.qos }, (error) =>
          error === undefined ? resolve() : reject(error),
        );
      });
    }
    await publishPacket(core.aedes, topic, body, options);
  }

  /**
   * A message that goes the way of a client's, through the sink too; but the clearing of a retained message is none of
   * a sensor, and would only be put aside as malformed.
   * @throws AppError `stack.not-running`, and the sink's errors
   */
  async publishThrough(message: RetainedMessage & { readonly retain: boolean }): Promise<void> {
    const { topic, qos, retain } = message;
    if (retain && message.payload.length === 0) {
      await this.publish(topic, '', { qos: qos === 0 ? 0 : 1, retain });
      return;
    }
    const core = this.#running();
    const payload = Buffer.from(message.payload);
    const packet = { cmd: 'publish' as const, topic, payload, qos, retain, dup: false };
    await new Promise<void>((resolve, reject) => {
      core.gate.take(packet, { client: ownClient, account: '' }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
    // Where there was no room for it the gate took the wish to retain it away.
    await publishPacket(core.aedes, topic, payload, packet);
  }

  /** The time of this machine, for boards that reach no time server. */
  async publishTime(): Promise<void> {
    const payload = Buffer.from(JSON.stringify({ epoch_ms: this.#parts.clock.now() }));
    const options = { qos: 0, retain: false } as const;
    this.#tell(timeTopic, payload, options);
    await publishPacket(this.#running().aedes, timeTopic, payload, options);
  }

  #running(): BrokerCore {
    const core = this.#parts.core();
    if (core === undefined) throw new AppError('stack.not-running', 'The broker is not running.');
    return core;
  }

  #tell(topic: string, payload: Buffer, options: Wish): void {
    const receivedMs = this.#parts.clock.now();
    const { traffic } = this.#parts;
    traffic.taken.tell({
      topic,
      payload,
      ...options,
      receivedMs,
      client: ownClient,
      account: '',
      ingested: false,
    });
  }
}
