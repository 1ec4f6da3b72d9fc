import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PortUse } from '../../../shared/contract/ports.ts';
import { AppError, type ErrorCode, type ErrorData } from '../../../shared/domain/app-error.ts';
import { silentLog } from '../../foundation/log.ts';
import { LineCore } from '../lines/line-core.ts';
import { NotedOpener } from '../noted-opener.ts';
import { listLinuxPorts } from '../ports/linux-ports.ts';
import { PortDirectory } from '../ports/port-directory.ts';
import { listUsbDevices } from '../ports/usb-devices.ts';
import type { SerialLine } from '../serial-line.ts';
import type { Evidence, SystemName } from './evidence.ts';
import { collectEvidence, type PortDoctorParts } from './port-doctor.ts';
import { diagnose, symptoms } from './serial-doctor.ts';
import { readSystemFacts } from './system-facts.ts';

const clock = { now: () => 1_000 };
const port = '/dev/ttyUSB0';
const ownGroup = process.getgid?.() ?? 0;

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'datayoti-doctor-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(file: string, content: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), `${content}\n`);
}

/** A USB device as sysfs shows it; with `tty` it has become a port. */
function plug(
  place: string,
  [idVendor, idProduct]: readonly [string, string],
  tty?: string,
  serial = '',
): void {
  for (const [name, value] of Object.entries({ idVendor, idProduct, serial }))
    put(`sys/devices/usb1/${place}/${name}`, value);
  const onBus = join(root, 'sys/bus/usb/devices', place);
  mkdirSync(dirname(onBus), { recursive: true });
  symlinkSync(join(root, 'sys/devices/usb1', place), onBus);
  if (tty === undefined) return;
  mkdirSync(join(root, 'sys/devices/usb1', place, `${place}:1.0`, tty), { recursive: true });
  mkdirSync(join(root, 'sys/class/tty', tty), { recursive: true });
  symlinkSync(
    join(root, 'sys/devices/usb1', place, `${place}:1.0`, tty),
    join(root, 'sys/class/tty', tty, 'device'),
  );
}

const unplug = (place: string, tty: string): void => {
  for (const name of [`sys/devices/usb1/${place}`, `sys/bus/usb/devices/${place}`, `sys/class/tty/${tty}`])
    rmSync(join(root, name), { recursive: true, force: true });
};

/** A line whose board is played by the test. */
function openLine(address: string, baudRate: number): { line: SerialLine; receive: (text: string) => void } {
  const core = new LineCore(address);
  return {
    receive: (text) => core.received(Buffer.from(text, 'latin1')),
    line: {
      address,
      usb: null,
      hasModemLines: true,
      baudRate,
      write: () => Promise.resolve(),
      setSignals: () => Promise.resolve(),
      setBaudRate: () => Promise.resolve(),
      onData: (listener) => core.onData(listener),
      onClosed: (listener) => core.onClosed(listener),
      close: () => Promise.resolve(core.ended(null)),
    },
  };
}

/** What happens, in the order in which it does. */
interface Situation {
  readonly address?: string | null;
  /** Lays out the machine before the port is opened. */
  readonly before?: () => void;
  /** Opening fails with the code that is complained about, and with these words of the system. */
  readonly refused?: string;
  /** What the board writes at that speed; without it the port is not opened. */
  readonly log?: readonly string[];
  readonly bytes?: string;
  readonly baudRate?: number;
  /** What happens to the machine while the port is in use. */
  readonly meanwhile?: () => void;
  readonly code?: ErrorCode;
  readonly data?: ErrorData;
  readonly use?: PortUse;
  readonly deviceGroup?: string;
  readonly system?: SystemName;
  readonly release?: number;
  readonly env?: Readonly<Record<string, string>>;
}

async function evidenceOf(situation: Situation): Promise<Evidence> {
  const { address = port, code = null, log, bytes, system = 'linux' } = situation;
  situation.before?.();
  const ports = new PortDirectory({
    lister: { list: () => listLinuxPorts(join(root, 'sys')) },
    clock,
    log: silentLog,
  });
  await ports.refresh();
  let receive: (text: string) => void = () => undefined;
  const notes = new NotedOpener(
    {
      open: async (at, { baudRate }) => {
        if (situation.refused !== undefined && code !== null) throw new AppError(code, situation.refused, {});
        const played = openLine(at, baudRate);
        receive = played.receive;
        return played.line;
      },
    },
    clock,
  );
  if (address !== null && (situation.refused !== undefined || log !== undefined || bytes !== undefined)) {
    const { signal } = new AbortController();
    const opened = notes.open(address, { baudRate: situation.baudRate ?? 115_200 }, signal);
    const line = await opened.catch(() => undefined);
    line?.onData((received) => notes.heard(address, received));
    receive(bytes ?? (log ?? []).map((text) => `${text}\r\n`).join(''));
  }
  situation.meanwhile?.();
  const parts: PortDoctorParts = {
    ports,
    notes,
    facts: async () => {
      const facts = await readSystemFacts(root);
      return { ...facts, system, ...(situation.release === undefined ? {} : { release: situation.release }) };
    },
    usbDevices: () => listUsbDevices('linux', root),
    usedBy: () => Promise.resolve(situation.use ?? { state: 'unknown', pid: null, program: null }),
    deviceGroup: () => Promise.resolve(situation.deviceGroup ?? null),
  };
  Object.assign(process.env, situation.env);
  try {
    const { data } = situation;
    const evidence = await collectEvidence(parts, { address, code, ...(data === undefined ? {} : { data }) });
    if (evidence === null) throw new Error(`no evidence for ${code ?? 'no code'}`);
    return evidence;
  } finally {
    for (const name of Object.keys(situation.env ?? {})) delete process.env[name];
  }
}

const ch340 = ['1a86', '7523'] as const;
const usbJtag = ['303a', '1001'] as const;
const group = (line: string) => (): void => put('etc/group', line);
const running = (name: string): void => put('proc/77/comm', name);
const denied = { code: 'serial.access-denied', refused: 'Error: Permission denied' } as const;
const missing = { code: 'serial.port-not-found', refused: 'Error: No such file or directory' } as const;
const busy = { code: 'serial.port-busy', refused: 'Error: Resource temporarily unavailable' } as const;
const lost = { code: 'serial.disconnected', log: [] } as const;
const nothingPlugged = { address: null } as const;
const silentBoard = { code: 'flash.no-sync', log: [] } as const;
const reset = (code: string, name: string): string =>
  `rst:0x${code} (${name}),boot:0x13 (SPI_FAST_FLASH_BOOT)`;
const panic = "Guru Meditation Error: Core  0 panic'ed (LoadProhibited). Exception was unhandled.";
const download = 'rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))';
const joined = ['WiFi connecté!', 'Adresse IP: 192.168.1.20'] as const;
const mqtt = (state: string): readonly string[] => [...joined, `Échec de connexion MQTT: ${state}`];

/** A way to every symptom that begins at the machine or at a board, not at the evidence. */
const ways: Readonly<Record<string, Situation>> = {
  'read-only-dev': {
    code: 'serial.failed',
    refused: 'Error: Read-only file system, cannot open /dev/ttyUSB0',
  },
  flatpak: { ...denied, before: () => put('.flatpak-info', '') },
  snap: { ...missing, env: { SNAP: '/snap/x/1' } },
  wsl: { ...nothingPlugged, before: () => put('proc/version', 'Linux version 5.15 microsoft-standard-WSL2') },
  container: { ...missing, before: () => put('.dockerenv', '') },
  'virtual-machine': { ...nothingPlugged, before: () => put('sys/class/dmi/id/product_name', 'VirtualBox') },
  'permission-relogin': { ...denied, before: group(`dialout:x:${ownGroup + 7}:${userInfo().username}`) },
  'permission-rule': { ...denied, deviceGroup: 'root' },
  'permission-group': { ...denied, before: group('dialout:x:4242:jean') },
  'permission-other': { ...denied, system: 'darwin' },
  'modem-manager': { ...busy, use: { state: 'in-use', pid: 9, program: 'ModemManager' } },
  'busy-program': { ...busy, use: { state: 'in-use', pid: 9, program: 'screen' } },
  busy,
  brltty: { ...nothingPlugged, before: () => [plug('1-2', ch340), running('brltty')] },
  'other-address': { ...missing, before: () => plug('1-3', ch340, 'ttyUSB1') },
  'driver-old-mac': { ...nothingPlugged, before: () => plug('1-2', ch340), system: 'darwin', release: 17 },
  'driver-missing': { ...nothingPlugged, before: () => plug('1-2', ch340) },
  'charge-only-cable': { ...nothingPlugged, before: () => plug('usb1', ['1d6b', '0002']) },
  'port-gone': missing,
  'not-rfc2217': {
    address: 'rfc2217://pi:4000',
    code: 'serial.unreachable',
    refused: 'what answers there does not speak RFC 2217',
  },
  'network-unreachable': {
    address: 'rfc2217://pi:4000',
    code: 'serial.unreachable',
    refused: 'ECONNREFUSED',
  },
  'network-lost': { ...lost, address: 'socket://pi:4000' },
  'weak-hub': {
    ...lost,
    before: () => plug('1-2.4', ch340, 'ttyUSB0'),
    log: ['Brownout detector was triggered'],
  },
  'native-usb-returned': {
    ...lost,
    before: () => plug('1-2', usbJtag, 'ttyUSB0', '84:F7:03:A0:F3:80'),
    meanwhile: () => [unplug('1-2', 'ttyUSB0'), plug('1-3', usbJtag, 'ttyACM1', '84:F7:03:A0:F3:80')],
  },
  'native-usb-gone': {
    ...lost,
    before: () => plug('1-2', usbJtag, 'ttyUSB0'),
    meanwhile: () => unplug('1-2', 'ttyUSB0'),
  },
  'hub-disconnects': { ...lost, before: () => plug('1-2.4.1', ch340, 'ttyUSB0') },
  'port-vanished': { ...lost, before: () => plug('1-2', ch340, 'ttyUSB0') },
  'baud-unsupported': { code: 'serial.baud-rate-unsupported', log: [], data: { baudRate: 3_000_000 } },
  'brown-out': { log: ['Brownout detector was triggered', reset('f', 'RTCWDT_BROWN_OUT_RESET')] },
  'secure-download': { code: 'flash.secure-download', log: [] },
  'flash-voltage': { log: ['flash read err, 1000'] },
  'no-sync-in-download': { code: 'flash.send-path-down', log: [download, 'waiting for download'] },
  'raw-socket': { ...silentBoard, address: 'socket://pi:4000' },
  'wrong-boot-mode': { code: 'flash.wrong-boot-mode', log: [reset('1', 'POWERON_RESET')] },
  silent: silentBoard,
  'auto-reset': { code: 'flash.no-sync', log: ['Température: 21.5°C, Humidité: 40%'] },
  'gpio0-low': { code: 'flash.no-boot', log: [download, 'waiting for download'] },
  'baud-too-high': { code: 'flash.md5-mismatch', log: [], baudRate: 921_600 },
  unreadable: { bytes: '\xfe\xff\xfe\xff\xfe\n'.repeat(3), baudRate: 74_880 },
  'blank-flash': { code: 'flash.no-boot', log: ['invalid header: 0xffffffff'] },
  'invalid-header': { code: 'flash.no-boot', log: ['invalid header: 0x12345678'] },
  'wrong-chip': { log: ['E (47) boot_comm: mismatch chip ID, expected 0, found 9'] },
  'wrong-revision': { log: ['E (47) boot_comm: Image requires chip rev >= v3.0, but chip is v1.0'] },
  'image-larger-than-flash': {
    log: ['Detected size(2048k) smaller than the size in the binary image header(4096k). Probe failed.'],
  },
  'psram-missing': { log: ['E (259) psram: PSRAM ID read error: 0xffffffff'] },
  'secure-boot': { log: ['secure boot check fail'] },
  'partition-table': { log: ['E (50) flash_parts: partition 0 invalid magic number 0xffff'] },
  checksum: { log: ['csum err:0x99!=0x9a'] },
  'app-missing': { log: ['E (65) esp_image: image at 0x10000 has invalid magic byte'] },
  'flash-read-error': { log: ['ets_main.c 371'] },
  'panic-loop': { log: [panic, panic, panic, reset('c', 'SW_CPU_RESET')] },
  panic: { log: [panic] },
  watchdog: { log: [reset('8', 'TG1WDT_SYS_RESET')] },
  'reset-loop': { log: Array.from({ length: 3 }, () => reset('c', 'SW_CPU_RESET')) },
  'disturbed-supply': { log: [reset('17', 'POWER_GLITCH_RESET')] },
  'wifi-no-network': { log: ['W (99) wifi: disconnected, reason: 201'] },
  'wifi-wrong-password': { log: ['W (99) wifi: disconnected, reason: 202'] },
  'wifi-weak': { log: [...joined, 'Signal WiFi critique (-91 dBm)'] },
  'wifi-failed': { log: ['Échec de la connexion WiFi'] },
  'wifi-no-address': { log: ['WiFi connecté!'] },
  'mqtt-refused-login': { log: mqtt('MQTT_CONNECT_BAD_CREDENTIALS') },
  'mqtt-refused-rights': { log: mqtt('MQTT_CONNECT_UNAUTHORIZED') },
  'mqtt-unreachable': { log: mqtt('MQTT_CONNECT_FAILED') },
  'mqtt-failed': { log: mqtt('MQTT_CONNECT_BAD_PROTOCOL') },
  'dht-silent': { log: [...joined, 'Erreur de lecture du capteur DHT!'] },
  'heap-low': { log: ['ALERTE: Mémoire libre faible'] },
  'clock-not-set': { log: ['Échec de synchronisation NTP'] },
  'wifi-unstable': { log: ['Connexion WiFi perdue, tentative de reconnexion', ...joined] },
};

/** The published firmware writes UTF-8. */
const asSent = (situation: Situation): Situation =>
  situation.log === undefined
    ? situation
    : { ...situation, log: situation.log.map((text) => Buffer.from(text).toString('latin1')) };

test.each(symptoms.map(({ id }) => id))(
  '%s is found from what the machine and the board show',
  async (id) => {
    const way = ways[id];
    if (way === undefined) throw new Error(`no way to ${id}`);
    expect(diagnose(await evidenceOf(asSent(way)))?.symptom).toBe(id);
  },
);

/** Each kind of evidence with a situation that brings it about; a new one is asked for by its type. */
const producers: { readonly [K in keyof Evidence]: readonly [Situation, unknown] } = {
  system: [
    { ...denied, before: () => put('etc/os-release', 'ID=arch') },
    expect.objectContaining({ distribution: ['arch'] }),
  ],
  phase: [{ code: 'flash.md5-mismatch' }, 'write'],
  error: [denied, { code: 'serial.access-denied', message: 'Error: Permission denied', data: {} }],
  address: [denied, port],
  usb: [{ ...missing, before: () => plug('1-2', ch340) }, expect.objectContaining({ vendorId: 0x1a86 })],
  nativeUsb: [{ ...lost, before: () => plug('1-2', usbJtag, 'ttyUSB0') }, true],
  behindHub: [{ ...lost, before: () => plug('1-2.1', ch340, 'ttyUSB0') }, true],
  deviceGroup: [{ ...denied, deviceGroup: 'uucp' }, 'uucp'],
  use: [
    { ...busy, use: { state: 'in-use', pid: 3, program: 'screen' } },
    expect.objectContaining({ pid: 3 }),
  ],
  usbSeenWithoutPort: [{ ...nothingPlugged, before: () => plug('1-2', ch340) }, true],
  otherBoards: [{ ...missing, before: () => plug('1-2', ch340, 'ttyUSB5') }, ['/dev/ttyUSB5']],
  portReturned: [{ ...lost, before: () => plug('1-2', usbJtag, 'ttyUSB0') }, true],
  baudRate: [{ code: 'flash.no-answer', log: [], baudRate: 460_800 }, 460_800],
  bytesReceived: [{ ...silentBoard, bytes: 'abc' }, 3],
  log: [{ log: ['Brownout detector was triggered'] }, new Set(['brown-out'])],
  blankFlash: [{ log: ['invalid header: 0xffffffff'] }, true],
  secureDownload: [{ code: 'flash.secure-download' }, true],
};

test.each(Object.entries(producers))('%s is filled in', async (field, [situation, wanted]) => {
  const empty: Situation = { address: '/dev/ttyUSB9', code: 'serial.failed' };
  expect((await evidenceOf(empty))[field as keyof Evidence]).not.toEqual(wanted);
  expect((await evidenceOf(situation))[field as keyof Evidence]).toEqual(wanted);
});

test('what is not known is not made up: no bus to look at, no list of ports', async () => {
  expect(await evidenceOf(nothingPlugged)).toMatchObject({ usbSeenWithoutPort: null, usb: null });
  expect(await evidenceOf(lost)).toMatchObject({ behindHub: null, nativeUsb: false, portReturned: false });
  expect(await evidenceOf({ code: 'flash.no-sync' })).toMatchObject({ bytesReceived: null, log: new Set() });
});

test('an error that says all there is needs no doctor, whatever the board wrote before', async () => {
  const loops = Array.from({ length: 3 }, () => reset('c', 'SW_CPU_RESET'));
  await expect(evidenceOf({ code: 'flash.wrong-chip', log: loops })).rejects.toThrow('no evidence');
});

test('a port that another task has open keeps what that task has seen there', async () => {
  let opens = 0;
  const notes = new NotedOpener(
    {
      open: async (address, { baudRate }) => {
        if (opens++ > 0) throw new AppError('provisioning.board-busy', 'busy', {});
        return openLine(address, baudRate).line;
      },
    },
    clock,
  );
  const { signal } = new AbortController();
  await notes.open(port, { baudRate: 115_200 }, signal);
  notes.heard(port, Buffer.from('waiting for dow'));
  notes.heard(port, Buffer.from('nload'));
  await expect(notes.open(port, { baudRate: 115_200 }, signal)).rejects.toThrow('busy');
  expect(notes.notesOf(port)).toMatchObject({ openError: null, log: new Set(['waiting-for-download']) });
});
