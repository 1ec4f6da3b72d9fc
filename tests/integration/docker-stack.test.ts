import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connectAsync } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { hasEngine, localEngine } from '../support/container-engine.ts';
import { freePorts, newDataFolder, openApplication } from '../support/embedded-application.ts';
import { freePort } from '../support/free-port.ts';
import { putReadyVolume } from '../support/ready-volume.ts';
import { ensureStackImages, imageVariables, ingestorImage } from '../support/stack-images.ts';
import { removeProject } from '../support/stack-folder.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const mac = '1C:69:20:E9:18:24' as MacAddress;

describe.skipIf(!hasEngine)('the application on the Docker stack', () => {
  let engine: DockerEngine;
  let app: App;
  let folder: string;
  let data: string;
  let project: string;

  beforeAll(async () => {
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
  }, 60_000);

  async function open(): Promise<App> {
    project = `dyt${randomBytes(4).toString('hex')}`;
    const made = newDataFolder({
      ...(await freePorts()),
      grafanaPort: await freePort(),
      stackKind: 'docker',
    });
    ({ folder, data } = made);
    app = await openApplication(data, environment());
    return app;
  }
  async function openReady(): Promise<App> {
    const opened = await open();
    await putReadyVolume(engine, project);
    return opened;
  }
  const environment = (): Record<string, string> => ({
    ...imageVariables,
    COMPOSE_PROJECT_NAME: project,
    INGESTOR_IMAGE: ingestorImage(),
  });

  async function board(username: string, password: string, options: object = {}) {
    return connectAsync({
      host: '127.0.0.1',
      port: app.settings.current.mqttPort,
      username,
      password,
      reconnectPeriod: 0,
      ...options,
    });
  }

  test('a board is adopted, shown once the ingestor stored it, and its account ends without a restart', async () => {
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
    const sensor = await board('sensor-1', password);
    await sensor.publishAsync(`datayoti/sensor/${mac}/data`, reading(21), { qos: 1 });
    await until(async () => (await candidates(app)).includes(mac), {
      timeoutMs: 20_000,
      what: 'the board is a candidate',
    });
    await handlers.devices.adopt({ mac, siteRef: 'HCS', name: 'Door', zoneId: null }, signal);
    await sensor.publishAsync(`datayoti/sensor/${mac}/data`, reading(22.5), { qos: 1 });
    await until(async () => (await latest(app)) === 22.5, {
      timeoutMs: 20_000,
      what: 'the reading is shown',
    });

    // The same account over TLS with the application's own authority, and over WebSocket.
    const { pem } = await handlers.broker.authority({}, signal);
    const secure = await board('sensor-1', password, {
      protocol: 'mqtts',
      port: settings.current.mqttsPort,
      ca: pem,
    });
    await secure.endAsync();
    const web = await board('sensor-1', password, { protocol: 'ws', port: settings.current.websocketPort });
    await web.endAsync();
    await expect(board('sensor-1', 'wrong')).rejects.toThrow(/not authorized|bad user/i);

    const ended = new Promise<void>((resolve) => sensor.once('close', () => resolve()));
    const startedBefore = await brokerStart();
    await handlers.broker.removeAccount({ username: 'sensor-1' }, signal);
    await ended;
    await expect(board('sensor-1', password)).rejects.toThrow(/not authorized/i);
    expect(await brokerStart()).toBe(startedBefore);
  }, 180_000);

  test('readings are stored while no application is there, and a later one finds the stack as it is', async () => {
    const { handlers } = await openReady();
    await handlers.stack.start({}, signal);
    await handlers.devices.createSite({ ref: 'HCS', name: 'Harbour', description: '' }, signal);
    const { password } = await handlers.broker.createAccount(
      { username: 'sensor-1', role: 'device', mac, password: '' },
      signal,
    );
    await handlers.devices.adopt({ mac, siteRef: 'HCS', name: 'Door', zoneId: null }, signal);
    const before = await containerIds();
    const sensor = await board('sensor-1', password);
    await app.close();

    await sensor.publishAsync(`datayoti/sensor/${mac}/data`, reading(19.25), { qos: 1 });
    await sensor.endAsync();
    app = await openApplication(data, environment());
    await app.handlers.stack.start({}, signal);
    expect(await containerIds()).toEqual(before);
    await until(async () => (await latest(app)) === 19.25, {
      timeoutMs: 20_000,
      what: 'the reading of before is shown',
    });
  }, 180_000);

  test('where nobody else stores, the application does', async () => {
    const { handlers } = await openReady();
    await handlers.stack.start({}, signal);
    await handlers.devices.createSite({ ref: 'HCS', name: 'Harbour', description: '' }, signal);
    const { password } = await handlers.broker.createAccount(
      { username: 'sensor-1', role: 'device', mac, password: '' },
      signal,
    );
    await handlers.devices.adopt({ mac, siteRef: 'HCS', name: 'Door', zoneId: null }, signal);
    await engine.stopContainer(`${project}-ingestor-1`, 5);
    const sensor = await board('sensor-1', password);
    await sensor.publishAsync(`datayoti/sensor/${mac}/data`, reading(18.5), { qos: 1 });
    await sensor.endAsync();
    await until(async () => (await latest(app)) === 18.5, {
      timeoutMs: 20_000,
      what: 'the reading is shown',
    });
    await until(async () => (await service('ingestor'))?.state === 'exited', {
      timeoutMs: 10_000,
      what: 'the ended ingestor is seen',
    });
  }, 180_000);

  test('a start that is cancelled leaves nothing running; an engine that is gone holds nobody back', async () => {
    const { handlers, settings } = await open();
    const starting = handlers.stack.start({}, signal);
    starting.catch(() => undefined);
    await until(async () => (await running()) > 0, { timeoutMs: 60_000, what: 'a container runs' });
    await handlers.stack.stop({}, signal);
    await expect(starting).rejects.toThrow();
    expect(await running()).toBe(0);

    await settings.update({ dockerEngine: `unix://${folder}/none.sock` });
    await expect(handlers.stack.start({}, signal)).rejects.toMatchObject({ code: 'engine.not-running' });
    const [failed] = await take(handlers.stack.watch({}, signal), 1);
    expect(failed).toMatchObject({ kind: 'docker', phase: 'failed', error: { code: 'engine.not-running' } });
    await handlers.stack.use({ kind: 'embedded' }, signal);
    const [state] = await take(handlers.stack.watch({}, signal), 1);
    expect(state).toMatchObject({ kind: 'embedded', phase: 'running' });
  }, 180_000);

  async function running(): Promise<number> {
    const found = await engine.listContainers({ 'com.docker.compose.project': project });
    return found.filter(({ State }) => State === 'running').length;
  }

  async function brokerStart(): Promise<string | undefined> {
    return (await engine.inspectContainer(`${project}-mosquitto-1`))?.State.StartedAt;
  }

  async function containerIds(): Promise<readonly string[]> {
    const found = await engine.listContainers({ 'com.docker.compose.project': project });
    return found.map(({ Id }) => Id).toSorted();
  }

  async function service(name: string) {
    const [state] = await take(app.handlers.docker.watch({}, signal), 1);
    return state?.services.find((item) => item.name === name);
  }
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
