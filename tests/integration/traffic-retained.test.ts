import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatherRetained } from '../../src/main/traffic/gather-retained.ts';
import { freePort } from '../support/free-port.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';

const signal = new AbortController().signal;
let broker: MosquittoBroker;

describe.skipIf(!hasMosquitto)('what a real Mosquitto retains', () => {
  beforeAll(async () => {
    broker = await startMosquitto({ maxQueued: 1_000, maxInflight: 20 });
  });
  afterAll(() => broker.stop());
  const address = (port = broker.port) => ({
    host: '127.0.0.1',
    port,
    username: broker.username,
    password: broker.password,
  });

  test.each([4 as const, 5 as const])(
    'is gathered whole, also beyond what may wait for a client (MQTT %i)',
    async (protocolVersion) => {
      const writer = await connectAsync(address());
      await Promise.all(
        Array.from({ length: 3_000 }, (_, number) =>
          writer.publishAsync(`r/${number}`, `value ${number}`, { qos: 1, retain: true }),
        ),
      );
      await writer.publishAsync('exact', Buffer.from([0, 255]), { qos: 2, retain: true });
      await writer.publishAsync('gone', 'x', { qos: 1, retain: true });
      await writer.publishAsync('gone', '', { qos: 1, retain: true });
      const live = setInterval(() => writer.publish('live', 'x', { qos: 0 }), 20);
      try {
        const { messages, complete } = await gatherRetained({ ...address(), protocolVersion }, '#', signal);
        expect([messages.length, complete]).toEqual([3_001, true]);
        const found = new Map(messages.map((message) => [message.topic, message]));
        expect(found.get('r/2999')?.payload.toString()).toBe('value 2999');
        expect(found.has('live')).toBe(false);
        const below = await gatherRetained({ ...address(), protocolVersion }, 'exact/#', signal);
        expect(below.messages).toEqual([{ topic: 'exact', payload: Buffer.from([0, 255]), qos: 2 }]);
      } finally {
        clearInterval(live);
        await writer.endAsync();
      }
    },
  );

  test('a broker that is not there is told of', async () => {
    await expect(gatherRetained(address(await freePort()), '#', signal)).rejects.toMatchObject({
      code: 'traffic.source-away',
    });
  });
});
