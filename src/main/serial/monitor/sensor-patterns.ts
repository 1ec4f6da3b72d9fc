import { number, type Pattern } from './log-pattern.ts';

/**
 * What our own firmware writes, and the virtual board after it. The table of its lines, with the event that belongs
 * to each, is firmware/components/datayoti_core/include/datayoti/log_lines.h. Names of networks stand in quotes and
 * may hold anything, so that each pattern begins at the tag and ends with the line.
 */
const line = (text: string): RegExp => new RegExp(`^[EWI] \\([\\d:.]+\\) datayoti: ${text}$`, 'u');
const element = (text: string): RegExp => new RegExp(`^E \\([\\d:.]+\\) dht(?:11|22): ${text}$`, 'u');

export const sensorPatterns: readonly Pattern[] = [
  {
    id: 'sensor-starting',
    severity: 'note',
    match: line(String.raw`DataYoti sensor \S*, [0-9A-F]{2}(?::[0-9A-F]{2}){5}`),
  },
  {
    id: 'not-configured',
    severity: 'warn',
    match: line('not configured: NVS namespace "datayoti" is empty'),
  },
  { id: 'configuration-incomplete', severity: 'bad', match: line('configuration incomplete: (?<keys>.+)') },
  {
    id: 'configuration-newer',
    severity: 'bad',
    match: line(String.raw`configuration has schema (?<schema>\d+), this firmware knows (?<known>\d+)`),
    data: number('schema', 'known'),
  },
  {
    id: 'configuration-unreadable',
    severity: 'bad',
    match: line('NVS (?:cannot be (?:read|written)|cannot be opened: .+)'),
  },
  {
    id: 'site-known',
    severity: 'good',
    match: line(String.raw`site (?<siteRef>[\w.-]+)(?:, "(?<site>.*)")?, every \d+ s`),
    data: ({ site, siteRef = '' }) => ({ site: site ?? siteRef, siteRef }),
  },
  {
    id: 'dht-pin-replaced',
    severity: 'warn',
    match: line(String.raw`GPIO (?<wanted>\d+) cannot have the DHT on this chip, GPIO (?<used>\d+) is used`),
    data: number('wanted', 'used'),
  },
  { id: 'wifi-connecting', severity: 'note', match: line('Wi-Fi connecting to ".*"') },
  {
    id: 'wifi-got-ip',
    severity: 'good',
    match: line(String.raw`Wi-Fi connected, RSSI -?\d+ dBm \(\w+\), sta ip: (?<ip>\d{1,3}(?:\.\d{1,3}){3})`),
  },
  { id: 'wifi-connected', severity: 'good', match: line(String.raw`Wi-Fi connected, RSSI -?\d+ dBm`) },
  {
    id: 'wifi-no-network',
    severity: 'bad',
    match: line(String.raw`Wi-Fi ".*": no such network \(reason 201\)`),
  },
  {
    id: 'wifi-wrong-password',
    severity: 'bad',
    match: line(String.raw`Wi-Fi ".*": wrong password \(reason 15\)`),
  },
  { id: 'wifi-no-address', severity: 'bad', match: line('Wi-Fi ".*": joined, but no address from DHCP') },
  { id: 'wifi-reconnecting', severity: 'warn', match: line('Wi-Fi ".*": connection lost') },
  { id: 'wifi-failed', severity: 'bad', match: line('Wi-Fi ".*": (?:no answer in time|could not join)') },
  {
    id: 'signal-too-weak',
    severity: 'bad',
    match: line(String.raw`signal too weak: (?<rssi>-?\d+) dBm, no connection is tried`),
    data: number('rssi'),
  },
  {
    id: 'signal-recovered',
    severity: 'good',
    match: line(String.raw`signal usable again: (?<rssi>-?\d+) dBm`),
    data: number('rssi'),
  },
  {
    id: 'clock-set',
    severity: 'good',
    match: line(String.raw`time (?:set by (?:NTP|datayoti/time)|adjusted): (?<time>\S+)`),
  },
  { id: 'clock-not-set', severity: 'bad', match: line('no time yet, readings wait') },
  {
    id: 'broker-connecting',
    severity: 'note',
    match: line(String.raw`MQTT connecting to (?<host>\S+):(?<port>\d+) as .*`),
    data: ({ host = '', port }) => ({ host, port: Number(port) }),
  },
  { id: 'mqtt-connected', severity: 'good', match: line('MQTT connected') },
  { id: 'mqtt-lost', severity: 'warn', match: line('MQTT connection lost') },
  { id: 'mqtt-unreachable', severity: 'bad', match: line('MQTT unreachable: .+') },
  { id: 'mqtt-refused-login', severity: 'bad', match: line('MQTT login refused.*') },
  { id: 'mqtt-refused-rights', severity: 'bad', match: line('MQTT not authorised') },
  { id: 'broker-failed', severity: 'bad', match: line('MQTT connection failed') },
  {
    id: 'reading',
    severity: 'good',
    match: line(String.raw`measured (?<temperature>-?\d+(?:\.\d+)?) C, (?<humidity>\d+(?:\.\d+)?) %`),
    data: number('temperature', 'humidity'),
  },
  {
    id: 'reading-sent',
    severity: 'good',
    match: line(
      String.raw`published (?<temperature>-?\d+(?:\.\d+)?) C, (?<humidity>\d+(?:\.\d+)?) %(?:, \d+ waiting)?`,
    ),
    data: number('temperature', 'humidity'),
  },
  { id: 'dht-silent', severity: 'bad', match: element('no response pulse') },
  { id: 'dht-checksum', severity: 'bad', match: element('(?:checksum error|unreadable answer)') },
  { id: 'dht-implausible', severity: 'bad', match: element('impossible value') },
  {
    id: 'queue-full',
    severity: 'warn',
    match: line(String.raw`queue full, (?<readings>\d+) oldest readings dropped`),
    data: number('readings'),
  },
  {
    id: 'queue-undatable',
    severity: 'warn',
    match: line('reading from before the restart has no time, dropped'),
  },
  { id: 'heap-low', severity: 'bad', match: line(String.raw`heap (?:low|critical): \d+ bytes`) },
  { id: 'factory-reset', severity: 'warn', match: line('factory reset') },
];
