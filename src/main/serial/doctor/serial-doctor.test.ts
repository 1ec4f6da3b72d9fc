import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../shared/domain/app-error.ts';
import type { Evidence, SystemFacts } from './evidence.ts';
import { diagnose, symptoms } from './serial-doctor.ts';
import { parseDistribution, parseGroups, readSystemFacts } from './system-facts.ts';

const linux: SystemFacts = {
  system: 'linux',
  release: 6,
  distribution: ['ubuntu', 'debian'],
  user: 'marie',
  groups: ['marie'],
  accountGroups: ['marie'],
  confinement: null,
  running: [],
};
const darwin: SystemFacts = { ...linux, system: 'darwin', release: 24, distribution: [] };
const windows: SystemFacts = { ...linux, system: 'windows', release: 10, distribution: [] };

const nothing: Evidence = {
  system: linux,
  phase: 'open',
  error: null,
  address: '/dev/ttyUSB0',
  usb: null,
  nativeUsb: false,
  behindHub: false,
  deviceGroup: null,
  use: null,
  usbSeenWithoutPort: null,
  otherBoards: [],
  portReturned: false,
  baudRate: 115_200,
  bytesReceived: null,
  log: new Set(),
  blankFlash: false,
  secureDownload: false,
};

const failed = (code: ErrorCode, message = ''): Pick<Evidence, 'error'> => ({
  error: { code, message, data: {} },
});
const denied = failed('serial.access-denied');
const missing = failed('serial.port-not-found');
const busy = failed('serial.port-busy');
const lost = failed('serial.disconnected');
const ch340 = { vendorId: 0x1a86, productId: 0x7523 };
const cp210x = { vendorId: 0x10c4, productId: 0xea60 };
const log = (...ids: readonly string[]): Pick<Evidence, 'log'> => ({ log: new Set(ids) });
const inside = (confinement: SystemFacts['confinement']): Pick<Evidence, 'system'> => ({
  system: { ...linux, confinement },
});

type Case = readonly [
  symptom: string,
  evidence: Partial<Evidence>,
  words?: string,
  data?: Record<string, unknown>,
];

const cases: readonly Case[] = [
  ['read-only-dev', failed('serial.failed', 'Error: Read-only file system, cannot open /dev/ttyUSB0')],
  ['flatpak', { ...denied, ...inside('flatpak') }],
  ['snap', { ...missing, ...inside('snap') }],
  ['wsl', { phase: 'plug-in', ...inside('wsl') }],
  ['container', { ...missing, ...inside('container') }, 'action', { command: '--device=/dev/ttyUSB0' }],
  ['virtual-machine', { phase: 'plug-in', ...inside('vm') }],
  [
    'permission-relogin',
    { ...denied, system: { ...linux, accountGroups: ['dialout'] } },
    'action',
    { group: 'dialout' },
  ],
  ['permission-rule', { ...denied, deviceGroup: 'root', usb: ch340 }],
  ['permission-rule', { ...denied, system: { ...linux, groups: ['dialout'] } }],
  ['permission-group', denied, 'action', { command: 'sudo usermod -aG dialout marie' }],
  [
    'permission-group',
    { ...denied, system: { ...linux, distribution: ['manjaro', 'arch'] } },
    'action',
    { command: 'sudo usermod -aG uucp marie', group: 'uucp' },
  ],
  [
    'permission-group',
    { ...denied, deviceGroup: 'plugdev' },
    'action',
    { command: 'sudo usermod -aG plugdev marie' },
  ],
  ['permission-other', { ...denied, system: darwin }],
  ['modem-manager', { ...busy, usb: cp210x, use: { state: 'in-use', pid: 7, program: 'ModemManager' } }],
  [
    'busy-program',
    { ...busy, use: { state: 'in-use', pid: 7, program: 'screen' } },
    'action',
    { program: 'screen', pid: 7 },
  ],
  ['busy', busy, 'actions.linux'],
  ['busy', { ...busy, system: windows }, 'actions.windows'],
  ['busy', { ...busy, system: darwin }, 'actions.darwin'],
  ['brltty', { ...missing, usb: ch340, system: { ...linux, running: ['brltty'] } }],
  ['other-address', { ...missing, otherBoards: ['/dev/ttyACM0'] }, 'action', { other: '/dev/ttyACM0' }],
  [
    'driver-old-mac',
    { phase: 'plug-in', usbSeenWithoutPort: true, usb: ch340, system: { ...darwin, release: 17 } },
  ],
  ['driver-missing', { phase: 'plug-in', usbSeenWithoutPort: true }, 'actions.linux'],
  [
    'driver-missing',
    { phase: 'plug-in', usbSeenWithoutPort: true, usb: ch340, system: darwin },
    'actions.darwin',
  ],
  ['driver-missing', { phase: 'plug-in', usbSeenWithoutPort: true, system: windows }, 'actions.windows'],
  ['charge-only-cable', { phase: 'plug-in', usbSeenWithoutPort: false }],
  ['port-gone', missing],
  ['not-rfc2217', failed('serial.unreachable', 'what answers there does not speak RFC 2217')],
  ['network-unreachable', failed('serial.unreachable', 'ECONNREFUSED')],
  ['network-lost', { ...lost, address: 'rfc2217://pi:4000' }],
  ['weak-hub', { ...lost, behindHub: true, ...log('brown-out') }],
  ['native-usb-returned', { ...lost, nativeUsb: true, portReturned: true }],
  ['native-usb-gone', { ...lost, nativeUsb: true }],
  ['hub-disconnects', { ...lost, behindHub: true }],
  ['port-vanished', lost],
  [
    'baud-unsupported',
    { ...failed('serial.baud-rate-unsupported'), baudRate: 3_000_000 },
    'action',
    { baudRate: 3_000_000 },
  ],

  ['brown-out', { phase: 'run', ...log('brown-out', 'reset-brown-out', 'reset-loop') }],
  ['secure-download', { phase: 'connect', secureDownload: true, bytesReceived: 5 }],
  ['flash-voltage', { phase: 'run', ...log('flash-read-1000', 'reset-loop') }],
  ['no-sync-in-download', { phase: 'connect', ...log('waiting-for-download'), bytesReceived: 90 }],
  ['raw-socket', { phase: 'connect', address: 'socket://pi:4000', bytesReceived: 0 }],
  ['wrong-boot-mode', { phase: 'connect', ...log('reset-power-on', 'boot-flash'), bytesReceived: 90 }],
  ['silent', { phase: 'connect', bytesReceived: 0 }],
  ['auto-reset', { phase: 'connect', bytesReceived: 120, ...log('reading') }],
  ['gpio0-low', { phase: 'run', ...log('boot-download', 'waiting-for-download'), bytesReceived: 80 }],
  [
    'baud-too-high',
    { phase: 'write', ...failed('serial.failed'), baudRate: 921_600 },
    'action',
    { baudRate: 921_600 },
  ],
  ['unreadable', { phase: 'run', bytesReceived: 80, ...log('unreadable') }],
  ['blank-flash', { phase: 'run', ...log('invalid-header', 'reset-loop'), blankFlash: true }],
  ['invalid-header', { phase: 'run', ...log('invalid-header') }],
  ['wrong-chip', { phase: 'run', ...log('wrong-chip') }],
  ['wrong-revision', { phase: 'run', ...log('wrong-revision') }],
  ['image-larger-than-flash', { phase: 'run', ...log('image-larger-than-flash') }],
  ['psram-missing', { phase: 'run', ...log('psram-missing', 'abort') }],
  ['secure-boot', { phase: 'run', ...log('secure-boot-refused', 'app-missing') }],
  ['partition-table', { phase: 'run', ...log('partition-table-invalid') }],
  ['checksum', { phase: 'run', ...log('checksum-error', 'no-bootable-app') }],
  ['app-missing', { phase: 'run', ...log('app-missing', 'no-bootable-app') }],
  ['flash-read-error', { phase: 'run', ...log('flash-read-error', 'reset-watchdog') }],
  ['panic-loop', { phase: 'run', ...log('panic', 'panic-loop') }],
  ['panic', { phase: 'run', ...log('panic', 'backtrace', 'rebooting') }],
  ['watchdog', { phase: 'run', ...log('reset-watchdog') }],
  ['reset-loop', { phase: 'run', ...log('reset-software', 'reset-loop') }],
  ['disturbed-supply', { phase: 'run', ...log('reset-glitch') }],
  ['wifi-no-network', { phase: 'configure', ...log('wifi-no-network', 'wifi-failed') }],
  ['wifi-wrong-password', { phase: 'configure', ...log('wifi-wrong-password', 'wifi-failed') }],
  ['wifi-weak', { phase: 'configure', ...log('wifi-connected', 'wifi-got-ip', 'signal-critical') }],
  ['wifi-failed', { phase: 'configure', ...log('wifi-connecting', 'wifi-failed') }],
  ['wifi-no-address', { phase: 'configure', ...log('wifi-connected') }],
  ['mqtt-refused-login', { phase: 'configure', ...log('wifi-got-ip', 'mqtt-refused-login') }],
  ['mqtt-refused-rights', { phase: 'configure', ...log('mqtt-refused-rights') }],
  ['mqtt-unreachable', { phase: 'configure', ...log('mqtt-unreachable') }, 'actions.linux'],
  ['mqtt-failed', { phase: 'configure', ...log('mqtt-failed') }],
  ['dht-silent', { phase: 'configure', ...log('mqtt-connected', 'dht-silent') }],
  ['heap-low', { phase: 'run', ...log('heap-low') }],
  ['clock-not-set', { phase: 'run', ...log('clock-not-set', 'mqtt-connected') }],
  ['wifi-unstable', { phase: 'run', ...log('wifi-reconnecting', 'wifi-connected', 'wifi-got-ip') }],
];

const named = cases.map(([symptom, evidence, words = 'action', data = {}]) => ({
  symptom,
  evidence,
  words,
  data,
}));

test.each(named)('$symptom', ({ symptom, evidence, words, data }) => {
  const advice = diagnose({ ...nothing, ...evidence });
  expect(advice).toMatchObject({
    symptom,
    causeKey: `portDoctor.${symptom}.cause`,
    actionKey: `portDoctor.${symptom}.${words}`,
    data,
  });
});

test('everything that the words name is known when they are said', () => {
  const catalogue: unknown = JSON.parse(
    readFileSync(new URL('../../../renderer/locales/en.json', import.meta.url), 'utf8'),
  );
  const word = (key: string): string =>
    String(
      key
        .split('.')
        .reduce((entry: unknown, name) => (entry as Readonly<Record<string, unknown>>)[name], catalogue),
    );
  for (const { symptom, evidence } of named) {
    const advice = diagnose({ ...nothing, ...evidence });
    const text = word(advice?.causeKey ?? '') + word(advice?.actionKey ?? '');
    const names = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '');
    const missing = names.filter((name) => [undefined, null, ''].includes(advice?.data[name] as string));
    expect([symptom, missing]).toEqual([symptom, []]);
  }
});

test('every symptom has its test, and there are more than thirty', () => {
  const tested = new Set(cases.map(([symptom]) => symptom));
  expect(symptoms.map(({ id }) => id).filter((id) => !tested.has(id))).toEqual([]);
  expect(symptoms.length).toBeGreaterThan(30);
  expect(new Set(symptoms.map(({ id }) => id)).size).toBe(symptoms.length);
});

test('no cause is made up where nothing is known', () => {
  expect(diagnose(nothing)).toBeNull();
  expect(
    diagnose({ ...nothing, phase: 'run', bytesReceived: 500, ...log('reading', 'sent', 'clock-set') }),
  ).toBeNull();
});

const commandOf = (evidence: Partial<Evidence>): string => {
  const command = diagnose({ ...nothing, ...evidence })?.data['command'];
  return typeof command === 'string' ? command : '';
};

test('brltty is told to leave one adapter alone, and is never removed or stopped', () => {
  const command = commandOf({ ...lost, usb: cp210x, system: { ...linux, running: ['brltty'] } });
  expect(command).toContain('ATTR{idVendor}=="10c4", ATTR{idProduct}=="ea60"');
  expect(command).toContain('ENV{BRLTTY_BRAILLE_DRIVER}=""');
  expect(command).not.toMatch(/remove|purge|uninstall|systemctl|mask/);
  const other = { vendorId: 0x303a, productId: 0x1001 };
  expect(
    diagnose({ ...nothing, ...missing, usb: other, system: { ...linux, running: ['brltty'] } })?.symptom,
  ).toBe('port-gone');
});

test('rules are for the one kind of device, with the marks that udev and ModemManager read', () => {
  expect(commandOf({ ...denied, deviceGroup: 'root', usb: ch340 })).toContain(
    'SUBSYSTEM=="tty", ATTRS{idVendor}=="1a86", ATTRS{idProduct}=="7523", TAG+="uaccess"',
  );
  const modem = commandOf({ ...busy, usb: ch340, use: { state: 'in-use', pid: 1, program: 'ModemManager' } });
  expect(modem).toContain('ATTRS{idProduct}=="7523", ENV{ID_MM_DEVICE_IGNORE}="1"');
});

test('a command is one that a shell understands, whatever an account is called', () => {
  for (const user of ['marie', "o'neil; rm -rf /", 'DOMAIN\\marie']) {
    const command = commandOf({ ...denied, system: { ...linux, user } });
    const echoed = execFileSync('sh', ['-c', command.replace('sudo usermod', 'printf %s\\\\n')]).toString();
    expect(echoed).toBe(`-aG\ndialout\n${user}\n`);
  }
});

test('facts of this computer, and of files that others have', async () => {
  const facts = await readSystemFacts();
  expect(facts.user.length).toBeGreaterThan(0);
  expect(['linux', 'darwin', 'windows']).toContain(facts.system);
  expect(parseDistribution('NAME="x"\nID=manjaro\nID_LIKE="arch"\n')).toEqual(['manjaro', 'arch']);
  expect(parseDistribution('')).toEqual([]);
  expect(parseGroups('dialout:x:20:marie,jean\nbroken\n')).toEqual([
    { name: 'dialout', id: 20, members: ['marie', 'jean'] },
  ]);
});
