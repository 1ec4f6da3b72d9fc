import type { Pattern } from './log-pattern.ts';

/** From the boot ROM, the boot loader and the ESP-IDF. Texts: ESP-IDF's sources and its "Fatal Errors" guide. */
export const espIdfPatterns: readonly Pattern[] = [
  {
    id: 'rom-banner',
    severity: 'note',
    match: /^ets \w{3} +\d+ \d{4} \d\d:\d\d:\d\d/,
    data: () => ({ chip: 'ESP32' }),
  },
  {
    id: 'rom-banner',
    severity: 'note',
    match: /^ESP-ROM:esp32(?<family>[a-z]\d+)/,
    data: ({ family = '' }) => ({ chip: `ESP32-${family.toUpperCase()}` }),
  },
  { id: 'waiting-for-download', severity: 'note', match: /^waiting for download/i },
  { id: 'brown-out', severity: 'bad', match: /Brownout detector was triggered/i },
  { id: 'invalid-header', severity: 'bad', match: /^invalid header: 0x(?<header>[0-9a-f]{8})/i },
  { id: 'flash-read-1000', severity: 'bad', match: /^flash read err, 1000/i },
  {
    id: 'flash-read-error',
    severity: 'bad',
    match: /^(?:ets_main\.c.*|flash read err, (?<code>\d+))/i,
    data: ({ code }) => ({ code: code ?? '' }),
  },
  {
    id: 'checksum-error',
    severity: 'bad',
    match: /csum err|checksum failed|Checksum failed|image hash failed|hash of image does not match/i,
  },
  {
    id: 'no-bootable-app',
    severity: 'bad',
    match: /No bootable app partitions|Factory app partition is not bootable/i,
  },
  {
    id: 'partition-table-invalid',
    severity: 'bad',
    match:
      /(?:failed to|Failed to) (?:verify|load) partition table|invalid magic number|partition table MD5/i,
  },
  {
    id: 'image-larger-than-flash',
    severity: 'bad',
    match:
      /Detected size\((?<found>\d+)k\) smaller than the size in the binary image header\((?<expected>\d+)k\)/i,
  },
  {
    id: 'wrong-chip',
    severity: 'bad',
    match: /mismatch chip ID, expected (?<expected>\d+), found (?<found>\d+)/i,
  },
  {
    id: 'wrong-revision',
    severity: 'bad',
    match: /Image requires chip rev >= v?(?<needed>[\d.]+), but chip is v?(?<found>[\d.]+)/i,
  },
  {
    id: 'app-missing',
    severity: 'bad',
    match: /image at (?<offset>0x[0-9a-f]+) has invalid magic byte/i,
  },
  {
    id: 'psram-missing',
    severity: 'bad',
    match: /PSRAM ID read error|Failed to init external RAM|PSRAM (?:chip )?(?:is )?not (?:found|detected)/i,
  },
  {
    id: 'secure-boot-refused',
    severity: 'bad',
    match: /Secure boot (?:verification failed|signature|V2 verification failed)|secure boot check fail/i,
  },
  {
    id: 'panic',
    severity: 'bad',
    match: /Guru Meditation Error: Core +(?<core>\d) panic'ed \((?<reason>[^)]+)\)/i,
    data: ({ core, reason = '' }) => ({ core: Number(core), reason: reason.trim() }),
  },
  { id: 'abort', severity: 'bad', match: /^abort\(\) was called at PC (?<pc>0x[0-9a-f]+)/i },
  { id: 'assert', severity: 'bad', match: /^assert failed: (?<where>.+)/i },
  {
    id: 'error-check',
    severity: 'bad',
    match: /^ESP_ERROR_CHECK failed: esp_err_t (?<code>0x[0-9a-f]+)(?: \((?<name>\w+)\))?/i,
    data: ({ code = '', name = '' }) => ({ code, name }),
  },
  {
    id: 'stack-overflow',
    severity: 'bad',
    match: /stack overflow in task (?<task>[\w-]+)|Stack canary watchpoint triggered \((?<canary>[\w-]+)/i,
    data: ({ task, canary }) => ({ task: task ?? canary ?? '' }),
  },
  { id: 'heap-corrupt', severity: 'bad', match: /CORRUPT HEAP/i },
  {
    id: 'backtrace',
    severity: 'note',
    match: /^Backtrace: ?(?<frames>(?:0x[0-9a-f]+:0x[0-9a-f]+ ?)+)/i,
    data: ({ frames = '' }) => ({ frames: frames.trim() }),
  },
  { id: 'rebooting', severity: 'note', match: /^Rebooting\.\.\./i },
  { id: 'task-watchdog', severity: 'bad', match: /Task watchdog got triggered/i },
  { id: 'interrupt-watchdog', severity: 'bad', match: /Interrupt wdt timeout/i },
  {
    id: 'app-started',
    severity: 'note',
    match: /cpu_start: Project name: +(?<project>.+)/,
    data: ({ project = '' }) => ({ project: project.trim() }),
  },
  {
    id: 'app-version',
    severity: 'note',
    match: /(?:cpu_start|app_init): App version: +(?<version>.+)/,
    data: ({ version = '' }) => ({ version: version.trim() }),
  },
  // esp_wifi_types.h, wifi_err_reason_t: 2 auth expired, 15 4-way handshake timeout, 200 beacon lost,
  // 201 no AP found, 202 auth fail, 203 assoc fail, 204 handshake timeout, 205 connection fail.
  { id: 'wifi-no-network', severity: 'bad', match: /reason[:=]? ?\(?201\b|NO_AP_FOUND|no AP found/i },
  {
    id: 'wifi-wrong-password',
    severity: 'bad',
    match: /reason[:=]? ?\(?(?:15|202|204)\b|4WAY_HANDSHAKE_TIMEOUT|AUTH_FAIL\b|HANDSHAKE_TIMEOUT/i,
  },
  { id: 'wifi-lost', severity: 'warn', match: /reason[:=]? ?\(?(?:200|8|3)\b|BEACON_TIMEOUT/i },
  {
    id: 'wifi-got-ip',
    severity: 'good',
    match: /(?:sta ip|got ip|IP Address)[: ]+(?<ip>\d{1,3}(?:\.\d{1,3}){3})/i,
  },
  {
    id: 'wifi-no-address',
    severity: 'bad',
    match: /no address from DHCP|dhcp(?:c|_client)?:? .*time(?:d )?out/i,
  },
  {
    id: 'mqtt-refused-login',
    severity: 'bad',
    match: /Connection refused, (?:bad username or password)|MQTT_CONNECTION_REFUSE_BAD_USERNAME/i,
  },
  {
    id: 'mqtt-refused-rights',
    severity: 'bad',
    match: /Connection refused, (?:not authori[sz]ed)|MQTT_CONNECTION_REFUSE_NOT_AUTHORIZED/i,
  },
  {
    id: 'mqtt-unreachable',
    severity: 'bad',
    match:
      /(?:mqtt|MQTT).*(?:transport connect|Error transport)|esp-tls: (?:\[sock=\d+\] )?(?:Failed to connect|connect\(\) error|delayed connect error|couldn't get hostname)/i,
  },
];
