import { expect, test } from 'vitest';
import { samplePartitions } from '../../src/simulator/esp32/sample-firmware.ts';
import { firmwareFile, sensorPartitions } from '../../tests/support/sensor-firmware.ts';
import {
  buildPartitionTable,
  nvsPartition,
  parsePartitionTable,
  printPartitionTable,
} from '../../src/main/flashing/images/index.ts';
import {
  configurationEntries,
  configurationImage,
  configurationNamespace,
  configurationSchema,
  parseDeviceConfiguration,
} from '../../src/main/provisioning/device-configuration.ts';
import { parseNvs } from '../../src/main/provisioning/nvs/index.ts';

const core = 'components/datayoti_core';
const define = (name: string): string =>
  new RegExp(`^#define ${name} "?(.+?)"?$`, 'm').exec(
    firmwareFile(`${core}/include/datayoti/config.h`) + firmwareFile(`${core}/include/datayoti/limits.h`),
  )?.[1] ?? '';

/** Of the firmware alone: no tool writes it. */
const firmwareKeys = ['hostname'];
const largest = parseDeviceConfiguration({
  wifiSsid: 's'.repeat(32),
  wifiPassword: 'p'.repeat(63),
  mqttHost: `${'h'.repeat(63)}.${'h'.repeat(63)}.${'h'.repeat(63)}.${'h'.repeat(61)}`,
  mqttTls: true,
  mqttCa: `-----BEGIN CERTIFICATE-----\n${'A'.repeat(7_946)}\n-----END CERTIFICATE-----`,
  mqttUser: 'u'.repeat(64),
  mqttPassword: 'w'.repeat(128),
  siteRef: 'S'.repeat(50),
  name: '漢'.repeat(60),
  ntpHost: 'ntp.example.org',
});

/** The names in the firmware's source, in the order of its table, and the type that it reads each as. */
function firmwareTable(): ReadonlyMap<string, string> {
  const source = firmwareFile(`${core}/src/config.c`);
  const constants = (/^enum \{([^}]*)KEYS\b/m.exec(source)?.[1] ?? '').match(/\w+/g) ?? [];
  const names = [...(/names\[KEYS\] = \{([^}]*)\}/.exec(source)?.[1] ?? '').matchAll(/"(\w+)"/g)];
  expect(names).toHaveLength(constants.length);
  const types = new Map(
    [...source.matchAll(/load(?:_text)?\(l, (\w+), DY_TYPE_(\w+)/g)].map(([, key = '', type = '']) => [
      key,
      type,
    ]),
  );
  // Both hosts and both one-line names go through a function that takes the key: all of them are texts.
  return new Map(
    constants.map((constant, n) => [names[n]?.[1] ?? '', (types.get(constant) ?? 'STR').toLowerCase()]),
  );
}

test('the keys and types that are written are those that the firmware reads', () => {
  const written = new Map(configurationEntries(largest).map(({ key, type }) => [key, type as string]));
  const read = new Map([...firmwareTable()].filter(([key]) => !firmwareKeys.includes(key)));
  expect(Object.fromEntries(read)).toEqual(Object.fromEntries(written));
  expect(configurationNamespace).toBe(define('DY_NVS_NAMESPACE'));
  expect(String(configurationSchema)).toBe(define('DY_CONFIG_SCHEMA'));
});

test('the longest texts that can be written have room in the firmware, each with its NUL', () => {
  const sizes = {
    wifi_ssid: 'DY_SSID_SIZE',
    wifi_pass: 'DY_WIFI_PASS_SIZE',
    mqtt_host: 'DY_HOST_SIZE',
    mqtt_ca: 'DY_CA_SIZE',
    mqtt_user: 'DY_MQTT_USER_SIZE',
    mqtt_pass: 'DY_MQTT_PASS_SIZE',
    site_ref: 'DY_SITE_SIZE',
  } as const;
  const lengths = new Map(
    configurationEntries(largest).flatMap((entry) =>
      entry.type === 'str' || entry.type === 'blob' ? [[entry.key, entry.value.length] as const] : [],
    ),
  );
  for (const [key, size] of Object.entries(sizes))
    expect([key, (lengths.get(key) ?? 0) + 1]).toEqual([key, Number(define(size))]);
  expect(lengths.get('dev_name')).toBeLessThan(Number(define('DY_NAME_SIZE')));
});

test('the partition table of the firmware is one that the application can work with', () => {
  const bytes = buildPartitionTable(sensorPartitions());
  const table = parsePartitionTable(bytes, 'partitions.csv');
  expect(table.partitions).toEqual(sensorPartitions());
  const nvs = nvsPartition(table);
  expect(nvs).toMatchObject({ name: 'nvs', offset: 0x9000, encrypted: false, readonly: false });
  // Of 4 MB: the smallest flash that boards have.
  expect(Math.max(...table.partitions.map(({ offset, size }) => offset + size))).toBe(4 * 2 ** 20);
  const [first, second] = table.partitions.filter(({ type }) => type === 0);
  expect([first?.subtype, second?.subtype, second?.size]).toEqual([0x10, 0x11, first?.size]);
  expect(printPartitionTable(table)).toContain('log,data,undefined,');
});

test('the largest configuration fits the NVS partition, also in the place of another', () => {
  const size = nvsPartition(parsePartitionTable(buildPartitionTable(sensorPartitions()), ''))?.size ?? 0;
  const once = configurationImage(largest, size);
  const twice = configurationImage({ ...largest, siteRef: 'OTHER' }, size, once);
  expect(parseNvs(twice).entries).toHaveLength(configurationEntries(largest).length);
});

test('a board in the simulator is laid out as one with the firmware, but for its log', () => {
  const rows = sensorPartitions().map(({ name, type, subtype, offset, size }) => ({
    label: name,
    type,
    subtype,
    offset,
    size,
  }));
  expect(rows.filter(({ label }) => label !== 'log')).toEqual(samplePartitions);
});
