import { describe, expect, test } from 'vitest';
import type { AckingMqttClient } from '../../src/main/ingest/index.ts';
import type { InboundMessage, MessageDone, MessageSink } from '../../src/shared/domain/inbound-message.ts';
import { scriptedBroker, type ScriptedBroker } from '../support/scripted-broker.ts';
import { until } from '../support/until.ts';
import { subscriberBench } from '../support/ingest-subscriber.ts';

const mac = '1C:69:20:E9:18:24';
const topic = `datayoti/sensor/${mac}/data`;
const { cleanUps, subscriber } = subscriberBench();

/** Keeps what comes; the test says when it is durable. */
class HeldSink implements MessageSink {
  readonly messages: { readonly message: InboundMessage; readonly done: MessageDone }[] = [];

  submit(message: InboundMessage, done: MessageDone): void {
    this.messages.push({ message, done });
  }

  texts(): readonly string[] {
    return this.messages.map(({ message }) => Buffer.from(message.payload).toString());
  }

  commitAll(): void {
    for (const { done } of this.messages) done();
  }
}

describe('against a broker that repeats and forgets', () => {
  const setUp = async (
    options: { granted?: number } = {},
  ): Promise<{
    broker: ScriptedBroker;
    sink: HeldSink;
    warnings: () => readonly string[];
    client: AckingMqttClient;
  }> => {
    const broker = await scriptedBroker(options);
    cleanUps.push(() => broker.close());
    const sink = new HeldSink();
    return { broker, sink, ...subscriber({ port: broker.port, sink }) };
  };

  test('nothing is acknowledged before it is durable, then all in the order of arrival', async () => {
    const { broker, sink } = await setUp();
    const connection = await broker.connection(0);
    for (const messageId of [40, 2, 65_535]) connection.publish({ messageId, qos: 1, topic, payload: 'x' });
    await until(() => sink.messages.length === 3);
    sink.messages[2]?.done();
    sink.messages[1]?.done();
    connection.send({ cmd: 'pingresp' });
    expect(connection.packets.filter((packet) => packet.cmd === 'puback')).toEqual([]);
    sink.messages[0]?.done();
    const sent = await connection.sent('puback', 3);
    expect(sent.map((packet) => packet.messageId)).toEqual([40, 2, 65_535]);
  });

  test("a message in the database's hands when the connection breaks is taken once and acknowledged on the next", async () => {
    const { broker, sink } = await setUp();
    const first = await broker.connection(0);
    first.publish({ messageId: 1, qos: 1, topic, payload: 'a' });
    await until(() => sink.messages.length === 1);
    first.drop();
    const second = await broker.connection(1);
    second.publish({ messageId: 1, qos: 1, dup: true, topic, payload: 'a' });
    second.publish({ messageId: 2, qos: 1, topic, payload: 'b' });
    await until(() => sink.messages.length === 2);
    expect(sink.texts()).toEqual(['a', 'b']);
    sink.commitAll();
    expect((await second.sent('puback', 2)).map((packet) => packet.messageId)).toEqual([1, 2]);
  });

  test('QoS 2: stored once however often it is sent, PUBREC and PUBCOMP each time', async () => {
    const { broker, sink } = await setUp();
    const first = await broker.connection(0);
    first.publish({ messageId: 9, qos: 2, topic, payload: 'a' });
    await until(() => sink.messages.length === 1);
    expect(first.packets.some((packet) => packet.cmd === 'pubrec')).toBe(false);
    sink.commitAll();
    await first.sent('pubrec');
    first.drop();
    const second = await broker.connection(1);
    second.publish({ messageId: 9, qos: 2, dup: true, topic, payload: 'a' });
    await second.sent('pubrec');
    second.send({ cmd: 'pubrel', messageId: 9 });
    expect(await second.sent('pubcomp')).toMatchObject([{ messageId: 9 }]);
    second.send({ cmd: 'pubrel', messageId: 9 });
    await second.sent('pubcomp', 2);
    second.publish({ messageId: 9, qos: 2, topic, payload: 'b' });
    await until(() => sink.messages.length === 2);
    expect(sink.texts()).toEqual(['a', 'b']);
    sink.messages[1]?.done();
  });

  test('closing waits for what is being committed and acknowledges it', async () => {
    const { broker, sink, client } = await setUp();
    const connection = await broker.connection(0);
    connection.publish({ messageId: 3, qos: 1, topic, payload: 'a' });
    await until(() => sink.messages.length === 1);
    const closed = client.close();
    sink.commitAll();
    await closed;
    await connection.sent('disconnect');
    expect(connection.packets.map((packet) => packet.cmd).slice(-2)).toEqual(['puback', 'disconnect']);
  });

  test('a message that the ingest refuses is not acknowledged and is new when it comes again', async () => {
    const { broker, sink } = await setUp();
    const first = await broker.connection(0);
    first.publish({ messageId: 4, qos: 1, topic, payload: 'a' });
    await until(() => sink.messages.length === 1);
    sink.messages[0]?.done(new Error('full'));
    const second = await broker.connection(1);
    second.publish({ messageId: 4, qos: 1, dup: true, topic, payload: 'a' });
    await until(() => sink.messages.length === 2);
    sink.messages[1]?.done();
    expect(await second.sent('puback')).toMatchObject([{ messageId: 4 }]);
    expect(first.packets.some((packet) => packet.cmd === 'puback')).toBe(false);
  });

  test('a broker that grants less than asked for is named, and one that refuses is an error', async () => {
    const { broker, warnings } = await setUp({ granted: 0 });
    await broker.connection(0);
    await until(() => warnings().some((text) => text.includes('QoS 0')));
    const refusing = await setUp({ granted: 0x80 });
    await until(() => refusing.client.state().phase === 'refused');
    expect(refusing.client.state().error).toMatchObject({ code: 'mqtt.access-denied' });
  });
});
