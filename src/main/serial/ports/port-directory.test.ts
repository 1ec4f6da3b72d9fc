import { afterEach, expect, test } from 'vitest';
import type { PortInfo } from '../../../shared/contract/ports.ts';
import { silentLog } from '../../foundation/log.ts';
import { describePort } from './describe-port.ts';
import { PortDirectory, type PortChange } from './port-directory.ts';
import type { ListedPort } from './port-lister.ts';
import { usbName } from './usb-bridges.ts';

let plugged: ListedPort[] = [];
let failure: Error | undefined;
let nowMs = 1_000;
let directory: PortDirectory;

function listed(
  path: string,
  vendorId: number,
  productId: number,
  more: Partial<ListedPort> & { serialNumber?: string } = {},
): ListedPort {
  const { serialNumber = null, ...rest } = more;
  const usb = { vendorId, productId, serialNumber, manufacturer: null, product: null };
  return { path, usb, location: null, interfaceNumber: null, ...rest };
}

function open(intervalMs = 60_000): PortDirectory {
  directory = new PortDirectory({
    lister: {
      list: async () => {
        if (failure !== undefined) throw failure;
        return plugged;
      },
    },
    clock: { now: () => nowMs },
    log: silentLog,
    intervalMs,
  });
  return directory;
}

afterEach(async () => {
  await directory.close();
  plugged = [];
  failure = undefined;
  nowMs = 1_000;
});

const addresses = (ports: readonly PortInfo[]): readonly string[] => ports.map(({ address }) => address);

test('boards come first, then virtual and network boards, then the rest', async () => {
  plugged = [
    { path: '/dev/ttyAMA0', usb: null, location: null, interfaceNumber: null },
    listed('/dev/ttyACM0', 0x2341, 0x0043),
    listed('/dev/ttyUSB10', 0x1a86, 0x7523),
    listed('/dev/ttyUSB9', 0x10c4, 0xea60),
  ];
  const ports = open();
  ports.addNetwork('rfc2217://pi.local:4000', 'Cold room');
  ports.addVirtual('virtual://demo', '', 'ESP32');
  await ports.start();
  expect(addresses(ports.state())).toEqual([
    '/dev/ttyUSB9',
    '/dev/ttyUSB10',
    'virtual://demo',
    'rfc2217://pi.local:4000',
    '/dev/ttyACM0',
    '/dev/ttyAMA0',
  ]);
  expect(ports.state()[0]).toMatchObject({ chip: 'CP210x', maker: 'Silicon Labs', kind: 'usb' });
  expect(ports.state()[3]).toMatchObject({ label: 'Cold room', kind: 'network' });
  expect(ports.state()[2]).toMatchObject({ label: null, kind: 'virtual' });
  expect(ports.usbOf('/dev/ttyUSB10')).toMatchObject({ vendorId: 0x1a86 });
});

test('plugging in and out is told once each, by itself', async () => {
  const ports = open(5);
  const moves: PortChange[] = [];
  const next = (): Promise<PortChange> =>
    new Promise((resolve) => {
      const stop = ports.onMove((change) => {
        stop();
        moves.push(change);
        resolve(change);
      });
    });
  await ports.start();
  const coming = next();
  plugged = [listed('/dev/ttyUSB0', 0x10c4, 0xea60, { location: '1-2' })];
  expect(addresses((await coming).appeared)).toEqual(['/dev/ttyUSB0']);
  const since = ports.state()[0]?.sinceMs;
  nowMs = 5_000;
  await ports.refresh();
  expect(ports.state()[0]?.sinceMs).toBe(since);
  const going = next();
  plugged = [];
  expect(addresses((await going).vanished)).toEqual(['/dev/ttyUSB0']);
  expect(moves).toHaveLength(2);
});

test('a native USB board that comes back under another path is the same board', async () => {
  const board = { serialNumber: '84:F7:03:A0:F3:80' };
  plugged = [listed('/dev/ttyACM0', 0x303a, 0x1001, board)];
  const ports = open();
  await ports.start();
  const [before] = ports.state();
  plugged = [listed('/dev/ttyACM1', 0x303a, 0x1001, board)];
  await ports.refresh();
  expect(ports.state()[0]).toMatchObject({ id: before?.id, address: '/dev/ttyACM1', nativeUsb: true });
});

test('boards that share a serial number are told apart by their socket, and if need be by their path', async () => {
  plugged = [
    listed('/dev/ttyUSB0', 0x10c4, 0xea60, { serialNumber: '0001', location: '1-2' }),
    listed('/dev/ttyUSB1', 0x10c4, 0xea60, { serialNumber: '0001', location: '1-3' }),
    listed('/dev/ttyUSB2', 0x0403, 0x6010, { serialNumber: 'FT1', interfaceNumber: 0 }),
    listed('/dev/ttyUSB3', 0x0403, 0x6010, { serialNumber: 'FT1', interfaceNumber: 1 }),
    listed('/dev/ttyUSB4', 0x303a, 0x1001, { serialNumber: 'SAME' }),
    listed('/dev/ttyUSB5', 0x303a, 0x1001, { serialNumber: 'SAME' }),
  ];
  const ports = open();
  await ports.start();
  expect(ports.state().map(({ id }) => id)).toEqual([
    'usb:10c4:ea60@1-2',
    'usb:10c4:ea60@1-3',
    'usb:0403:6010:FT1',
    'usb:0403:6010:FT1.1',
    'usb:303a:1001:SAME',
    'usb:303a:1001:SAME@/dev/ttyUSB5',
  ]);
});

test('a list that cannot be read for a moment keeps what was known', async () => {
  plugged = [listed('/dev/ttyUSB0', 0x10c4, 0xea60)];
  const ports = open();
  await ports.start();
  failure = new Error('no list');
  await ports.refresh();
  expect(addresses(ports.state())).toEqual(['/dev/ttyUSB0']);
});

test('only network addresses can be added, and they can be taken away', async () => {
  const ports = open();
  await ports.start();
  expect(() => ports.addNetwork('/dev/ttyUSB0', null)).toThrow('not a network address');
  expect(() => ports.addNetwork('socket://pi', null)).toThrow('not a port or a network address');
  ports.addNetwork('socket://pi:4000', null);
  expect(addresses(ports.state())).toEqual(['socket://pi:4000']);
  ports.remove('socket://pi:4000');
  expect(ports.state()).toEqual([]);
});

test.each([
  [0x10c4, 0xea60, 'CP210x', true, false],
  [0x1a86, 0x7523, 'CH340', true, false],
  [0x1a86, 0x55d4, 'CH9102', true, false],
  [0x1a86, 0xffff, 'CH34x', true, false],
  [0x0403, 0x6001, 'FT232R', true, false],
  [0x303a, 0x1001, 'ESP32 USB-Serial/JTAG', true, true],
  [0x303a, 0x8123, 'ESP32 USB', true, true],
  [0x067b, 0x2303, 'PL2303', true, false],
  [0x2341, 0x0070, 'Nano ESP32', true, true],
  [0x2341, 0x0043, 'Arduino', false, true],
])('%i:%i is a %s', (vendorId, productId, chip, likelyBoard, nativeUsb) => {
  expect(usbName(vendorId, productId)).toMatchObject({ chip, likelyBoard, nativeUsb });
});

test('an unknown device goes by what it says of itself', () => {
  const usb = { vendorId: 1, productId: 2, serialNumber: null, manufacturer: 'Acme', product: 'Modem' };
  expect(describePort({ path: 'COM3', usb, location: null, interfaceNumber: null })).toMatchObject({
    chip: 'Modem',
    maker: 'Acme',
    likelyBoard: false,
  });
});
