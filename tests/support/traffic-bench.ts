import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import type { App } from '../../src/main/app.ts';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { AccountStore } from '../../src/main/stack/index.ts';
import { trafficWork, type TrafficWork } from '../../src/shared/contract/traffic.ts';
import { profileInput, publication, type Publication } from '../../src/shared/contract/traffic-parts.ts';
import { freePorts, openApplication, readyDataFolder, type Ports } from './embedded-application.ts';
import type { MosquittoBroker } from './mosquitto-broker.ts';
import { until } from './until.ts';

const signal = new AbortController().signal;

export interface TrafficBench {
  readonly app: App;
  readonly data: string;
  readonly ports: Ports;
  /** A client of the embedded broker that may do everything. */
  client(): Promise<MqttClient>;
  /** Closes the application and opens it again, its stack stopped. */
  again(): Promise<App>;
  cleanUp(): Promise<void>;
}

interface Heard {
  readonly atMs: number;
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** The whole application with its embedded stack running. */
export async function trafficBench(settings: object = {}): Promise<TrafficBench> {
  const ports = await freePorts();
  const { folder, data } = await readyDataFolder({ ...ports, ...settings });
  const accounts = new AccountStore(join(data, 'broker', 'accounts.json'), systemClock);
  await accounts.create({ username: 'admin', role: 'admin', mac: null, password: 'admin-pass' });
  let app = await openApplication(data);
  await app.handlers.stack.start({}, signal);
  const clients: MqttClient[] = [];
  return {
    get app() {
      return app;
    },
    data,
    ports,
    client: async () => {
      const client = await connectAsync(`mqtt://127.0.0.1:${ports.mqttPort}`, {
        username: 'admin',
        password: 'admin-pass',
        reconnectPeriod: 0,
      });
      clients.push(client);
      return client;
    },
    again: async () => {
      await app.close();
      app = await openApplication(data);
      return app;
    },
    cleanUp: async () => {
      for (const client of clients) await client.endAsync(true);
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everything that a client receives from now on. */
export async function hear(client: MqttClient, filter: string, qos: 0 | 2 = 2): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  client.on('message', (topic, payload, { qos, retain }) => {
    heard.push({ atMs: performance.now(), topic, payload: payload.toString('base64'), qos, retain });
  });
  await client.subscribeAsync(filter, { qos });
  return heard;
}

export function message(topic: string, text: string, part: Partial<Publication> = {}): Publication {
  return publication.parse({ topic, payload: { form: 'text', text }, qos: 1, retain: false, ...part });
}

/** A profile for a real Mosquitto. @returns its id */
export async function profileOf(app: App, broker: MosquittoBroker, part: object = {}): Promise<string> {
  const saved = await app.handlers.traffic.saveProfile(
    profileInput.parse({
      id: null,
      name: 'Mosquitto',
      scheme: 'mqtt',
      host: '127.0.0.1',
      port: broker.port,
      username: broker.username,
      password: broker.password,
      version: 5,
      ...part,
    }),
    signal,
  );
  return saved.id;
}

export async function workOf(app: App): Promise<TrafficWork> {
  const states = app.handlers.traffic.watchWork({}, signal);
  for await (const state of states) return trafficWork.parse(state);
  throw new Error('no state');
}

/** The replay once it is over. */
export async function replayed(app: App): Promise<NonNullable<TrafficWork['replay']>> {
  return until(
    async () => {
      const { replay } = await workOf(app);
      return replay !== null && replay.phase !== 'running' ? replay : undefined;
    },
    { timeoutMs: 30_000, what: 'the replay ends' },
  );
}

/** How many messages the ingest has put aside since its start. */
export async function quarantined(app: App): Promise<number> {
  for await (const counters of app.handlers.ingest.watch({}, signal))
    return Object.values(counters.quarantined).reduce((sum, count) => sum + count, 0);
  return 0;
}
