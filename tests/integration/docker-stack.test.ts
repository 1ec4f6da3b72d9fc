import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connectAsync } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { ensureEngine, hasEngine, localEngine } from '../support/container-engine.ts';
import { freePorts, newDataFolder, openApplication } from '../support/embedded-application.ts';
import { freePort } from '../support/free-port.ts';
import { ensureStackImages, imageVariables } from '../support/stack-images.ts';
import { removeProject } from '../support/stack-folder.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const mac = '1C:69:20:E9:18:24' as MacAddress;

describe.skipIf(!hasEngine)('the application on the Docker stack', () => {
  let stopEngine: () => Promise<void> = () => Promise.resolve();
  let engine: DockerEngine;
  let app: App;
  let folder: string;
  let project: string;

  beforeAll(async () => {
    stopEngine = await ensureEngine();
    await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
    engine = await localEngine();
  }, 600_000);
  afterEach(async () => {
    await app.close();
    await removeProject(engine, project);
    await rm(folder, { recursive: true, force: true });
  }, 120_000);
  afterAll(async () => {
    await engine.close();
    await stopEngine();
  }, 60_000);

  async function open(): Promise<App> {
    project = `dyt${randomBytes(4).toString('hex')}`;
    const made = newDataFolder({
      ...(await freePorts()),
      grafanaPort: await freePort(),
      stackKind: 'docker',
    });
    folder = made.folder;
    app = await openApplication(made.data, environment());
    return app;
  }
  const environment = (): Record<string, string> => ({
    ...imageVariables,
    COMPOSE_PROJECT_NAME: project,
    INGESTOR_IMAGE: `${project}-ingestor:test`,
  });

  test('one start from nothing; a board is adopted, its readings are shown once the ingestor stored them', async () => {
    const { handlers, settings } = await open();
    await handlers.stack.start({}, signal);
    const [state] = await take(handlers.stack.watch({}, signal), 1);
    expect(state).toMatchObject({
      kind: 'docker',
      phase: 'running',
      database: { kind: 'timescaledb-apache' },
    });

    await handlers.devices.createSite({ ref: 'HCS', name: 'Harbour', description: '' }, signal);
    const { password } = await handlers.broker.createAccount(
      { username: 'sensor-1', role: 'device', mac, password: '' },
      signal,
    );
    const board = await connectAsync({
      host: '127.0.0.1',
      port: settings.current.mqttPort,
      username: 'sensor-1',
      password,
      reconnectPeriod: 200,
    });
    try {
      await until(
        async () => {
          // Its account has yet to reach the broker in the container.
          await board.publishAsync(`datayoti/sensor/${mac}/data`, reading(21), { qos: 1 });
          return (await candidates(app)).includes(mac);
        },
        { timeoutMs: 20_000, what: 'the board is a candidate' },
      );
      await handlers.devices.adopt({ mac, siteRef: 'HCS', name: 'Door', zoneId: null }, signal);
      await board.publishAsync(`datayoti/sensor/${mac}/data`, reading(22.5), { qos: 1 });
      await until(async () => (await latest(app)) === 22.5, {
        timeoutMs: 20_000,
        what: 'the reading is shown',
      });
    } finally {
      await board.endAsync(true);
    }
  }, 180_000);
});

function reading(temperature: number): string {
  return JSON.stringify({ device_id: mac, temperature, humidity: 60 });
}

async function take<T>(stream: AsyncIterable<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) if (items.push(item) === count) break;
  return items;
}

async function snapshot(app: App) {
  const [first] = await take(app.handlers.devices.watch({}, signal), 1);
  if (first?.type !== 'snapshot') throw new Error('the first item is no snapshot');
  return first;
}

async function candidates(app: App): Promise<readonly string[]> {
  return (await snapshot(app)).candidates.map((candidate) => candidate.mac);
}

async function latest(app: App): Promise<number | null | undefined> {
  return (await snapshot(app)).devices.find((device) => device.mac === mac)?.temperature;
}
