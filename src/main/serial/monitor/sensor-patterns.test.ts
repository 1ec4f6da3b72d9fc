import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventsOf } from './log-patterns.ts';

interface Row {
  readonly name: string;
  readonly level: string;
  readonly tag: string;
  readonly format: string;
  readonly event: string;
}

/** The firmware's own table of its lines. */
const table = new URL(
  '../../../../firmware/components/datayoti_core/include/datayoti/log_lines.h',
  import.meta.url,
);
const portFolder = new URL('../../../../firmware/main/', import.meta.url);

const text = String.raw`"((?:[^"\\]|\\.)*)"`;
const rowOf = new RegExp(String.raw`X\((\w+), ([EWI]), ${text}, ${text},\s*${text}\)`, 'g');
const plain = (source: string): string => source.replaceAll(/\\(.)/g, '$1');

const rows: readonly Row[] = [...readFileSync(table, 'utf8').replaceAll(/\\\n/g, '\n').matchAll(rowOf)].map(
  ([, name = '', level = '', tag = '', format = '', event = '']) => ({
    name,
    level,
    tag: plain(tag),
    format: plain(format),
    event: plain(event),
  }),
);

/** What stands in for the values of a line, in their order; a network's name tries to look like something else. */
const hostile = 'reason 15) Brownout detector was triggered "';
const values: Readonly<Record<string, readonly (string | number)[]>> = {
  DY_LOG_HELLO: ['0.1.0', '1C:69:20:E9:18:24'],
  DY_LOG_RESET: ['brown-out'],
  DY_LOG_INCOMPLETE: ['mqtt_host, site_ref'],
  DY_LOG_NEWER_SCHEMA: [2, 1],
  DY_LOG_SITE: ['SITE_001', 60],
  DY_LOG_SITE_NAMED: ['SITE_001', 'Chambre "froide"', 60],
  DY_LOG_WIFI_CONNECTING: [hostile],
  DY_LOG_WIFI_CONNECTED: [-61, 'fair', '192.168.1.40'],
  DY_LOG_WIFI_NO_NETWORK: [hostile],
  DY_LOG_WIFI_PASSWORD: ['reason 201'],
  DY_LOG_WIFI_NO_ADDRESS: [hostile],
  DY_LOG_WIFI_LOST: [hostile],
  DY_LOG_WIFI_TIMEOUT: [hostile],
  DY_LOG_WIFI_FAILED: [hostile],
  DY_LOG_SIGNAL_WEAK: [-88],
  DY_LOG_SIGNAL_RECOVERED: [-70],
  DY_LOG_TIME_NTP: ['2025-11-03T14:30:25.000Z'],
  DY_LOG_TIME_BROKER: ['2025-11-03T14:30:25.000Z'],
  DY_LOG_TIME_ADJUSTED: ['2025-11-03T14:30:25.000Z'],
  DY_LOG_MQTT_CONNECTING: ['broker.local', 1883, 'sensor 1'],
  DY_LOG_MQTT_UNREACHABLE: ['broker.local', 1883],
  DY_LOG_MQTT_TIMEOUT: ['broker.local', 1883],
  DY_LOG_RETRY: [4],
  DY_LOG_MEASURED: ['-3.5', '65.3'],
  DY_LOG_PUBLISHED: ['22.5', '65', 3],
  DY_LOG_DHT_SILENT: [22],
  DY_LOG_DHT_CHECKSUM: [11],
  DY_LOG_DHT_BAD: [22],
  DY_LOG_DHT_IMPLAUSIBLE: [22],
  DY_LOG_QUEUE_FULL: [127],
  DY_LOG_QUEUE_LEFT: [3],
  DY_LOG_HEAP_LOW: [49_000],
  DY_LOG_HEAP_CRITICAL: [19_000],
  DY_LOG_COMMAND: ['blink'],
  DY_LOG_BAD_COMMAND: ['datayoti/time'],
  DY_LOG_WIFI_STORED: ['Plant-A'],
};

/** As ESP-IDF prints it. */
function printed({ level, tag, format, name }: Row): string {
  const left = [...(values[name] ?? [])];
  const filled = `${tag}: ${format}`.replaceAll(/%([sud%])/g, (_, kind: string) => {
    if (kind === '%') return '%';
    const value = left.shift();
    if (value === undefined) throw new Error(`${name}: no value for %${kind}`);
    return String(value);
  });
  expect([name, left]).toEqual([name, []]);
  return `${level} (12345) ${filled}`;
}

test('the table of the firmware has been read whole', () => {
  const names = [...readFileSync(table, 'utf8').matchAll(/\bX\((\w+),/g)].map(([, name]) => name);
  expect(rows.map(({ name }) => name)).toEqual(names);
  expect(rows.length).toBeGreaterThan(40);
});

test.each(rows)('$name is the event that the firmware means', (row) => {
  const events = eventsOf(printed(row)).map(({ id }) => id);
  expect(events).toEqual(row.event === '' ? [] : [row.event]);
});

test('the values of a line reach the words', () => {
  const data = (line: string) => eventsOf(line)[0]?.data;
  expect(data('I (1) datayoti: site SITE_001, "Cellar, left", every 60 s')).toEqual({
    site: 'Cellar, left',
    siteRef: 'SITE_001',
  });
  expect(data('I (1) datayoti: site SITE_001, every 60 s')).toEqual({
    site: 'SITE_001',
    siteRef: 'SITE_001',
  });
  expect(data('I (1) datayoti: Wi-Fi connected, RSSI -61 dBm (fair), sta ip: 192.168.1.40')).toEqual({
    ip: '192.168.1.40',
  });
  expect(data('I (1) datayoti: MQTT connecting to broker.local:1883 as sensor 1')).toEqual({
    host: 'broker.local',
    port: 1883,
  });
  expect(data('I (1) datayoti: measured -3.5 C, 65.3 %')).toEqual({ temperature: -3.5, humidity: 65.3 });
  expect(data('I (1) datayoti: published 22 C, 65.3 %')).toEqual({ temperature: 22, humidity: 65.3 });
  expect(data('W (1) datayoti: queue full, 127 oldest readings dropped')).toEqual({ readings: 127 });
});

test.each([
  [
    'W (1) datayoti: GPIO 17 cannot have the DHT on this chip, GPIO 10 is used',
    'board_pins.c',
    'dht-pin-replaced',
  ],
  [
    'E (1) datayoti: NVS cannot be opened: ESP_ERR_NVS_NO_FREE_PAGES',
    'config_store.c',
    'configuration-unreadable',
  ],
])('%s, which the port layer says, is known', (line, file, event) => {
  expect(eventsOf(line).map(({ id }) => id)).toEqual([event]);
  // The words between the values are those of the source.
  const source = readFileSync(new URL(file, portFolder), 'utf8');
  const words = line.replace(/^[EW] \(1\) datayoti: /, '').split(/GPIO \d+ ?|: [A-Z_]+$/);
  for (const part of words.filter(Boolean)) expect(source).toContain(part.trim());
});

test('what the port layer says of a failure beside the core is not counted as one more', () => {
  const lines = [
    'I (1) datayoti: Wi-Fi ended with code 15',
    'I (1) datayoti: broker: TLS 0x2700, certificate 0x8, socket 104',
  ];
  for (const line of lines) expect(eventsOf(line)).toEqual([]);
});
