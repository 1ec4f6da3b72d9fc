import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  checkDeviceConfiguration,
  type DeviceConfigurationInput,
} from '../../shared/domain/device-configuration.ts';
import {
  configurationDifference,
  configurationEntries,
  configurationHash,
  configurationImage,
  parseDeviceConfiguration,
  secretSign,
  storedConfiguration,
  withoutSecrets,
} from './device-configuration.ts';
import { buildNvsImage, parseNvs, type NvsEntry } from './nvs/index.ts';

const minimal: DeviceConfigurationInput = {
  wifiSsid: 'Plant-A',
  wifiPassword: 'secret12',
  mqttHost: '192.168.1.10',
  mqttUser: 'sensor-1',
  mqttPassword: 'p4ssw0rd',
  siteRef: 'SITE_001',
};
const complete = parseDeviceConfiguration({
  ...minimal,
  mqttTls: true,
  mqttCa: `-----BEGIN CERTIFICATE-----\n${'MIIB'.repeat(1500)}\n-----END CERTIFICATE-----\n`,
  name: 'Cold room, door',
  temperatureOffset: -0.35,
  humidityOffset: 1.29,
});
const size = 0x6000;

it('has the keys and types that the firmware reads', () => {
  const table = configurationEntries(complete).map((entry) => [
    entry.key,
    entry.type,
    entry.type === 'str' ? Buffer.from(entry.value).toString() : entry.type === 'blob' ? 'PEM' : entry.value,
  ]);
  expect(table).toEqual([
    ['schema', 'u8', 1],
    ['wifi_ssid', 'str', 'Plant-A'],
    ['wifi_pass', 'str', 'secret12'],
    ['mqtt_host', 'str', '192.168.1.10'],
    ['mqtt_port', 'u16', 8883],
    ['mqtt_tls', 'u8', 1],
    ['mqtt_ca', 'blob', 'PEM'],
    ['mqtt_user', 'str', 'sensor-1'],
    ['mqtt_pass', 'str', 'p4ssw0rd'],
    ['site_ref', 'str', 'SITE_001'],
    ['dev_name', 'str', 'Cold room, door'],
    ['interval_s', 'u32', 60],
    ['dht_gpio', 'u8', 17],
    ['dht_type', 'u8', 22],
    ['t_off_cdeg', 'i16', -35],
    ['h_off_cpct', 'i16', 129],
    ['ntp_host', 'str', 'pool.ntp.org'],
  ]);
});

it('comes back from flash as it was, beside what other parts of the firmware keep there', () => {
  const calibration: readonly NvsEntry[] = [
    { namespace: 'phy', key: 'cal_data', type: 'blob', value: new Uint8Array(1904).fill(7) },
    { namespace: 'nvs.net80211', key: 'sta.ssid', type: 'blob', value: new Uint8Array(36) },
    { namespace: 'datayoti', key: 'boot_count', type: 'u32', value: 12 },
    { namespace: 'datayoti', key: 'mqtt_ca', type: 'blob', value: new Uint8Array([1]) },
  ];
  const plain = parseDeviceConfiguration(minimal);
  const image = configurationImage(plain, size, buildNvsImage(calibration, size));
  const entries = parseNvs(image).entries;
  expect(entries.slice(0, 3)).toEqual(calibration.slice(0, 3));
  const { mqttCa: _absent, ...there } = plain;
  expect(storedConfiguration(entries)).toEqual({
    schema: 1,
    values: there,
    missing: [],
    unknownKeys: ['boot_count'],
  });
  expect(storedConfiguration(parseNvs(configurationImage(complete, size, image)).entries)?.values).toEqual(
    complete,
  );
  expect(storedConfiguration(calibration.slice(0, 2))).toBeUndefined();
});

it('reads any network name and password back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 32 }),
      fc.string({ unit: fc.constantFrom(...Array.from(`#,"'&%+_. é漢`)), minLength: 8, maxLength: 20 }),
      (wifiSsid, wifiPassword) => {
        const checked = checkDeviceConfiguration({ ...minimal, wifiSsid, wifiPassword });
        if (!checked.ok) return;
        const entries = parseNvs(configurationImage(checked.configuration, size)).entries;
        expect(storedConfiguration(entries)?.values).toMatchObject({ wifiSsid, wifiPassword });
      },
    ),
    { numRuns: 50 },
  );
});

it('takes a value of another type as missing, since the firmware cannot read it', () => {
  const entries = configurationEntries(complete).map((entry): NvsEntry =>
    entry.key === 'wifi_ssid' ? { ...entry, type: 'blob', value: new Uint8Array([65]) } : entry,
  );
  expect(storedConfiguration(entries)).toMatchObject({ missing: ['wifiSsid'] });
});

it('shows what changes, and of secrets only that they do', () => {
  const after = { ...complete, wifiPassword: 'other-secret', siteRef: 'SITE_002', mqttCa: null };
  const changes = configurationDifference(complete, after);
  expect(changes).toContainEqual({ field: 'siteRef', before: 'SITE_001', after: 'SITE_002' });
  expect(changes).toContainEqual({ field: 'wifiPassword', before: secretSign, after: secretSign });
  expect(changes).toContainEqual(expect.objectContaining({ field: 'mqttCa', after: null }));
  expect(changes).toHaveLength(3);
  expect(JSON.stringify([changes, withoutSecrets(complete)])).not.toMatch(/secret12|p4ssw0rd|other-secret/);
  expect(configurationDifference(complete, complete)).toEqual([]);
});

it('has a hash that tells configurations apart but gives no secret away', () => {
  const hash = configurationHash(complete);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(configurationHash({ ...complete, intervalS: 61 })).not.toBe(hash);
  expect(configurationHash({ ...complete, wifiPassword: 'something else' })).toBe(hash);
});

it('names what is wrong with a configuration', () => {
  expect(() => parseDeviceConfiguration({ ...minimal, mqttPort: 0, wifiSsid: '' })).toThrow(
    expect.objectContaining({
      code: 'configuration.invalid',
      data: { field: 'wifiSsid', reason: 'required', problems: 'wifiSsid: required, mqttPort: out-of-range' },
    }),
  );
});
