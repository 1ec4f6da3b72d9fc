import { afterEach } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { AckingMqttClient, type AckingMqttClientOptions } from '../../src/main/ingest/index.ts';
import { collectingLog } from './collecting-log.ts';

export interface SubscriberBench {
  /** Done in reverse order after each test. */
  readonly cleanUps: (() => Promise<void> | void)[];
  readonly subscriber: (
    options: Partial<AckingMqttClientOptions> & Pick<AckingMqttClientOptions, 'port' | 'sink'>,
  ) => {
    readonly client: AckingMqttClient;
    readonly warnings: () => readonly string[];
  };
}

/** The client of the ingest at a broker on this machine; it ends with its test. */
export function subscriberBench(): SubscriberBench {
  const cleanUps: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  return {
    cleanUps,
    subscriber: (options) => {
      const { log, lines } = collectingLog();
      const client = new AckingMqttClient({
        host: '127.0.0.1',
        clientId: 'ingest-under-test',
        filters: ['datayoti/sensor/#'],
        log,
        clock: systemClock,
        ...options,
      });
      cleanUps.push(() => client.close());
      client.start();
      return {
        client,
        warnings: () => lines.filter((line) => line.level === 'warn').map((line) => line.text),
      };
    },
  };
}
