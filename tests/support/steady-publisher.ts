import { connect, type MqttClient } from 'mqtt';
import { sensorTopic } from '../../src/shared/domain/topics.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';

/** What a reading of that time says, different from its neighbours'; exact in single precision. */
export function valuesAt(timeMs: number): { readonly temperature: number; readonly humidity: number } {
  const second = timeMs / 1_000;
  return { temperature: (second % 317) / 4 - 20, humidity: (second % 397) / 4 };
}

/**
 * Publishes readings at QoS 1 at a steady rate, each with a time of its own, and remembers which ones the
 * broker acknowledged. Over a lost connection it goes on with the next reading, as a board would.
 */
export class SteadyPublisher {
  /** Times (epoch ms) of readings whose publication was acknowledged. */
  readonly acknowledged = new Set<number>();
  readonly #client: MqttClient;
  readonly #timer: NodeJS.Timeout;
  #next: number;

  constructor(options: {
    url: string;
    username: string;
    password: string;
    mac: MacAddress;
    perSecond: number;
    firstTimeMs: number;
  }) {
    const { url, username, password, mac, perSecond, firstTimeMs } = options;
    this.#next = firstTimeMs;
    this.#client = connect(url, {
      username,
      password,
      reconnectPeriod: 100,
      clean: true,
      queueQoSZero: false,
    });
    this.#client.on('error', () => undefined);
    const perTick = Math.max(1, Math.round(perSecond / 50));
    this.#timer = setInterval(
      () => {
        for (let i = 0; i < perTick && this.#client.connected; i++) this.#publish(mac);
      },
      (1000 * perTick) / perSecond,
    );
  }

  get sentUpTo(): number {
    return this.#next;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.endAsync(true).catch(() => undefined);
  }

  #publish(mac: MacAddress): void {
    const time = this.#next;
    this.#next += 1_000;
    const body = { device_id: mac, timestamp: new Date(time).toISOString(), ...valuesAt(time) };
    this.#client.publish(sensorTopic(mac, 'data'), JSON.stringify(body), { qos: 1 }, (error) => {
      if (!error) this.acknowledged.add(time);
    });
  }
}
