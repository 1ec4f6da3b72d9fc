import { expect, test } from 'vitest';
import type { BoardIdentity } from '../../shared/contract/boards.ts';
import type { BatchBoard, BatchSettings } from '../../shared/contract/provisioning.ts';
import { configurationOn, configurationWriter, differenceFor } from './configuration-writer.ts';
import { buildNvsImage, parseNvs, type NvsEntry } from './nvs/index.ts';

const settings: BatchSettings = {
  firmwareId: null,
  wifiSsid: 'HCS-Sensors',
  wifiPassword: null,
  mqttHost: '192.168.50.10',
  mqttPort: 1883,
  mqttTls: false,
  intervalS: 60,
  dhtGpio: 17,
  dhtType: 22,
  ntpHost: 'pool.ntp.org',
  eraseAll: false,
  backupFirst: false,
};
const board: BatchBoard = {
  address: '/dev/ttyUSB0',
  siteRef: 'HCS',
  name: 'CR2-06',
  position: 'Rack D, top',
  zoneId: null,
  temperatureOffset: -0.25,
  humidityOffset: 0,
  replaces: null,
};
const login = { username: 'sensor-246F288B401C', password: 'x'.repeat(24) };
const wanted = { settings, board, wifiPassword: 'correct horse', login, ca: null };
const calibration: NvsEntry = {
  namespace: 'phy',
  key: 'cal_data',
  type: 'blob',
  value: new Uint8Array(1904).map((_, index) => index % 251),
};
const pages = 6;

test('the configuration goes in, what others keep stays, and the login is found again', () => {
  const before = buildNvsImage([calibration], pages * 4096);
  const merged = configurationWriter.merge(before, wanted);
  expect(merged.image.length).toBe(before.length);
  expect(merged.keptNamespaces).toBe(1);
  expect(parseNvs(merged.image).entries).toContainEqual(calibration);
  expect(configurationWriter.loginIn(merged.image)).toEqual(login);
  expect(configurationOn(merged.image)).toMatchObject({
    configurationProblem: 'none',
    configuration: {
      wifiSsid: 'HCS-Sensors',
      hasWifiPassword: true,
      name: 'CR2-06',
      temperatureOffset: -0.25,
    },
  });
  expect(JSON.stringify(configurationOn(merged.image))).not.toContain('correct horse');
});

test('the same wish writes the same bytes, and its hash says nothing of passwords', () => {
  const blank = new Uint8Array(pages * 4096).fill(0xff);
  const once = configurationWriter.merge(blank, wanted);
  const twice = configurationWriter.merge(once.image, wanted);
  expect(twice.sha256).toBe(once.sha256);
  expect(Buffer.compare(twice.image, once.image)).toBe(0);
  expect(configurationWriter.merge(blank, { ...wanted, wifiPassword: 'other words' }).sha256).toBe(
    once.sha256,
  );
  expect(configurationWriter.loginIn(blank)).toBeNull();
});

test('a wish that no board could keep is refused before anything is written', () => {
  const blank = new Uint8Array(pages * 4096).fill(0xff);
  const bad = { ...wanted, settings: { ...settings, mqttHost: 'no host!' } };
  expect(() => configurationWriter.merge(blank, bad)).toThrow(
    expect.objectContaining({ code: 'configuration.invalid' }),
  );
});

test('the difference names what changes and nothing else', () => {
  const { image } = configurationWriter.merge(new Uint8Array(pages * 4096).fill(0xff), wanted);
  const identity = { ...configurationOn(image) } as BoardIdentity;
  expect(differenceFor(identity, board, settings)).toEqual([]);
  expect(differenceFor(identity, { ...board, name: 'CR2-07' }, { ...settings, intervalS: 300 })).toEqual([
    { key: 'name', before: 'CR2-06', after: 'CR2-07' },
    { key: 'intervalS', before: '60', after: '300' },
  ]);
  expect(
    differenceFor({ configuration: null } as BoardIdentity, board, settings).map(({ before }) => before),
  ).toContain(null);
});
