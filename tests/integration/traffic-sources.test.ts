import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { Listeners } from '../../src/main/foundation/listeners.ts';
import { Sources } from '../../src/main/traffic/traffic-sources.ts';
import type { Profile } from '../../src/shared/contract/traffic-parts.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';
import { testBroker, type TestBroker } from '../support/test-broker.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const lingerMs = 300;
let own: TestBroker;
let broker: MosquittoBroker;
let sources: Sources;
let place: { kind: 'embedded' | 'docker' | 'published'; address: string };
let isRunning: boolean;
const stackChanges = new Listeners<void>();

const access = (): { host: string; port: number; username: string; password: string } => ({
  host: '127.0.0.1',
  port: broker.port,
  username: broker.username,
  password: broker.password,
});
const switchTo = (kind: typeof place.kind, running: boolean): void => {
  isRunning = running;
  place = { kind, address: running ? `${broker.port}` : '' };
  stackChanges.tell();
};
const publish = async (port: number, topic: string, login: object): Promise<void> => {
  const client = await connectAsync({ host: '127.0.0.1', port, ...login });
  await client.publishAsync(topic, 'x', { qos: 1 });
  await client.endAsync();
};
const publishThere = (topic: string): Promise<void> =>
  publish(broker.port, topic, { username: broker.username, password: broker.password });
const phase = (): string => sources.get('stack').state().phase;

describe.skipIf(!hasMosquitto)('the broker of the stack', () => {
  beforeEach(async () => {
    own = await testBroker();
    broker = await startMosquitto();
    place = { kind: 'embedded', address: '' };
    isRunning = false;
    const profiles: readonly Profile[] = [];
    sources = new Sources({
      broker: own.broker,
      stack: {
        place: () => place,
        onChange: (listener) => stackChanges.add(listener),
        access: () => (isRunning ? access() : undefined),
      },
      profiles: {
        profiles: () => profiles,
        secretsOf: () => Promise.resolve({ password: null, key: null }),
        onChange: () => () => undefined,
      },
      clock: systemClock,
      lingerMs,
    });
  });
  afterEach(async () => {
    await sources.close();
    await own.cleanUp();
    await broker.stop();
  });

  test('who holds it sees whichever is chosen, and what was kept of the other is gone', async () => {
    const letGo = sources.get('stack').hold();
    await publish(own.config.mqttPort, 'here', { username: 'admin', password: 'admin-pass' });
    await until(() => sources.log('stack').ring.newestOfTopic('here') > 0, { what: 'the embedded message' });
    switchTo('docker', false);
    expect(sources.log('stack').messages).toBe(0);
    await until(() => phase() === 'stopped', { what: 'the container does not run' });
    await expect(sources.get('stack').retained(signal)).rejects.toMatchObject({
      code: 'traffic.source-away',
    });
    switchTo('docker', true);
    await until(() => phase() === 'connected', { what: 'connected as soon as it runs' });
    await publishThere('there');
    await until(() => sources.log('stack').ring.newestOfTopic('there') > 0, { what: 'its message' });
    await publish(own.config.mqttPort, 'here', { username: 'admin', password: 'admin-pass' });
    expect(sources.log('stack').ring.newestOfTopic('here')).toBe(0);
    switchTo('docker', false);
    await until(() => phase() === 'stopped', { what: 'stopped again' });
    expect(sources.log('stack').ring.newestOfTopic('there')).toBeGreaterThan(0);
    switchTo('embedded', false);
    expect(sources.get('stack').state()).toMatchObject({ kind: 'embedded', phase: 'connected' });
    expect(sources.log('stack').messages).toBe(0);
    letGo();
  });

  test('without anybody who looks it is left after a while, and begins anew for the next', async () => {
    switchTo('docker', true);
    expect(phase()).toBe('idle');
    const first = sources.get('stack').hold();
    const second = sources.get('stack').hold();
    await until(() => phase() === 'connected', { what: 'connected' });
    await publishThere('seen');
    await until(() => sources.log('stack').messages === 1, { what: 'the message' });
    first();
    first();
    second();
    const again = sources.get('stack').hold();
    expect(phase()).toBe('connected');
    expect(sources.log('stack').messages).toBe(1);
    again();
    await until(() => phase() === 'idle', { what: 'left' });
    expect(sources.log('stack').messages).toBe(0);
    await publishThere('not seen');
    const { reasonCode } = await sources
      .get('stack')
      .publish(
        { topic: 'sent', payload: Buffer.from('y'), qos: 1, retain: true, contentType: '', user: [] },
        signal,
      );
    expect(reasonCode).toBeNull();
    const { messages, complete } = await sources.get('stack').retained(signal);
    expect({ complete, topics: messages.map(({ topic }) => topic) }).toEqual({
      complete: true,
      topics: ['sent'],
    });
    await until(() => phase() === 'idle', { what: 'left again' });
  });

  test('a message that the ingest refuses has failed, and one that waits is waiting', async () => {
    const held: ((error?: Error) => void)[] = [];
    own.hold(held);
    const client = await connectAsync({
      host: '127.0.0.1',
      port: own.config.mqttPort,
      username: 'admin',
      password: 'admin-pass',
      reconnectPeriod: 0,
    });
    client.on('error', () => undefined);
    const { ring } = sources.log('stack');
    client.publish('waits', 'x', { qos: 1 });
    await until(() => ring.newestOfTopic('waits') > 0, { what: 'the message' });
    const seq = ring.newestOfTopic('waits');
    expect(ring.outcomeOf(seq)).toEqual({ kind: 'waiting', tookMs: null, reason: null });
    held[0]?.(new Error('too many'));
    expect(ring.outcomeOf(seq)).toMatchObject({ kind: 'failed', reason: null });
    await client.endAsync(true);
  });
});
