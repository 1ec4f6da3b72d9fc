import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildNvsImage, type NvsEntry } from '../../src/main/provisioning/nvs/index.ts';
import type { Air } from '../../src/simulator/esp32/air.ts';
import { sampleFirmware, samplePartitions } from '../../src/simulator/esp32/sample-firmware.ts';
import { VirtualBoard, type VirtualBoardOptions } from '../../src/simulator/esp32/virtual-board.ts';
import { BoardLog } from '../support/board-log.ts';
import { hasMosquitto, startMosquitto, type MosquittoBroker } from '../support/mosquitto-broker.ts';
import { until } from '../support/until.ts';

const mac = '02:DE:70:00:00:10';
const [nvsPartition] = samplePartitions;
const air: Air = {
  networks: [
    { ssid: 'Plant-A', password: 'secret12', rssi: -61 },
    { ssid: 'No-Address', password: '', rssi: -50, dhcp: false },
  ],
  acceptsAny: false,
  timeServer: true,
};

let broker: MosquittoBroker;
let observer: MqttClient;
const heard: { topic: string; payload: Record<string, unknown>; retain: boolean }[] = [];
const boards: VirtualBoard[] = [];

function settings(changes: Readonly<Record<string, string>> = {}, port = broker.port): NvsEntry[] {
  const texts = {
    wifi_ssid: 'Plant-A',
    wifi_pass: 'secret12',
    mqtt_host: '127.0.0.1',
    mqtt_user: broker.username,
    mqtt_pass: broker.password,
    site_ref: 'SITE_001',
    ...changes,
  };
  return [
    { namespace: 'datayoti', key: 'schema', type: 'u8', value: 1 },
    { namespace: 'datayoti', key: 'mqtt_port', type: 'u16', value: port },
    { namespace: 'datayoti', key: 'interval_s', type: 'u32', value: 5 },
    { namespace: 'datayoti', key: 't_off_cdeg', type: 'i16', value: -125 },
    ...Object.entries(texts).map(([key, text]): NvsEntry => ({
      namespace: 'datayoti',
      key,
      type: 'str',
      value: Buffer.from(text),
    })),
  ];
}

/** A board with firmware and configuration on its flash, just switched on, and its log. */
function boardWith(
  nvs: readonly NvsEntry[] | null,
  options: Partial<VirtualBoardOptions> = {},
  project = 'datayoti-sensor',
) {
  const chip = options.chip ?? 'esp32';
  const board = new VirtualBoard({ chip, ...options, around: { air, timeScale: 10, ...options.around } });
  boards.push(board);
  for (const { offset, data } of sampleFirmware({ chip, project })) board.flash.program(offset, data);
  if (nvs !== null) board.flash.program(nvsPartition.offset, buildNvsImage(nvs, nvsPartition.size));
  const line = board.connect('demo');
  const log = new BoardLog(line);
  board.pressReset();
  return { board, line, log };
}

describe.skipIf(!hasMosquitto)('a virtual board as the sensor', () => {
  beforeAll(async () => {
    broker = await startMosquitto();
    observer = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      username: broker.username,
      password: broker.password,
    });
    observer.on('message', (topic, payload, { retain }) =>
      heard.push({ topic, payload: JSON.parse(payload.toString()) as Record<string, unknown>, retain }),
    );
    await observer.subscribeAsync('datayoti/#');
  });
  afterEach(async () => {
    for (const board of boards.splice(0)) await board.close();
    heard.length = 0;
  });
  afterAll(async () => {
    await observer.endAsync();
    await broker.stop();
  });

  const last = (channel: string) =>
    heard.findLast(({ topic }) => topic === `datayoti/sensor/${mac}/${channel}`)?.payload;

  test('it joins its Wi-Fi, connects with its account and publishes birth, data and heartbeat', async () => {
    const { log } = boardWith(settings());
    await until(() => last('heartbeat'), { what: 'a heartbeat' });
    expect(last('status')).toMatchObject({ device_id: mac, status: 'online' });
    expect(last('data')).toMatchObject({ device_id: mac });
    expect(last('heartbeat')).toMatchObject({
      device_id: mac,
      site_id: 'SITE_001',
      ntp_sync: true,
      chip: 'esp32',
      fw: '1.0.0',
    });
    await until(() => heard.filter(({ topic }) => topic.endsWith('/data')).length >= 3);
    expect(log.text).toContain('rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)');
    expect(log.text).toMatch(/I \(\d+\) boot: {2}3 ota_0 {12}OTA app {10}00 10 00020000 00180000/);
    expect(log.text).toContain('Wi-Fi connected, RSSI -61 dBm');
    expect(log.text).not.toContain(broker.password);
    expect(log.text).not.toContain('secret12');
  });

  test('it obeys measure, blink and restart, and its last will tells of a power cut', async () => {
    const { board, log } = boardWith(settings());
    await log.says('MQTT connected');
    const before = heard.length;
    const send = (cmd: object) =>
      observer.publishAsync(`datayoti/sensor/${mac}/cmd`, JSON.stringify(cmd), { qos: 1 });
    await send({ cmd: 'measure' });
    await until(() => heard.slice(before).some(({ topic }) => topic.endsWith('/data')));
    const levels: boolean[] = [];
    board.registers.gpio.onLevel((_pin, level) => levels.push(level));
    await send({ cmd: 'blink', seconds: 2 });
    await until(() => levels.filter((level) => level).length >= 4, { what: 'the LED blinks' });
    log.clear();
    heard.length = 0;
    await send({ cmd: 'restart' });
    await log.says('rst:0xc (SW_CPU_RESET)');
    await until(() => last('status')?.['status'] === 'online', { what: 'the birth after the restart' });
    await board.close();
    await until(() => last('status')?.['status'] === 'offline', { what: 'the last will' });
  });

  test('a silent sensor: the board is online and beats, but no reading comes until its wire is back', async () => {
    const { board, log } = boardWith(settings(), { faults: [{ kind: 'silent-sensor' }] });
    await until(() => heard.filter(({ topic }) => topic.endsWith('/heartbeat')).length >= 2);
    await log.says('dht22: no response pulse');
    expect(last('status')).toMatchObject({ status: 'online' });
    expect(last('data')).toBeUndefined();
    board.faults.clear();
    await until(() => last('data'), { what: 'a reading' });
  });

  test('without a time server it starts in 1970 until it hears datayoti/time', async () => {
    const { log } = boardWith(settings(), { around: { air: { ...air, timeServer: false } } });
    await until(() => last('heartbeat'));
    expect(String(last('data')?.['timestamp'])).toMatch(/^1970-01-01/);
    expect(last('heartbeat')).toMatchObject({ ntp_sync: false });
    await observer.publishAsync('datayoti/time', JSON.stringify({ epoch_ms: Date.now() }));
    await log.says('time set by datayoti/time');
    await until(() => last('heartbeat')?.['ntp_sync'] === true);
    expect(String(last('data')?.['timestamp'])).not.toMatch(/^1970/);
  });

  test('it says why it does not get through', async () => {
    for (const [changes, words] of [
      [{ wifi_ssid: 'Nowhere' }, 'Wi-Fi "Nowhere": no such network'],
      [{ wifi_pass: 'wrong-password' }, 'Wi-Fi "Plant-A": wrong password'],
      [{ wifi_ssid: 'No-Address', wifi_pass: '' }, 'Wi-Fi "No-Address": joined, but no address from DHCP'],
      [{ mqtt_pass: 'not-this-one' }, 'MQTT login refused'],
    ] as const) {
      const { board, log } = boardWith(settings(changes));
      await log.says(words);
      await board.close();
    }
    const { log } = boardWith(settings({}, 1));
    await log.says('MQTT unreachable: ECONNREFUSED');
    const incomplete = settings().filter((entry) => entry.key !== 'site_ref');
    await boardWith(incomplete).log.says('configuration incomplete: site_ref');
    await boardWith(null).log.says('not configured: NVS namespace "datayoti" is empty');
  });

  test('a blank flash, a damaged application or table end in the complaints of a real chip', async () => {
    for (const [chip, reset] of [
      ['esp32', 'rst:0x10 (RTCWDT_RTC_RESET)'],
      ['esp32c3', 'rst:0x10 (RTCWDT_RTC_RST)'],
    ] as const) {
      const blank = new VirtualBoard({ chip, around: { timeScale: 20 } });
      boards.push(blank);
      const log = new BoardLog(blank.connect('blank'));
      await log.says('invalid header: 0xffffffff');
      await log.says(reset);
    }
    const { board, log } = boardWith(settings());
    const app = samplePartitions[3];
    board.flash.program(app.offset + 0x1000, Buffer.alloc(16));
    board.pressReset();
    await log.says('Checksum failed');
    await log.says('No bootable app partitions');
    await log.says('rst:0xc (SW_CPU_RESET)');
    board.flash.program(0x8000 + 9, Buffer.alloc(1));
    log.clear();
    board.pressReset();
    await log.says('flash_parts: partition table MD5 mismatch');
  });

  test('other firmware gets its Wi-Fi by Improv', async () => {
    const { line, log } = boardWith(null, { chip: 'esp32c3' }, 'esphome-lamp');
    await log.says('esphome-lamp 1.0.0 is running');
    const ask = async (hex: string, answer: string): Promise<void> => {
      log.clear();
      await line.write(Buffer.from(hex, 'hex'));
      const wanted = Buffer.from(answer, 'latin1');
      await until(() => log.bytes.includes(wanted), { what: `Improv answers ${answer}` });
    };
    await ask('494d50524f560103020200e5', 'IMPROV\x01\x01\x01\x02\xe2');
    await ask('494d50524f560103020300e6', '\x0cesphome-lamp\x051.0.0\x08ESP32-C3');
    await ask('494d50524f560103020400e7', '\x07Plant-A\x03-61\x03YES');
    const connect = '494d50524f560103130111';
    await ask(`${connect}07506c616e742d410873656372657431346d`, '\x02\x01\x03');
    await ask(`${connect}07506c616e742d410873656372657431326b`, 'IMPROV\x01\x01\x01\x04\xe4');
    await ask('494d50524f560103020700ea', '\x013\x13http://192.168.4.23');
  });
});
