import { connect as connectMqtt, connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach } from 'vitest';
import { testBroker, type TestBroker } from './test-broker.ts';

export interface BrokerBench {
  readonly start: (...wishes: Parameters<typeof testBroker>) => Promise<TestBroker>;
  /** A client that is logged in with an account of the test broker. */
  readonly connect: (to: TestBroker, account: string, options?: IClientOptions) => Promise<MqttClient>;
  /** The same, with its payloads as they come, those included that follow the CONNACK at once. */
  readonly connectAndCollect: (
    to: TestBroker,
    account: string,
    options: IClientOptions,
  ) => { readonly client: MqttClient; readonly got: string[] };
}

/** A broker for each test, and clients of it; all of them end with the test. */
export function brokerBench(): BrokerBench {
  let subject: TestBroker | undefined;
  const clients: MqttClient[] = [];

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await subject?.cleanUp();
    subject = undefined;
  });

  const optionsFor = (to: TestBroker, account: string, options: IClientOptions): IClientOptions => ({
    port: to.config.mqttPort,
    host: '127.0.0.1',
    username: account,
    password: `${account}-pass`,
    reconnectPeriod: 0,
    ...options,
  });
  return {
    start: async (...wishes) => {
      subject = await testBroker(...wishes);
      return subject;
    },
    connect: async (to, account, options = {}) => {
      const client = await connectAsync(optionsFor(to, account, options));
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    connectAndCollect: (to, account, options) => {
      const client = connectMqtt(optionsFor(to, account, options));
      const got: string[] = [];
      client.on('message', (_topic, payload) => got.push(payload.toString()));
      client.on('error', () => undefined);
      clients.push(client);
      return { client, got };
    },
  };
}
