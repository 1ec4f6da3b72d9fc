import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  parseDeviceConfiguration,
  configurationImage,
} from '../../src/main/provisioning/device-configuration.ts';
import { withImprov } from '../../src/main/provisioning/improv/index.ts';
import { buildNvsImage, parseNvs } from '../../src/main/provisioning/nvs/index.ts';
import { createLineOpener, LogInterpreter } from '../../src/main/serial/index.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { sampleFirmware, samplePartitions } from '../../src/simulator/esp32/sample-firmware.ts';
import { VirtualBoard } from '../../src/simulator/esp32/virtual-board.ts';
import { freePorts, openApplication, readyDataFolder } from '../support/embedded-application.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';
import {
  buildSensorHost,
  canBuildSensorHost,
  startSensorHost,
  type SensorHost,
} from '../support/sensor-host.ts';
import { until } from '../support/until.ts';

const mac = '02:DE:70:00:00:20' as MacAddress;
const virtualMac = '02:DE:70:00:00:21' as MacAddress;
const nvsBytes = 0x6000;
const signal = new AbortController().signal;
const air = [
  { ssid: 'Plant-A', password: 'secret12', rssi: -61 },
  { ssid: 'Open', password: '', rssi: -72 },
];

interface Login {
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

const configuration = ({ port, username, password }: Login) =>
  parseDeviceConfiguration({
    wifiSsid: 'Plant-A',
    wifiPassword: 'secret12',
    mqttHost: '127.0.0.1',
    mqttPort: port,
    mqttUser: username,
    mqttPassword: password,
    siteRef: 'SITE_001',
    name: 'CR1-01',
    intervalS: 5,
    temperatureOffset: -1.25,
  });

let folder: string;
const sensors: SensorHost[] = [];

async function start(...args: Parameters<typeof startSensorHost>): Promise<SensorHost> {
  const sensor = await startSensorHost(...args);
  sensors.push(sensor);
  return sensor;
}

const eventsIn = (log: string) =>
  new LogInterpreter().push(Buffer.from(log), 0).flatMap(({ events }) => events.map(({ id }) => id));

describe.skipIf(!canBuildSensorHost)('the sensor firmware on this machine', () => {
  beforeAll(buildSensorHost, 120_000);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'datayoti-sensor-host-'));
  });
  afterEach(async () => {
    for (const sensor of sensors.splice(0)) await sensor.stop();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('with an NVS image of the application its readings land in the database', async () => {
    const ports = await freePorts();
    const made = await readyDataFolder({ ...ports, firstRunDone: true });
    const app = await openApplication(made.data);
    try {
      await app.handlers.stack.start({}, signal);
      await app.handlers.devices.createSite({ ref: 'SITE_001', name: 'Test', description: '' }, signal);
      const username = 'sensor-host';
      const { password } = await app.handlers.broker.createAccount(
        { username, role: 'device', mac, password: '' },
        signal,
      );
      const login = { port: ports.mqttPort, username, password };
      const sensor = await start(folder, mac, configurationImage(configuration(login), nvsBytes));
      await sensor.says('published');
      expect(sensor.log()).not.toContain(password);
      expect(sensor.log()).toContain('site SITE_001, "CR1-01", every 5 s');
      const adopted = await app.handlers.devices.adopt(
        { mac, siteRef: 'SITE_001', name: 'CR1-01', zoneId: null },
        signal,
      );
      expect(adopted).toMatchObject({ stillQuarantined: 0 });
      const { items } = await app.handlers.history.extent({ macs: [mac] }, signal);
      expect(Math.abs((items[0]?.firstMs ?? 0) - Date.now())).toBeLessThan(60_000);
      const first = items[0]?.lastMs ?? 0;
      await until(async () => {
        const later = await app.handlers.history.extent({ macs: [mac] }, signal);
        return (later.items[0]?.lastMs ?? 0) > first;
      });
    } finally {
      for (const sensor of sensors.splice(0)) await sensor.stop();
      await app.close();
      rmSync(made.folder, { recursive: true, force: true });
    }
  }, 60_000);

  describe.skipIf(!hasMosquitto)('with Mosquitto', () => {
    let broker: MosquittoBroker;
    let observer: MqttClient;
    const heard: { topic: string; payload: Record<string, unknown>; retain: boolean }[] = [];

    beforeAll(async () => {
      broker = await startMosquitto();
      const { username, password } = broker;
      observer = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { username, password });
      observer.on('message', (topic, payload, { retain }) =>
        heard.push({ topic, payload: JSON.parse(payload.toString()) as Record<string, unknown>, retain }),
      );
      await observer.subscribeAsync('datayoti/#');
    });
    afterEach(() => void (heard.length = 0));
    afterAll(async () => {
      await observer.endAsync();
      await broker.stop();
    });

    const last = (of: string, channel: string) =>
      heard.findLast(({ topic }) => topic === `datayoti/sensor/${of}/${channel}`)?.payload;

    test('it is given its network by Improv, keeps it, and publishes', async () => {
      const entries = parseNvs(configurationImage(configuration(broker), nvsBytes)).entries;
      const others = [
        ...entries.filter(({ key }) => !key.startsWith('wifi_')),
        { namespace: 'phy', key: 'cal', type: 'blob', value: Buffer.alloc(1_900, 7) } as const,
      ];
      const sensor = await start(folder, mac, buildNvsImage(others, nvsBytes), { air });
      await sensor.says('configuration incomplete: wifi_ssid');
      await withImprov(createLineOpener(), sensor.port, signal, async (client, state) => {
        expect(state).toBe('ready');
        expect(await client.deviceInfo(signal)).toMatchObject({ firmware: 'datayoti-sensor', chip: 'host' });
        expect(await client.scan(signal)).toEqual([
          { ssid: 'Plant-A', rssi: -61, secured: true },
          { ssid: 'Open', rssi: -72, secured: false },
        ]);
        await expect(client.sendWifi('Plant-A', 'secret13', signal)).rejects.toMatchObject({
          code: 'improv.wifi-refused',
        });
        expect(await client.setDeviceName('Cellar 3', signal)).toBe('Cellar 3');
        await client.sendWifi('Plant-A', 'secret12', signal);
        expect(await client.networkState(signal)).toMatchObject({ online: true, interfaces: ['wifi'] });
      });
      await until(() => last(mac, 'data'), { what: 'a reading' });
      const kept = parseNvs(sensor.nvs());
      expect(kept.problems).toEqual([]);
      const text = (key: string) => {
        const value = kept.entries.find((entry) => entry.key === key)?.value;
        return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
      };
      expect(text('wifi_ssid')).toBe('Plant-A');
      expect(text('wifi_pass')).toBe('secret12');
      expect(text('dev_name')).toBe('Cellar 3');
      expect(kept.entries.find(({ key }) => key === 'cal')?.value).toEqual(new Uint8Array(1_900).fill(7));
      expect(sensor.log()).not.toContain('secret12');
    }, 60_000);

    test('beside the virtual board it has the same topics and payloads', async () => {
      const image = configurationImage(configuration(broker), nvsBytes);
      const board = new VirtualBoard({
        chip: 'esp32',
        mac: virtualMac,
        around: { air: { networks: air, acceptsAny: false, timeServer: true }, timeScale: 10 },
      });
      try {
        for (const { offset, data } of sampleFirmware({ chip: 'esp32', project: 'datayoti-sensor' }))
          board.flash.program(offset, data);
        board.flash.program(samplePartitions[0].offset, image.subarray(0, samplePartitions[0].size));
        board.pressReset();
        await start(folder, mac, image, { air });
        for (const of of [mac, virtualMac]) {
          for (const channel of ['status', 'data', 'heartbeat'])
            await until(() => last(of, channel), { what: `${channel} of ${of}` });
        }
        const shape = (of: string, channel: string) =>
          Object.fromEntries(
            Object.entries(last(of, channel) ?? {}).map(([name, value]) => [name, typeof value]),
          );
        const topics = (of: string) =>
          [...new Set(heard.map(({ topic }) => topic).filter((topic) => topic.includes(of)))]
            .map((topic) => topic.replace(of, ''))
            .toSorted();
        expect(topics(mac)).toEqual(topics(virtualMac));
        expect(shape(mac, 'data')).toEqual(shape(virtualMac, 'data'));
        expect({ timestamp: 'string', ...shape(mac, 'status') }).toEqual(shape(virtualMac, 'status'));
        expect({ timestamp: 'string', ...shape(mac, 'heartbeat') }).toEqual({
          ...shape(virtualMac, 'heartbeat'),
          reset_reason: 'string',
          queued: 'number',
        });
        expect(Object.keys(last(mac, 'data') ?? {})).toEqual(Object.keys(last(virtualMac, 'data') ?? {}));
      } finally {
        await board.close();
      }
    }, 60_000);

    test('it obeys measure and restart, and its last will tells of a power cut', async () => {
      const sensor = await start(folder, mac, configurationImage(configuration(broker), nvsBytes), { air });
      await sensor.says('published');
      const send = (cmd: object) =>
        observer.publishAsync(`datayoti/sensor/${mac}/cmd`, JSON.stringify(cmd), { qos: 1 });
      await send({ cmd: 'measure' });
      await sensor.says('command measure');
      await send({ cmd: 'restart' });
      await sensor.says('reset reason: software');
      await until(() => last(mac, 'heartbeat')?.['reset_reason'] === 'software');
      await sensor.stop();
      sensors.splice(0);
      await until(() => last(mac, 'status')?.['status'] === 'offline', { what: 'the last will' });
    }, 60_000);

    test.each<[string, Partial<Login>, readonly string[], string]>([
      ['a wrong MQTT password', { password: 'wrong-one' }, [], 'mqtt-refused-rights'],
      ['a broker that is not there', { port: 9 }, [], 'mqtt-unreachable'],
      ['a silent DHT', {}, ['--no-dht'], 'dht-silent'],
    ])(
      '%s: it says so in words that the monitor knows, and tries again',
      async (_what, change, args, event) => {
        const image = configurationImage(configuration({ ...pick(broker), ...change }), nvsBytes);
        const sensor = await start(folder, mac, image, { air, args });
        await until(() => eventsIn(sensor.log()).filter((id) => id === event).length >= 2, {
          timeoutMs: 30_000,
          what: event,
        });
        expect(sensor.log()).not.toContain('reset reason: software');
      },
      60_000,
    );

    test('an unknown network and a wrong Wi-Fi password are told', async () => {
      const image = configurationImage(configuration(broker), nvsBytes);
      const elsewhere = await start(folder, mac, image, { air: [] });
      await until(() => eventsIn(elsewhere.log()).includes('wifi-no-network'));
      const wrong = await start(folder, virtualMac, image, {
        air: [{ ssid: 'Plant-A', password: 'other-one', rssi: -60 }],
      });
      await until(() => eventsIn(wrong.log()).includes('wifi-wrong-password'));
    });

    test('without a time it sends nothing dated 1970, and dates what it measured once the time comes', async () => {
      const image = configurationImage(configuration(broker), nvsBytes);
      const sensor = await start(folder, mac, image, { air, args: ['--no-time'] });
      await until(() => last(mac, 'heartbeat'));
      expect(last(mac, 'heartbeat')).toMatchObject({ ntp_sync: false });
      expect(last(mac, 'heartbeat')).not.toHaveProperty('timestamp');
      await sensor.says('measured');
      expect(last(mac, 'data')).toBeUndefined();
      const now = Date.now();
      await observer.publishAsync('datayoti/time', JSON.stringify({ epoch_ms: now }), { qos: 1 });
      await until(() => last(mac, 'data'));
      expect(Date.parse(String(last(mac, 'data')?.['timestamp']))).toBeLessThanOrEqual(now + 2_000);
      expect(JSON.stringify(heard)).not.toContain('1970');
    }, 60_000);
  });
});

function pick({ port, username, password }: MosquittoBroker): Login {
  return { port, username, password };
}
